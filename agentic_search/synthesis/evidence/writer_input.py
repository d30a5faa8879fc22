"""A plan and its outcomes flow in; the brief that writers get flows out: numbered evidence, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping

from agentic_search.domain.answer import LeftOut
from agentic_search.domain.outcome import Completed, Failed, Outcome, Passage, Skipped
from agentic_search.domain.plan import Plan, Task
from agentic_search.synthesis.writing.writer import Evidence, WriterInput


def make_writer_input(query: str, plan: Plan, outcomes: Mapping[str, Outcome]) -> WriterInput:
    """Number the passages of completed tasks 1, 2, 3 … in the plan's order, and name the tasks that gave none.

    A passage found twice counts once, where it was found first: that is, the same text anywhere, or at one address a
    text that holds the other; of those the longer is kept, as a page that was read after a search had shown a part of
    it. A blank passage does not count. A task without an outcome came too late.
    """
    found = _distinct(_passages(plan, outcomes))
    evidence = tuple(Evidence(id_, passage, task_id) for id_, (task_id, passage) in enumerate(found, start=1))
    missing = tuple(line for task in plan.tasks if (line := _left_out(task, outcomes.get(task.id))) is not None)
    return WriterInput(query=query, evidence=evidence, left_out=missing)


def _passages(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, Passage]]:
    for task in plan.tasks:
        outcome = outcomes.get(task.id)
        if isinstance(outcome, Completed):
            yield from ((task.id, passage) for passage in outcome.result.passages)


def _distinct(found: Iterable[tuple[str, Passage]]) -> list[tuple[str, Passage]]:
    kept: list[tuple[str, Passage]] = []
    by_text: set[str] = set()
    by_address: dict[str, list[tuple[str, int]]] = {}
    for task_id, passage in found:
        text = " ".join(passage.text.split())
        if not text or text in by_text:
            continue
        by_text.add(text)
        before = by_address.setdefault(passage.url, [])
        overlaps = (known for known in before if passage.url and (text in known[0] or known[0] in text))
        if (overlap := next(overlaps, None)) is None:
            before.append((text, len(kept)))
            kept.append((task_id, passage))
        elif len(text) > len(overlap[0]):
            before[before.index(overlap)] = (text, overlap[1])
            kept[overlap[1]] = (kept[overlap[1]][0], passage)
    return kept


def _left_out(task: Task, outcome: Outcome | None) -> LeftOut | None:
    what = f"{task.id}: {task.tool} - {task.purpose}" if task.purpose else f"{task.id}: {task.tool}"
    match outcome:
        case Completed():
            return None
        case Failed(error=error):
            return LeftOut(what=what, why=f"failed: {error}")
        case Skipped(because=because):
            return LeftOut(what=what, why=f"skipped: {because}")
        case None:
            return LeftOut(what=what, why="came too late")

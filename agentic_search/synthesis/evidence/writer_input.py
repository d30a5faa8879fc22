"""What writers get: the question, the passages that tools found, numbered, and what is missing.

`make_writer_input` makes it from a plan and its outcomes.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from agentic_search.conversation.sources import earlier_passages
from agentic_search.domain.answer import LeftOut, Turn
from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import reason
from agentic_search.domain.outcome import Completed, Evidence, Failed, Outcome, Passage, Skipped
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.query import AnswerLength
from agentic_search.events.task_facts import headline
from agentic_search.synthesis.evidence.reading import QuestionWords, as_read
from agentic_search.text.counting import count
from agentic_search.text.lexicon import terms

AT_ONCE = 8_000
"""Characters of evidence that are read within a few milliseconds, which is hardly more than changing threads takes."""

_COMPARED = 200_000
"""Characters by which passages are told apart."""

_MOST_OF_AN_ADDRESS = 20
"""Passages of one address of which each is looked for in the others: of thousands, that would take minutes."""

_BEARING = 1 / 3
"""Share of the question's terms that an earlier answer's source must have."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class WriterInput:
    """All that a writer gets."""

    query: str
    """The question as it stands by itself."""
    evidence: tuple[Evidence, ...]
    left_out: tuple[LeftOut, ...] = ()
    """What is missing before the writer has begun: failed and skipped tasks, what tools say of their own search,
    tools that wait for approval."""
    notes: tuple[str, ...] = ()
    """What completed tasks say of their own search, a line each: `t1: search found nothing`."""
    not_used: tuple[UnusedTool, ...] = ()
    """These tools, for an answer that tells how to allow them."""
    said: str = ""
    """The question in the user's words, where these are other ones: of a follow-up."""
    searched: tuple[str, ...] = ()
    """Where it was searched, with how much there is, where the tools say so: `Python documentation (75 packages)`."""
    earlier: tuple[Turn, ...] = ()
    """The conversation so far, oldest first."""
    read: QuestionWords | None = None
    """The question as the tools read it."""
    length: AnswerLength = "normal"
    """How long a model's answer is to be."""
    instructions: str = ""
    """What the asker wants of the answer's form, in the asker's words."""
    alike: Mapping[int, float] = field(default_factory=dict[int, float])
    """Id of each passage that is like the question in meaning → how much, above 0; see `with_meaning`."""

    @property
    def words(self) -> QuestionWords:
        """What evidence is compared with."""
        return self.read or QuestionWords(self.query)


def make_writer_input(
    query: str,
    plan: Plan,
    outcomes: Mapping[str, Outcome],
    *,
    said: str = "",
    earlier: tuple[Turn, ...] = (),
    not_used: Sequence[UnusedTool] = (),
    length: AnswerLength = "normal",
    instructions: str = "",
) -> WriterInput:
    """Number the passages of completed tasks 1, 2, 3 … in the plan's order, and name the tasks that gave none.

    A passage found twice counts once, where it was found first: that is, the same text anywhere, or at one address a
    text that holds the other; of those the longer is kept, as a page that was read after a search had shown a part of
    it. A blank passage does not count. A task without an outcome came too late. `not_used` are named as missing, too.
    What `earlier` answers cite comes last, as far as it bears on the question.
    """
    found = _distinct(chain(_passages(plan, outcomes), _said_before(query, earlier)))
    places = dict(_places(plan, outcomes))
    evidence = tuple(
        Evidence(id_, passage, task_id, _name_of(places.get(task_id, "")))
        for id_, (task_id, passage) in enumerate(found, start=1)
    )
    missing = tuple(line for task in plan.tasks if (line := _left_out(task, outcomes.get(task.id))) is not None)
    notes = tuple(line for task in plan.tasks if (line := _note(task, outcomes.get(task.id))))
    unused = (LeftOut(what=it.tool, why=f"not used: {reason(it.why)}; {it.how}") for it in not_used)
    searched = tuple(_searched(places.values()))
    read = as_read(query, _readings(plan, outcomes), (item.passage for item in evidence))
    return WriterInput(
        query,
        evidence,
        left_out=(*missing, *unused),
        notes=notes,
        not_used=tuple(not_used),
        said=said,
        searched=searched,
        earlier=earlier,
        read=read,
        length=length,
        instructions=instructions,
    )


async def in_thread_if_large(read: WriterInput | Mapping[str, Outcome], work: Callable[[], _Result]) -> _Result:
    """Do `work`, which reads the passages: in a thread if they are large, so that other runs are not held up."""
    if isinstance(read, WriterInput):
        passages = (item.passage for item in read.evidence)
    else:
        passages = (passage for outcome in read.values() for passage in _given(outcome))
    size = sum(len(passage.text) for passage in passages)
    return work() if size <= AT_ONCE else await asyncio.to_thread(work)


def _given(outcome: Outcome | None) -> tuple[Passage, ...]:
    return outcome.result.passages if isinstance(outcome, Completed) else ()


def _passages(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, Passage]]:
    for task in plan.tasks:
        yield from ((task.id, passage) for passage in _given(outcomes.get(task.id)))


def _said_before(query: str, earlier: Sequence[Turn]) -> Iterator[tuple[str, Passage]]:
    """What earlier answers cite, as far as it bears on this question; no task of this run has found it."""
    asked = set(terms(query))
    for passage in earlier_passages(earlier):
        if len(asked.intersection(terms(f"{passage.title}\n{passage.text}"))) >= max(1, _BEARING * len(asked)):
            yield "", passage


def _readings(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[dict[str, tuple[str, ...]]]:
    for task in plan.tasks:
        outcome = outcomes.get(task.id)
        if isinstance(outcome, Completed) and outcome.result.read_as:
            yield dict(outcome.result.read_as)


def _places(plan: Plan, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, str]]:
    """Where each task has searched, by its id."""
    for task in plan.tasks:
        outcome = outcomes.get(task.id)
        if isinstance(outcome, Completed) and (place := outcome.result.searched):
            yield task.id, place


def _name_of(place: str) -> str:
    """Without how much there is."""
    return place.partition(" (")[0]


def _searched(found: Iterable[str]) -> Iterable[str]:
    """Each place once: of several calls the first that says how much there is."""
    places: dict[str, str] = {}
    for place in found:
        name = _name_of(place)
        if len(place) > len(places.get(name, "")):
            places[name] = place
    return places.values()


def _distinct(found: Iterable[tuple[str, Passage]]) -> list[tuple[str, Passage]]:
    distinct: list[tuple[str, Passage]] = []
    by_text: set[str] = set()
    by_address: dict[str, list[tuple[str, int]]] = {}
    for task_id, passage in found:
        text = " ".join(passage.text[:_COMPARED].split())
        if not text or text in by_text:
            continue
        by_text.add(text)
        before = by_address.setdefault(passage.url, [])
        overlaps = (known for known in before if passage.url and (text in known[0] or known[0] in text))
        if (overlap := next(overlaps, None)) is None:
            if len(before) < _MOST_OF_AN_ADDRESS:
                before.append((text, len(distinct)))
            distinct.append((task_id, passage))
        elif len(text) > len(overlap[0]):
            before[before.index(overlap)] = (text, overlap[1])
            distinct[overlap[1]] = (distinct[overlap[1]][0], passage)
    return distinct


def _note(task: Task, outcome: Outcome | None) -> str:
    note = outcome.result.note if isinstance(outcome, Completed) else ""
    return f"{headline(task.id, task.tool, '')} {note}" if note else ""


def _left_out(task: Task, outcome: Outcome | None) -> LeftOut | None:
    what = headline(task.id, task.tool, task.purpose)
    match outcome:
        case Completed(failed_calls=failed, result=result) if failed:
            calls = len(result.value) if isinstance(result.value, list) else len(failed)
            return LeftOut(what=what, why=f"{len(failed)} of {count(calls, 'call')} failed: {failed[0]}")
        case Completed(result=result):
            return LeftOut(what=what, why=result.note) if result.note else None
        case Skipped(intended=True):
            return None
        case Failed(error=error):
            return LeftOut(what=what, why=f"failed: {error}")
        case Skipped(because=because):
            return LeftOut(what=what, why=f"skipped: {because}")
        case None:
            return LeftOut(what=what, why="came too late")

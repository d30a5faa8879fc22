"""What events leave for a run that goes on: outcomes of the plan that ran, and of no draft that was dropped."""

from agentic_search.domain.outcome import Completed, Passage, Skipped
from agentic_search.domain.plan import Plan, Task
from agentic_search.events.facts import Fact, PlanFallback, PlanReady, PlanTask
from agentic_search.events.task_facts import SourcesFound, TaskCompleted, TaskSkipped, TaskStarted
from agentic_search.runs.ledger import Ledger

FIRST, OTHER = Task(id="t1", tool="search", arguments={"query": "a"}), Task(id="t1", tool="search")
NEXT = Task(id="t2", tool="read", depends_on=("t1",))


def done(task: Task, result: str, searched: str = "") -> tuple[Fact, ...]:
    """The facts of a task that completed."""
    started = TaskStarted(id=task.id, tool=task.tool, server="docs")
    return started, TaskCompleted(id=task.id, tool=task.tool, duration=1, result=result, searched=searched)


def values(ledger: Ledger) -> dict[str, object]:
    """The results of the tasks that completed."""
    return {id_: ended.result.value for id_, ended in ledger.outcomes.items() if isinstance(ended, Completed)}


def test_a_dropped_draft_leaves_nothing_though_its_ids_are_used_again() -> None:
    told = [PlanTask(task=FIRST), *done(FIRST, "dropped"), PlanFallback(reason="", instead=""), PlanTask(task=OTHER)]
    ready = PlanReady(plan=Plan(tasks=(OTHER, NEXT)), planner="offline")
    assert values(Ledger([*told, ready])) == {}
    assert values(Ledger([*told, ready, *done(OTHER, "used")])) == {"t1": "used"}


def test_a_task_that_the_accepted_plan_has_otherwise_has_not_ended() -> None:
    ready = PlanReady(plan=Plan(tasks=(OTHER,)), planner="model")
    assert values(Ledger([PlanTask(task=FIRST), *done(FIRST, "early"), ready])) == {}
    same = PlanReady(plan=Plan(tasks=(FIRST,)), planner="model")
    assert values(Ledger([PlanTask(task=FIRST), *done(FIRST, "early"), same])) == {"t1": "early"}


def test_a_later_round_keeps_what_the_earlier_one_found() -> None:
    told = [
        PlanTask(task=FIRST),
        *done(FIRST, "found", searched="Documents"),
        PlanReady(plan=Plan(tasks=(FIRST,)), planner="model"),
        SourcesFound(task_id="t1", sources=(Passage(title="A", text="a"),)),
        PlanTask(task=NEXT),
        PlanFallback(reason="", instead=""),
        PlanTask(task=NEXT),
        PlanReady(plan=Plan(tasks=(FIRST, NEXT)), planner="offline", round=2, earlier=1),
        TaskSkipped(id="t2", tool="read", because="its condition does not hold", intended=True),
    ]
    ledger = Ledger(told)
    first, second = ledger.outcomes.values()
    assert isinstance(first, Completed) and first.result.searched == "Documents"
    assert [passage.title for passage in first.result.passages] == ["A"] and ledger.servers["t1"] == "docs"
    assert isinstance(second, Skipped) and second.intended

"""What is emitted of tasks holds all that is known of them."""

from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.limits import Rate
from agentic_search.domain.outcome import Completed, Failed, Outcome, Passage, Skipped, ToolResult
from agentic_search.events import facts
from agentic_search.events.facts import Fact
from agentic_search.scheduler.admission.admission import LearntRate
from agentic_search.scheduler.commands import CallId, ElementEnded, RetryCall, StartCall
from agentic_search.scheduler.emitting import (
    emit_elements,
    emit_outcome,
    emit_retry,
    emit_slowed,
    emit_started,
    progress_of,
)
from tests.scheduler.plans import task

TASK = task("a", purpose="find", arguments={"x": "${item}"})


def start(*, elements: int | None = None, attempt: int = 1) -> StartCall:
    return StartCall(CallId("a"), TASK, {"x": 1}, elements, attempt)


def emitted_of(outcome: Outcome) -> list[Fact]:
    emitted: list[Fact] = []
    emit_outcome(emitted.append, TASK, outcome)
    return emitted


def test_a_start_tells_what_the_tool_is_given_and_of_a_list_what_the_plan_says() -> None:
    emitted: list[Fact] = []
    emit_started(emitted.append, start(attempt=2), "s")
    emit_started(emitted.append, start(elements=3), "")
    assert emitted == [
        facts.TaskStarted(id="a", tool="tool", server="s", purpose="find", attempt=2, arguments={"x": 1}),
        facts.TaskStarted(id="a", tool="tool", server="", purpose="find", attempt=1, arguments={"x": "${item}"}),
    ]


def test_progress_is_a_call_s_own_or_of_a_list_the_calls_that_have_ended() -> None:
    emitted: list[Fact] = []
    with progress_of(emitted.append, start()) as on_progress:
        on_progress(0.5, 2, "half")
    with progress_of(emitted.append, start(elements=3)) as on_progress:
        on_progress(0.5, 2, "half")
    emit_elements(emitted.append, ElementEnded(TASK, 1, 3))
    assert emitted == [
        facts.TaskProgress(id="a", tool="tool", progress=0.5, total=2, text="half"),
        facts.TaskProgress(id="a", tool="tool", progress=1, total=3, text=""),
    ]


def test_a_wait_is_told_to_the_millisecond() -> None:
    emitted: list[Fact] = []
    emit_retry(emitted.append, RetryCall(start(attempt=2), 1.23456, "gone"))
    emit_slowed(emitted.append, LearntRate("s", "t", Rate(5, 2.0), 1.23456))
    assert emitted == [
        facts.TaskRetrying(id="a", tool="tool", attempt=2, wait=1.235, error="gone"),
        facts.ServerSlowed(server="s", tool="t", calls=5, seconds=2.0, wait=1.235),
    ]


def test_a_completed_task_is_told_with_all_that_it_gave() -> None:
    passage = Passage(title="t", text="x")
    result = ToolResult(
        value=[1],
        text="1",
        passages=(passage,),
        blocks=({"type": "image"},),
        note="found one",
        remarks=("cut",),
        cached=True,
    )
    outcome = Completed(
        task_id="a", result=result, started_at=1, duration=2.5, attempts=2, failed_calls=("one was lost",)
    )
    told = facts.TaskCompleted(
        id="a",
        tool="tool",
        purpose="find",
        duration=2.5,
        attempts=2,
        cached=True,
        result=[1],
        content=({"type": "image"},),
        note="found one",
        failed_calls=("one was lost",),
        remarks=("cut",),
    )
    assert emitted_of(outcome) == [told, facts.SourcesFound(task_id="a", sources=(passage,))]


def test_a_task_that_gave_nothing_to_cite_is_told_without_sources() -> None:
    outcome = Completed(task_id="a", result=ToolResult(value=1, text="1"), started_at=0, duration=0)
    assert [fact.kind for fact in emitted_of(outcome)] == ["task.completed"]


def test_a_failed_and_a_skipped_task_are_told_with_the_reason() -> None:
    waited = WaitingCall(why="writes", arguments={"x": 1})
    failed = Failed(task_id="a", error="no", code="tool_timeout", started_at=1, duration=2.5, attempts=3)
    assert emitted_of(failed) == [
        facts.TaskFailed(id="a", tool="tool", duration=2.5, attempts=3, error="no", code="tool_timeout")
    ]
    skipped = Skipped(task_id="a", because="denied", waited=waited)
    assert emitted_of(skipped) == [facts.TaskSkipped(id="a", tool="tool", because="denied", waited=waited)]

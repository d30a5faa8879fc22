"""What the calls of one task come to, together."""

from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.outcome import Completed, Failed, Passage, ToolResult
from agentic_search.scheduler.commands import CallCompleted, CallFailed, CallId, StartCall
from agentic_search.scheduler.task_calls import Elements, waiting_call
from tests.scheduler.plans import task

LOOPED = task("b", "a", for_each="${a}", arguments={"x": "${item}"})


def part(name: str, *, note: str = "", remark: str = "cut") -> ToolResult:
    """What one call gave."""
    return ToolResult(
        value=name,
        text=f"{name}.",
        passages=(Passage(title=name, text=name),),
        blocks=({"type": name},),
        note=note,
        remarks=(remark,),
    )


def outcome_of(*ends: ToolResult | str, attempts: int = 1) -> Completed | Failed:
    """The end of a task over a list, whose calls ended so, the last first; text is an error."""
    elements = Elements(LOOPED, len(ends))
    for index, end in reversed([*enumerate(ends)]):
        call = CallId("b", index)
        taken = CallFailed(call, end, f"code {index}") if isinstance(end, str) else CallCompleted(call, end)
        elements.take(taken, attempt=attempts if index == 1 else 1)
    assert elements.done
    return elements.outcome(started_at=2.0, now=5.0)


def test_all_that_the_calls_gave_is_the_task_s_in_the_order_of_the_list() -> None:
    outcome = outcome_of(part("x", note="found one"), part("y"), part("z", note="found two", remark="too long"))
    assert isinstance(outcome, Completed) and (outcome.started_at, outcome.duration) == (2.0, 3.0)
    assert outcome.result == ToolResult(
        value=["x", "y", "z"],
        text="x.\n\ny.\n\nz.",
        passages=tuple(Passage(title=name, text=name) for name in "xyz"),
        blocks=({"type": "x"}, {"type": "y"}, {"type": "z"}),
        note="found one; found two",
        remarks=("cut", "too long"),
    )


def test_what_calls_say_alike_is_said_once() -> None:
    outcome = outcome_of(part("x", note="found nothing"), part("y", note="found nothing"))
    assert isinstance(outcome, Completed)
    assert (outcome.result.note, outcome.result.remarks) == ("found nothing", ("cut",))


def test_a_call_that_failed_stands_in_its_place_and_is_named() -> None:
    outcome = outcome_of(part("x"), "gone", attempts=3)
    assert isinstance(outcome, Completed) and (outcome.attempts, outcome.failed_calls) == (3, ("gone",))
    assert (outcome.result.value, outcome.result.text) == (["x", {"error": "gone"}], "x.\n\nerror: gone")


def test_where_all_failed_the_first_of_the_list_is_the_reason() -> None:
    outcome = outcome_of("first", "second", attempts=2)
    assert outcome == Failed(task_id="b", error="first", code="code 0", started_at=2.0, duration=3.0, attempts=2)


def test_a_task_that_waits_is_told_with_its_arguments_or_over_a_list_with_those_of_each_call() -> None:
    plain = task("a", arguments={"x": "${inputs.n}"})
    assert waiting_call("writes", plain, [StartCall(CallId("a"), plain, {"x": 7})]) == WaitingCall(
        why="writes", arguments={"x": 7}
    )
    calls = [StartCall(CallId("b", n), LOOPED, {"x": n}, 2) for n in range(2)]
    assert waiting_call("destructive", LOOPED, calls) == WaitingCall(
        why="destructive", arguments={"x": "${item}"}, each=({"x": 0}, {"x": 1}), calls=2
    )

"""Tasks that wait for somebody's word: no call of them starts before it, whatever comes in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.approval.decision import ApprovalWhy
from agentic_search.domain.outcome import Completed, Skipped
from agentic_search.domain.plan import Task
from agentic_search.scheduler.commands import (
    CallCompleted,
    CallFailed,
    CallGranted,
    CallId,
    Command,
    HoldTask,
    MachineInput,
    PlanSealed,
    StartCall,
    Stopped,
    TaskApproved,
    TaskDenied,
    TasksAdded,
    TimePassed,
)
from agentic_search.scheduler.machine import Machine
from agentic_search.scheduler.retries import Policy
from tests.scheduler.plans import completed, ended, result, started, task
from tests.scheduler.solo import Solo
from tests.scheduler.test_machine_properties import plans
from tests.support.effort import cases


def why_held(each: Task) -> ApprovalWhy | None:
    """Tasks with an odd priority wait."""
    return "writes" if each.priority % 2 else None


def held(commands: list[Command]) -> list[str]:
    return [each.task.id for each in commands if isinstance(each, HoldTask)]


def begun(*tasks: Task, slots: int = 100) -> tuple[Solo, list[Command]]:
    machine = Solo(Machine(why_held=why_held), max_concurrent=slots)
    return machine, machine.handle(TasksAdded(tasks), 0) + machine.handle(PlanSealed(), 0)


def test_a_task_that_waits_takes_no_slot_and_holds_up_only_what_needs_it() -> None:
    machine, commands = begun(task("a", priority=1), task("b"), task("c", "a"), slots=1)
    assert (held(commands), started(commands)) == (["a"], ["b"])
    machine.handle(completed("b"), 1)
    assert not machine.finished
    assert started(machine.handle(TaskApproved("a"), 99)) == ["a"]
    assert started(machine.handle(completed("a"), 100)) == ["c"]
    machine.handle(completed("c"), 101)
    first = machine.outcomes["a"]
    assert machine.finished and isinstance(first, Completed) and first.duration == 1, "the wait is no part of it"


def test_the_arguments_are_filled_before_it_is_asked_for() -> None:
    machine, _ = begun(task("a"), task("b", "a", priority=1, arguments={"x": "${a}"}))
    (hold,) = [each for each in machine.handle(completed("a", "found"), 1) if isinstance(each, HoldTask)]
    assert (hold.waiting.why, hold.waiting.arguments) == ("writes", {"x": "found"})


def test_a_task_over_a_list_is_asked_for_once() -> None:
    looped = task("b", "a", priority=1, for_each="${a}", arguments={"x": "${item}"})
    machine, _ = begun(task("a"), looped)
    commands = machine.handle(completed("a", [*range(150)]), 1)
    (hold,) = [each for each in commands if isinstance(each, HoldTask)]
    assert (hold.waiting.calls, len(hold.waiting.each), hold.waiting.each[1]) == (150, 100, {"x": 1})
    assert started(commands) == []
    assert len(started(machine.handle(TaskApproved("b"), 2))) == 100


def test_a_task_over_an_empty_list_asks_for_nothing() -> None:
    machine, _ = begun(task("a"), task("b", "a", priority=1, for_each="${a}"))
    commands = machine.handle(completed("a", []), 1)
    assert held(commands) == [] and ended(commands)["b"] == "completed"


def test_a_denied_task_is_skipped_with_what_needs_it() -> None:
    machine, _ = begun(task("a", priority=1), task("b", "a"), task("c"))
    commands = machine.handle(TaskDenied("a", "denied by the user"), 1)
    assert ended(commands) == {"a": "skipped", "b": "skipped"}
    denied = machine.outcomes["a"]
    assert isinstance(denied, Skipped) and denied.because == "denied by the user" and denied.waited is not None
    after = machine.outcomes["b"]
    assert isinstance(after, Skipped) and (after.because, after.intended) == ("a was skipped", False)
    assert machine.handle(TaskApproved("a"), 2) == [], "too late"
    assert started(machine.handle(completed("c"), 3)) == [] and machine.finished


def test_what_still_waits_when_the_run_is_stopped_is_skipped_and_says_so() -> None:
    machine, _ = begun(task("a", priority=1), task("b"))
    machine.handle(Stopped("the deadline passed after 5.0 s"), 5)
    waited = machine.outcomes["a"]
    assert isinstance(waited, Skipped)
    assert waited.because == "it still waited for approval when the deadline passed after 5.0 s"


def test_another_attempt_at_an_approved_call_is_not_asked_for_again() -> None:
    machine = Solo(Machine(why_held=why_held, policy_of=lambda _: Policy(attempts=3, repeatable=True)))
    machine.handle(TasksAdded((task("a", priority=1),)), 0)
    machine.handle(PlanSealed(), 0)
    assert started(machine.handle(TaskApproved("a"), 1)) == ["a"]
    machine.handle(CallFailed(CallId("a"), "gone", "connection_lost"), 2)
    again = machine.handle(TimePassed(), 60)
    assert (started(again), held(again)) == (["a"], [])


FIXED: dict[str, MachineInput] = {"time": TimePassed(), "seal": PlanSealed(), "stop": Stopped("enough")}
USUAL = ["approve", "approve", "deny", "grant", "grant", "succeed", "fail", "time", "write", "write", "seal"]


def made(kind: str, call: CallId) -> MachineInput:
    """An input about a call, or about its task."""
    about: dict[str, MachineInput] = {
        "approve": TaskApproved(call.task_id),
        "deny": TaskDenied(call.task_id, "no"),
        "grant": CallGranted(call),
        "succeed": CallCompleted(call, result({"flag": True, "rows": [1, 2]})),
        "fail": CallFailed(call, "no", "connection_lost"),
    }
    return about[kind]


@settings(max_examples=cases(300), deadline=None)
@given(plans(), st.data())
def test_no_order_of_inputs_lets_a_call_start_that_was_not_approved(tasks: list[Task], data: st.DataObject) -> None:
    """Inputs that mean nothing at their time are given, too: approval of what is not held yet, grants of nothing."""
    machine = Machine(why_held=why_held, policy_of=lambda _: Policy(attempts=2, repeatable=True))
    unwritten, approved, was_held = list(tasks), set[str](), set[str]()
    calls = st.builds(CallId, st.sampled_from([each.id for each in tasks]), st.integers(0, 2))
    for now in range(1, 60):
        kind = data.draw(st.sampled_from([*USUAL, "stop"] if now > 50 else USUAL))
        if kind == "write":
            given_input: MachineInput = TasksAdded((unwritten.pop(),) if unwritten else ())
        else:
            given_input = FIXED.get(kind) or made(kind, data.draw(calls))
        if isinstance(given_input, TaskApproved) and given_input.task_id in was_held:
            approved.add(given_input.task_id)
        commands = machine.handle(given_input, now * 100.0)
        was_held |= set(held(commands))
        for command in commands:
            if isinstance(command, StartCall):
                assert why_held(command.task) is None or command.task.id in approved, "started unapproved"

"""Results that single calls of a task over a list gave in an earlier run: these calls are not made again."""

from agentic_search.domain.outcome import Completed, Skipped
from agentic_search.scheduler.commands import (
    CallId,
    Command,
    HoldTask,
    PlanSealed,
    StartCall,
    Stopped,
    TaskApproved,
    TaskDenied,
    TasksAdded,
)
from agentic_search.scheduler.machine import Machine
from tests.scheduler.plans import completed, ended, failed, result, started, task, value_of
from tests.scheduler.solo import Solo

LOOPED = task("b", for_each="${inputs.rows}", arguments={"x": "${item}"})


def begun(*done: int, waits: bool = False, rows: int = 3) -> tuple[Solo, list[Command]]:
    """A machine that was given the task at second 1, of whose calls these were done."""
    results = {"b": {element: result(f"kept {element}") for element in done}, "other": {0: result("of another")}}
    machine = Solo(Machine(done=results if done else {"other": {}}, why_held=lambda _: "writes" if waits else None))
    commands = machine.handle(TasksAdded((LOOPED,), {"rows": [*range(rows)]}), 1)
    return machine, [*commands, *machine.handle(PlanSealed(), 1)]


def calls_started(commands: list[Command]) -> list[CallId]:
    return [each.call for each in commands if isinstance(each, StartCall)]


def test_only_the_other_calls_are_made_and_all_results_stand_in_their_places() -> None:
    machine, commands = begun(1)
    assert calls_started(commands) == [CallId("b", 0), CallId("b", 2)]
    machine.handle(completed("b", "new 0", 0), 2)
    assert ended(machine.handle(failed("b", "gone", 2), 4)) == {"b": "completed"}
    outcome = machine.outcomes["b"]
    assert value_of(outcome) == ["new 0", "kept 1", {"error": "gone"}]
    assert isinstance(outcome, Completed) and (outcome.attempts, outcome.duration) == (1, 3)


def test_a_task_of_which_all_is_done_ends_at_once_and_asks_nobody() -> None:
    machine, commands = begun(0, 1, 2, waits=True)
    assert (ended(commands), started(commands)) == ({"b": "completed"}, [])
    assert not [each for each in commands if isinstance(each, HoldTask)]
    outcome = machine.outcomes["b"]
    assert value_of(outcome) == ["kept 0", "kept 1", "kept 2"]
    assert isinstance(outcome, Completed) and (outcome.attempts, outcome.started_at, outcome.duration) == (1, 1, 0)


def test_only_the_other_calls_are_asked_for() -> None:
    machine, commands = begun(1, waits=True)
    (hold,) = [each for each in commands if isinstance(each, HoldTask)]
    assert (hold.waiting.calls, hold.waiting.each) == (2, ({"x": 0}, {"x": 2}))
    assert calls_started(machine.handle(TaskApproved("b"), 9)) == [CallId("b", 0), CallId("b", 2)]


def test_denied_it_comes_to_what_was_done() -> None:
    machine, _ = begun(1, waits=True)
    assert ended(machine.handle(TaskDenied("b", "denied by the user"), 9)) == {"b": "completed"}
    outcome = machine.outcomes["b"]
    assert value_of(outcome) == [{"error": "denied by the user"}, "kept 1", {"error": "denied by the user"}]
    assert isinstance(outcome, Completed) and (outcome.attempts, outcome.started_at, outcome.duration) == (1, 9, 0)
    assert outcome.failed_calls == ("denied by the user", "denied by the user")


def test_stopped_while_it_waits_it_comes_to_what_was_done() -> None:
    machine, _ = begun(1, waits=True, rows=2)
    assert ended(machine.handle(Stopped("enough"), 9)) == {"b": "completed"}
    said = {"error": "it still waited for approval when enough"}
    assert value_of(machine.outcomes["b"]) == [said, "kept 1"]


def test_denied_where_nothing_of_it_was_done_it_is_skipped() -> None:
    machine, _ = begun(waits=True)
    machine.handle(TaskDenied("b", "denied by the user"), 9)
    assert isinstance(machine.outcomes["b"], Skipped)

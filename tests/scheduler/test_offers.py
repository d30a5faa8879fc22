"""What the machine says is ready, in which order, and how it takes a grant."""

from collections.abc import Sequence

from agentic_search.domain.plan import Task
from agentic_search.scheduler.commands import (
    CallGranted,
    CallId,
    CallOrder,
    Command,
    OfferCall,
    StartCall,
    Stopped,
    TasksAdded,
    WithdrawCall,
)
from agentic_search.scheduler.machine import Machine
from tests.scheduler.plans import completed, started, task


def offered(commands: Sequence[Command]) -> dict[str, CallOrder]:
    """The orders of what is offered, by task."""
    return {each.task.id: each.order for each in commands if isinstance(each, OfferCall)}


def test_what_is_ready_is_offered_and_starts_only_when_it_is_granted() -> None:
    machine = Machine()
    (command,) = machine.handle(TasksAdded((task("a"), task("b", "a"))), 0)
    assert isinstance(command, OfferCall) and command.call == CallId("a")
    (command,) = machine.handle(CallGranted(CallId("a")), 7)
    assert isinstance(command, StartCall)
    assert list(offered(machine.handle(completed("a"), 8))) == ["b"]
    assert machine.outcomes["a"].model_dump()["started_at"] == 7


def test_the_head_of_a_chain_comes_before_a_task_that_nothing_waits_for() -> None:
    plan = (task("alone"), task("head"), task("middle", "head"), task("end", "middle"))
    orders = offered(Machine().handle(TasksAdded(plan), 0))
    assert sorted(orders, key=orders.__getitem__) == ["head", "alone"]
    assert orders["head"].shorter == -3


def test_the_longest_path_is_in_seconds_where_it_is_known_how_long_tools_take() -> None:
    seconds = {"slow": 9.0}

    def seconds_of(each: Task) -> float:
        return seconds.get(each.id, 1.0)

    plan = (task("head"), task("end", "head"), task("slow"))
    orders = offered(Machine(seconds_of=seconds_of).handle(TasksAdded(plan), 0))
    assert sorted(orders, key=orders.__getitem__) == ["slow", "head"]


def test_priority_is_stronger_than_the_longest_path() -> None:
    orders = offered(Machine().handle(TasksAdded((task("head"), task("end", "head"), task("now", priority=1))), 0))
    assert sorted(orders, key=orders.__getitem__) == ["now", "head"]


def test_a_call_that_waits_is_offered_again_when_more_is_to_come_after_it() -> None:
    machine = Machine()
    machine.handle(TasksAdded((task("a"), task("b"), task("running"))), 0)
    machine.handle(CallGranted(CallId("running")), 0)
    commands = machine.handle(TasksAdded((task("c", "b", "running"), task("d", "c"))), 1)
    assert {task_id: order.shorter for task_id, order in offered(commands).items()} == {"b": -3}


def test_what_comes_after_a_task_that_is_not_ready_moves_up_only_what_is() -> None:
    machine = Machine()
    machine.handle(TasksAdded((task("a"), task("b", "a"))), 0)
    commands = machine.handle(TasksAdded((task("c", "b"),)), 1)
    assert {task_id: order.shorter for task_id, order in offered(commands).items()} == {"a": -3}


def test_all_elements_that_wait_move_up_with_their_task() -> None:
    machine = Machine()
    machine.handle(TasksAdded((task("list"), task("each", "list", for_each="${list}"))), 0)
    machine.handle(CallGranted(CallId("list")), 0)
    machine.handle(completed("list", [1, 2, 3]), 1)
    machine.handle(CallGranted(CallId("each", 1)), 1)
    commands = machine.handle(TasksAdded((task("after", "each"),)), 2)
    assert [(each.call, each.order.shorter) for each in commands if isinstance(each, OfferCall)] == [
        (CallId("each", 0), -2.0),
        (CallId("each", 2), -2.0),
    ]


def test_what_is_offered_is_withdrawn_when_the_run_is_stopped_and_a_late_grant_starts_nothing() -> None:
    machine = Machine()
    machine.handle(TasksAdded((task("a"), task("b"))), 0)
    commands = machine.handle(Stopped("enough"), 1)
    assert [each.call.task_id for each in commands if isinstance(each, WithdrawCall)] == ["a", "b"]
    assert machine.handle(CallGranted(CallId("a")), 2) == []
    assert machine.finished


def test_a_grant_is_good_for_one_start() -> None:
    machine = Machine()
    machine.handle(TasksAdded((task("a"),)), 0)
    assert started(machine.handle(CallGranted(CallId("a")), 0)) == ["a"]
    assert machine.handle(CallGranted(CallId("a")), 0) == []

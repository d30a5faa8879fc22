"""The machine's decisions, as tables: inputs in, commands out."""

import pytest

from agentic_search.domain.outcome import Completed, Failed, Skipped
from agentic_search.scheduler.commands import (
    CallId,
    CancelCall,
    ElementEnded,
    PlanSealed,
    StartCall,
    Stopped,
    TasksAdded,
)
from agentic_search.scheduler.machine import Machine
from tests.scheduler.plans import completed, ended, failed, machine_with, started, task, value_of
from tests.scheduler.solo import Solo


def test_independent_tasks_start_at_once_in_the_order_of_the_plan() -> None:
    _, commands = machine_with(task("c"), task("a"), task("b"))
    assert started(commands) == ["c", "a", "b"]


def test_a_task_starts_when_the_last_of_its_dependencies_has_completed() -> None:
    machine, commands = machine_with(task("a"), task("b"), task("c", "a", "b"))
    assert started(commands) == ["a", "b"]
    assert started(machine.handle(completed("b"), 1)) == []
    assert started(machine.handle(completed("a"), 2)) == ["c"]
    machine.handle(completed("c"), 3)
    assert machine.finished
    assert list(machine.outcomes) == ["a", "b", "c"]


def test_a_failed_task_skips_its_dependents_and_theirs_and_nothing_else() -> None:
    machine, _ = machine_with(task("a"), task("b"), task("after_a", "a"), task("last", "after_a"), task("after_b", "b"))
    assert ended(machine.handle(failed("a"), 1)) == {"a": "failed", "after_a": "skipped", "last": "skipped"}
    assert started(machine.handle(completed("b"), 2)) == ["after_b"]
    skipped = [outcome.because for outcome in machine.outcomes.values() if isinstance(outcome, Skipped)]
    assert skipped == ["a failed", "after_a was skipped"]


def test_a_task_that_was_skipped_for_one_dependency_stays_so_when_another_completes() -> None:
    machine, _ = machine_with(task("a"), task("b"), task("c", "a", "b"))
    assert ended(machine.handle(failed("a"), 1)) == {"a": "failed", "c": "skipped"}
    assert ended(machine.handle(completed("b"), 2)) == {"b": "completed"}
    assert machine.finished and machine.outcomes["c"].status == "skipped"


def test_a_chain_of_thousands_is_no_recursion() -> None:
    chain = [task("t0"), *(task(f"t{n}", f"t{n - 1}") for n in range(1, 5_000))]
    machine, _ = machine_with(*chain)
    assert len(ended(machine.handle(failed("t0"), 1))) == 5_000
    assert machine.finished


@pytest.mark.parametrize(("slots", "expected"), [(1, ["a"]), (2, ["a", "b"]), (9, ["a", "b", "c"])])
def test_no_more_calls_start_than_there_are_slots(slots: int, expected: list[str]) -> None:
    _, commands = machine_with(task("a"), task("b"), task("c"), max_concurrent=slots)
    assert started(commands) == expected


def test_a_free_slot_goes_to_the_ready_task_of_highest_priority_then_to_the_first_written() -> None:
    machine, commands = machine_with(
        task("low"),
        task("high", priority=5),
        task("lower", priority=-1),
        task("high_too", priority=5),
        max_concurrent=1,
    )
    order = started(commands)
    while not machine.finished:
        order += started(machine.handle(completed(order[-1]), 1))
    assert order == ["high", "high_too", "low", "lower"]


def test_references_are_filled_with_typed_values_when_the_task_starts() -> None:
    first, second = task("a"), task("b", "a", arguments={"ids": "${a.ids}", "text": "about ${a.name}: ${a.ids}"})
    machine, _ = machine_with(first, second)
    (_, start) = machine.handle(completed("a", {"ids": [1, 2], "name": "x"}), 1)
    assert isinstance(start, StartCall)
    assert start.arguments == {"ids": [1, 2], "text": "about x: [1,2]"}


def test_a_reference_inside_a_result_is_never_expanded() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", arguments={"text": "${a}"}))
    (_, start) = machine.handle(completed("a", "${b.secret} ${"), 1)
    assert isinstance(start, StartCall)
    assert start.arguments == {"text": "${b.secret} ${"}


def test_a_reference_that_cannot_be_evaluated_fails_its_task_alone() -> None:
    machine, _ = machine_with(task("a"), task("bad", "a", arguments={"n": "${abs(a)}"}), task("good", "a"))
    commands = machine.handle(completed("a", "no number"), 1)
    assert ended(commands) == {"a": "completed", "bad": "failed"}
    assert started(commands) == ["good"]
    outcome = machine.outcomes["bad"]
    assert isinstance(outcome, Failed) and "${abs(a)}" in outcome.error and outcome.code == "bad_reference"
    assert (outcome.started_at, outcome.duration) == (1, 0)


@pytest.mark.parametrize(
    ("value", "runs"),
    [({"n": 3}, True), ({"n": 0}, True), ({"n": ""}, False), ({"n": []}, False), ({"n": None}, False), ({}, False)],
)
def test_a_condition_that_is_false_null_or_empty_skips_the_task(value: object, runs: bool) -> None:
    machine, _ = machine_with(task("a"), task("b", "a", when="${a.n}"))
    assert started(machine.handle(completed("a", value), 1)) == (["b"] if runs else [])
    assert machine.finished is not runs


def test_what_a_condition_skips_is_intended_and_so_is_what_comes_after_it() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", when="${a.n}"), task("c", "b"))
    assert ended(machine.handle(completed("a", {"n": False}), 1)) == {"a": "completed", "b": "skipped", "c": "skipped"}
    assert [(each.because, each.intended) for each in machine.outcomes.values() if isinstance(each, Skipped)] == [
        ("its condition ${a.n} does not hold", True),
        ("b was skipped", True),
    ]


def test_for_each_runs_once_an_element_and_keeps_their_order() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a}", arguments={"id": "${item.id}", "all": "${a}"}))
    rows: list[object] = [{"id": 1}, {"id": 2}, {"id": 3}]
    starts = [each for each in machine.handle(completed("a", rows), 1) if isinstance(each, StartCall)]
    assert [start.arguments["id"] for start in starts] == [1, 2, 3]
    assert starts[0].arguments["all"] == rows
    for element in (2, 0):
        (command,) = machine.handle(completed("b", f"got {element}", element), 2)
        assert isinstance(command, ElementEnded)
    assert ended(machine.handle(completed("b", "got 1", 1), 3)) == {"b": "completed"}
    outcome = machine.outcomes["b"]
    assert value_of(outcome) == ["got 0", "got 1", "got 2"]
    assert isinstance(outcome, Completed) and outcome.result.text == "got 0\n\ngot 1\n\ngot 2"


def test_an_element_that_fails_fails_alone_and_all_of_them_fail_the_task() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a}"), task("c", "a", for_each="${a}"))
    machine.handle(completed("a", [1, 2]), 1)
    machine.handle(failed("b", "gone", 0), 2)
    machine.handle(completed("b", "fine", 1), 2)
    assert value_of(machine.outcomes["b"]) == [{"error": "gone"}, "fine"]
    machine.handle(failed("c", "x", 0), 2)
    assert ended(machine.handle(failed("c", "y", 1), 2)) == {"c": "failed"}


def test_for_each_over_an_empty_list_completes_with_an_empty_list() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a}"))
    assert ended(machine.handle(completed("a", []), 1)) == {"a": "completed", "b": "completed"}
    outcome = machine.outcomes["b"]
    assert value_of(outcome) == []
    assert isinstance(outcome, Completed) and outcome.attempts == 1


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ({"x": 1}, "an object"),
        ("x", "text"),
        (True, "a truth value"),
        (0, "a number"),
        (0.5, "a number"),
        (None, "null"),
    ],
)
def test_for_each_over_no_list_fails_the_task_and_says_what_it_got(rows: object, kind: str) -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a.rows}"))
    machine.handle(completed("a", {"rows": rows}), 1)
    outcome = machine.outcomes["b"]
    assert isinstance(outcome, Failed) and outcome.error == f"for_each ${{a.rows}} is no list but {kind}"


def test_stopping_cancels_what_is_under_way_and_skips_what_is_not() -> None:
    machine, _ = machine_with(task("a"), task("b"), task("c", "a", "b"), max_concurrent=1)
    commands = machine.handle(Stopped("the deadline passed"), 5)
    assert [each for each in commands if isinstance(each, CancelCall)] == [CancelCall(CallId("a"))]
    assert ended(commands) == {"a": "failed", "b": "skipped", "c": "skipped"}
    assert machine.finished
    assert machine.handle(completed("a"), 6) == []


def test_news_of_a_call_that_is_not_under_way_changes_nothing() -> None:
    machine, _ = machine_with(task("a"), task("b", "a"))
    for stray in (completed("b"), completed("nowhere"), failed("a", element=7)):
        assert machine.handle(stray, 1) == []
    machine.handle(completed("a"), 1)
    assert machine.handle(failed("a"), 1) == []


def test_tasks_may_be_added_while_others_run_and_what_waits_in_vain_is_skipped_at_the_end_of_the_plan() -> None:
    machine = Solo(Machine(), max_concurrent=4)
    assert not machine.finished
    assert started(machine.handle(TasksAdded((task("b", "a"), task("orphan", "ghost"))), 0)) == []
    assert started(machine.handle(TasksAdded((task("a"),)), 1)) == ["a"]
    assert started(machine.handle(completed("a"), 2)) == ["b"]
    assert started(machine.handle(TasksAdded((task("c", "a"),)), 3)) == ["c"]
    assert ended(machine.handle(PlanSealed(), 3)) == {"orphan": "skipped"}
    machine.handle(failed("b"), 4)
    assert ended(machine.handle(TasksAdded((task("late", "b"),)), 4)) == {"late": "skipped"}
    machine.handle(completed("c"), 5)
    assert machine.finished


def test_durations_are_the_time_from_the_first_start_to_the_end() -> None:
    machine = Solo(Machine(), max_concurrent=1)
    machine.handle(TasksAdded((task("a"),)), 1.5)
    machine.handle(PlanSealed(), 2)
    machine.handle(failed("a"), 4)
    outcome = machine.outcomes["a"]
    assert isinstance(outcome, Failed)
    assert (outcome.started_at, outcome.duration) == (1.5, 2.5)


def test_of_several_tasks_that_never_came_the_first_by_name_is_the_reason() -> None:
    machine, _ = machine_with(task("orphan", "ghost_b", "ghost_a", "ghost_c"))
    outcome = machine.outcomes["orphan"]
    assert isinstance(outcome, Skipped) and outcome.because == "there is no task 'ghost_a'"


def test_an_element_that_cannot_be_called_fails_alone_at_its_first_attempt() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a}", arguments={"x": "${item.id}"}))
    commands = machine.handle(completed("a", [{"id": 1}, {"name": 2}]), 1)
    assert [each.call for each in commands if isinstance(each, StartCall)] == [CallId("b", 0)]
    assert ended(machine.handle(completed("b", "fine", 0), 2)) == {"b": "completed"}
    outcome = machine.outcomes["b"]
    assert isinstance(outcome, Completed) and outcome.attempts == 1
    assert value_of(outcome) == ["fine", {"error": outcome.failed_calls[0]}]


def test_a_list_of_which_no_element_can_be_called_fails_its_task_for_the_first() -> None:
    machine, _ = machine_with(task("a"), task("b", "a", for_each="${a}", arguments={"x": "${item.id}"}))
    assert ended(machine.handle(completed("a", [{"name": 1}, {"n": 2}]), 1)) == {"a": "completed", "b": "failed"}
    outcome = machine.outcomes["b"]
    assert isinstance(outcome, Failed) and outcome.code == "bad_reference" and "'name'" in outcome.error


def test_what_is_under_way_when_the_run_is_stopped_took_the_time_since_its_start() -> None:
    machine = Solo(Machine())
    machine.handle(TasksAdded((task("a"),)), 1.5)
    machine.handle(Stopped("enough"), 4)
    outcome = machine.outcomes["a"]
    assert isinstance(outcome, Failed)
    assert (outcome.started_at, outcome.duration, outcome.code) == (1.5, 2.5, "stopped")


def test_calls_are_cancelled_in_the_order_of_the_plan() -> None:
    machine, commands = machine_with(task("c"), task("b", priority=5), task("a"))
    assert started(commands) == ["b", "c", "a"]
    commands = machine.handle(Stopped("enough"), 1)
    assert [each.call.task_id for each in commands if isinstance(each, CancelCall)] == ["c", "b", "a"]


def test_inputs_stay_what_they_were_when_more_tasks_come_without_any() -> None:
    machine = Solo(Machine())
    machine.handle(TasksAdded((task("a", arguments={"x": "${inputs.n}"}),), {"n": 7}), 0)
    (start,) = machine.handle(TasksAdded((task("b", arguments={"x": "${inputs.n}"}),)), 1)
    assert isinstance(start, StartCall) and start.arguments == {"x": 7}

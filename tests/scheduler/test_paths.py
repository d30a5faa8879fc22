"""The longest path from each task: true for any graph, in whatever order it becomes known, and cheap for long ones."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.plan import Task
from agentic_search.scheduler.paths import Paths
from tests.scheduler.plans import task
from tests.support.effort import cases


def seconds_of(each: Task) -> float:
    """What the tests give a task as its priority."""
    return float(each.priority)


def longest(tasks: Sequence[Task], task_id: str) -> float:
    """By looking at every path."""
    own = next(each for each in tasks if each.id == task_id)
    after = [each.id for each in tasks if task_id in each.depends_on]
    return seconds_of(own) + max((longest(tasks, each) for each in after), default=0.0)


@st.composite
def graphs(draw: st.DrawFn) -> list[Task]:
    """Any acyclic graph of up to 9 tasks that last differently, in any order."""
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 9))):
        before = draw(st.lists(st.sampled_from([each.id for each in tasks]), unique=True)) if tasks else []
        tasks.append(task(f"t{number}", *before, priority=draw(st.integers(0, 9))))
    return draw(st.permutations(tasks))


@settings(max_examples=cases(200), deadline=None)
@given(graphs(), st.data())
def test_the_longest_path_is_right_after_every_task_that_becomes_known(tasks: list[Task], data: st.DataObject) -> None:
    paths, known = Paths(seconds_of), list[Task]()
    given: dict[str, float] = {}
    while len(known) < len(tasks):
        portion = tasks[len(known) : len(known) + data.draw(st.integers(1, 3))]
        known += portion
        changed = paths.add(portion)
        lengths = {each.id: longest(known, each.id) for each in known}
        given = {task_id: length for task_id, length in given.items() if task_id not in changed}
        assert all(lengths[task_id] == length for task_id, length in given.items())
        asked = data.draw(st.lists(st.sampled_from(sorted(lengths)), unique=True))
        given |= {task_id: paths.of(task_id) for task_id in asked}
        assert {task_id: given[task_id] for task_id in asked} == {task_id: lengths[task_id] for task_id in asked}


def chain(size: int) -> list[Task]:
    """Each after the one before."""
    return [task("t0", priority=1), *(task(f"t{n}", f"t{n - 1}", priority=1) for n in range(1, size))]


def fan(size: int) -> list[Task]:
    """All between the first and the last."""
    middle = [task(f"m{n}", "first", priority=1) for n in range(size)]
    return [task("first", priority=1), *middle, task("last", *(each.id for each in middle), priority=1)]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("portion", [1, 5_002])
@pytest.mark.parametrize(("tasks", "lengths"), [(chain(5_000), {"t0": 5_000}), (fan(5_000), {"first": 3})])
def test_thousands_of_tasks_are_one_pass_in_whatever_order_and_portions(
    tasks: list[Task], lengths: Mapping[str, float], portion: int, backwards: bool
) -> None:
    asked = 0

    def counted(_: Task) -> float:
        nonlocal asked
        asked += 1
        return 1.0

    paths = Paths(counted)
    tasks = tasks[::-1] if backwards else tasks
    for index in range(0, len(tasks), portion):
        paths.add(tasks[index : index + portion])
    assert {task_id: paths.of(task_id) for task_id in lengths} == lengths
    assert asked <= len(tasks)


def test_what_has_ended_is_forgotten() -> None:
    paths = Paths(lambda _: 1.0)
    paths.add([task("a"), task("b", "a"), task("c", "b")])
    assert paths.of("a") == 3
    paths.remove("a")
    paths.add([task("d", "c")])
    assert paths.of("b") == 3


def test_a_draft_that_runs_in_a_circle_is_not_followed_for_ever() -> None:
    paths = Paths(lambda _: 1.0)
    paths.add([task("head"), task("a", "head", "b"), task("b", "a")])
    assert paths.of("head") >= 2


def test_what_ended_before_the_task_that_it_comes_after_counts_no_more() -> None:
    paths = Paths(lambda _: 1.0)
    paths.add([task("head"), task("skipped", "head")])
    paths.remove("skipped")
    assert paths.of("head") == 1


@pytest.mark.parametrize("order", [("slow", "quick"), ("quick", "slow")])
def test_of_several_tasks_after_one_the_longest_counts(order: tuple[str, str]) -> None:
    seconds = {"slow": 9.0, "quick": 2.0}
    paths = Paths(lambda each: seconds.get(each.id, 1.0))
    paths.add([task("a"), *(task(id_, "a") for id_ in order)])
    assert paths.of("a") == 10.0

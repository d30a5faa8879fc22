"""The queue that anybody may leave, beside a plain dictionary that is sorted at every question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.scheduler.admission.ordered_queue import OrderedQueue, QueueOrder


def queue_order(priority: int, number: int) -> QueueOrder:
    """An order that no other has."""
    return QueueOrder(False, priority, 0.0, 0.0, 0, 0, number)


@given(
    st.lists(st.tuples(st.sampled_from(["put", "put", "discard", "pop"]), st.sampled_from("abcd"), st.integers(-3, 3)))
)
def test_the_first_is_always_the_least_of_those_that_are_in(moves: list[tuple[str, str, int]]) -> None:
    queue, model = OrderedQueue[str](), dict[str, QueueOrder]()
    for number, (move, thing, priority) in enumerate(moves):
        match move:
            case "discard":
                queue.discard(thing)
                model.pop(thing, None)
            case "pop" if model:
                expected = min(model, key=model.__getitem__)
                assert queue.pop() == expected
                del model[expected]
            case _:
                model[thing] = queue_order(priority, number)
                queue.put(thing, model[thing])
                assert queue.order_of(thing) == model[thing]
        if number % 3 == 0:
            assert queue.first == min(model.values(), default=None)
        assert len(queue) == len(model)


def test_an_empty_queue_has_no_first() -> None:
    queue = OrderedQueue[str]()
    assert queue.first is None
    with pytest.raises(IndexError, match=r"^the queue is empty$"):
        queue.pop()


def test_a_thing_that_changes_its_order_for_ever_takes_no_more_room() -> None:
    queue = OrderedQueue[str]()
    for number in range(10_000):
        queue.put("a", queue_order(0, number))
    assert len(vars(queue)["_heap"]) < 20


def test_the_order_holds_when_outdated_entries_have_been_cleared_away() -> None:
    queue = OrderedQueue[str]()
    for priority, thing in ((2, "b"), (1, "a"), (0, "c")):
        queue.put(thing, queue_order(priority, 0))
    for number in range(100):
        queue.put("b", queue_order(2, number))
        assert queue.first == queue.order_of("c")
    assert [queue.pop() for _ in range(3)] == ["c", "a", "b"]


class Counted(int):
    """A number that counts how often it was compared."""

    compared = 0

    def __lt__(self, other: int) -> bool:
        Counted.compared += 1
        return int(self) < int(other)


def test_putting_in_compares_with_few_of_those_that_are_in() -> None:
    queue = OrderedQueue[str]()
    for number in range(1_000):
        queue.put(f"t{number}", queue_order(0, Counted(number)))
    assert Counted.compared < 10_000

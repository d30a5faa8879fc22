"""The floor's rules, as tables: who may begin, in which order, and what is learnt of servers that ask for less."""

from collections.abc import Hashable
from itertools import permutations

import pytest

from agentic_search.domain.limits import Limit, Rate
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.admission.admission import LONGEST_REST, Floor, LearntRate, Place
from agentic_search.scheduler.admission.order import Rank, rank_of
from agentic_search.scheduler.messages import CallId
from tests.scheduler.plans import task

SEARCH = Tool(name="search", server="s", remote_name="search", input_schema={})
READ = Tool(name="read", server="s", remote_name="read", input_schema={})
OTHER = Tool(name="other", server="elsewhere", remote_name="other", input_schema={})


def floor_with(*runs: Hashable, limits: dict[str, Limit] | None = None, of_search: Limit | None = None) -> Floor:
    """A floor on which these runs are, with many places each."""
    floor = Floor(limits, lambda tool: of_search if tool is SEARCH else None)
    for run in runs:
        floor.enter(run, max_concurrent=100)
    return floor


def offer(
    floor: Floor, run: Hashable, *names: str, tool: Tool = SEARCH, now: float = 0.0, rank: Rank | None = None
) -> None:
    """Offer calls that are equal in rank but for their place in the plan."""
    for place, name in enumerate(names):
        floor.offer(run, CallId(name), rank or Rank(0, -1.0, place, 0), tool=tool, now=now)


def granted(floor: Floor, now: float = 0.0) -> list[Place]:
    """Everything that may begin now, in order."""
    places: list[Place] = []
    while place := floor.next_grant(now):
        places.append(place)
    return places


def names(places: list[Place]) -> list[str]:
    """Of their calls."""
    return [place.call.task_id for place in places]


def test_the_rank_of_a_call_is_priority_then_longest_path_then_place_then_element() -> None:
    low, high = task("low"), task("high", priority=1)
    best_first = [
        rank_of(high, path=1, place=9, element=0),
        rank_of(low, path=7, place=9, element=9),
        rank_of(low, path=2, place=1, element=3),
        rank_of(low, path=2, place=2, element=0),
        rank_of(low, path=2, place=2, element=1),
    ]
    assert all(sorted(order) == best_first for order in permutations(best_first))


def test_interactive_runs_go_before_batches_whatever_the_priority_of_their_tasks() -> None:
    floor = Floor()
    floor.enter("batch", max_concurrent=9, batch=True)
    floor.enter("asked", max_concurrent=9)
    offer(floor, "batch", "urgent", rank=Rank(-99, -99, 0, 0))
    offer(floor, "asked", "idle", rank=Rank(5, -1, 0, 0), now=1)
    assert names(granted(floor, 1)) == ["idle", "urgent"]


def test_of_calls_equal_in_priority_and_path_the_first_that_was_ready_begins_whichever_run_it_is_of() -> None:
    floor = floor_with("x", "y")
    offer(floor, "y", "early", rank=Rank(0, -1, 9, 0), now=1)
    offer(floor, "x", "late", rank=Rank(0, -1, 0, 0), now=2)
    offer(floor, "x", "long", rank=Rank(0, -5, 3, 0), now=3)
    assert names(granted(floor, 3)) == ["long", "early", "late"]


def test_a_run_has_no_more_calls_under_way_than_it_may() -> None:
    floor = Floor()
    floor.enter("x", max_concurrent=2)
    offer(floor, "x", "a", "b", "c")
    a, b = granted(floor)
    assert [a.call.task_id, b.call.task_id] == ["a", "b"]
    floor.give_back(b)
    assert names(granted(floor)) == ["c"]


def test_a_place_that_becomes_free_goes_to_the_best_of_all_runs() -> None:
    floor = floor_with("x", "y", "z", limits={"s": Limit(1)})
    offer(floor, "x", "first")
    (place,) = granted(floor)
    offer(floor, "y", "short", now=1)
    offer(floor, "z", "long", rank=Rank(0, -3, 0, 0), now=2)
    assert granted(floor, 2) == []
    floor.give_back(place)
    assert names(granted(floor, 3)) == ["long"]


def test_a_server_that_is_full_holds_up_no_call_to_another() -> None:
    floor = floor_with("x", limits={"s": Limit(1)})
    offer(floor, "x", "a", "b")
    offer(floor, "x", "c", tool=OTHER)
    assert names(granted(floor)) == ["a", "c"]


def test_a_tool_that_is_full_holds_up_no_other_of_its_server_and_both_count_for_the_server() -> None:
    floor = floor_with("x", limits={"s": Limit(3)}, of_search=Limit(1))
    offer(floor, "x", "a", "b")
    offer(floor, "x", "c", "d", "e", tool=READ)
    assert names(granted(floor)) == ["a", "c", "d"]


def test_a_call_that_two_gates_hold_up_begins_when_the_last_of_them_opens() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(1)})
    floor.enter("narrow", max_concurrent=1)
    offer(floor, "narrow", "mine", tool=OTHER)
    offer(floor, "y", "theirs")
    mine, theirs = granted(floor)
    offer(floor, "narrow", "waits")
    assert granted(floor) == []
    floor.give_back(mine)
    assert granted(floor) == []
    floor.give_back(theirs)
    assert names(granted(floor)) == ["waits"]


def test_a_rate_lets_calls_begin_as_time_passes_and_says_when_to_ask() -> None:
    floor = floor_with("x", limits={"s": Limit(rate=Rate(2, 1))})
    offer(floor, "x", "a", "b", "c", now=10)
    assert names(granted(floor, 10)) == ["a", "b"]
    assert floor.next_due == 11
    assert granted(floor, 10.9) == []
    assert names(granted(floor, 11)) == ["c"]
    assert floor.next_due is None


def test_nobody_asks_to_be_woken_for_a_rate_that_no_call_waits_for() -> None:
    floor = floor_with("x", limits={"s": Limit(rate=Rate(1, 1))})
    offer(floor, "x", "a", "b")
    granted(floor)
    assert floor.next_due == 1
    floor.withdraw("x", CallId("b"))
    assert floor.next_due is None


def test_a_rate_counts_calls_that_have_ended() -> None:
    floor = floor_with("x", limits={"s": Limit(rate=Rate(1, 1))})
    offer(floor, "x", "a", "b")
    (place,) = granted(floor)
    floor.give_back(place)
    assert granted(floor, 0.5) == []


def test_a_call_that_is_withdrawn_from_the_front_leaves_those_behind_it_in_their_order() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(1)})
    offer(floor, "x", "held")
    (place,) = granted(floor)
    offer(floor, "x", "front", rank=Rank(-9, -1, 0, 0))
    offer(floor, "x", "back", rank=Rank(0, -1, 0, 0))
    offer(floor, "y", "between", rank=Rank(-5, -1, 0, 0))
    assert granted(floor) == []
    floor.withdraw("x", CallId("front"))
    floor.withdraw("x", CallId("nowhere"))
    floor.give_back(place)
    (place,) = granted(floor)
    assert place.call == CallId("between")


def test_a_call_offered_again_moves_up_and_keeps_the_time_since_which_it_is_ready() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(1)})
    offer(floor, "x", "held")
    (place,) = granted(floor)
    offer(floor, "x", "early", now=1)
    offer(floor, "y", "late", now=2)
    offer(floor, "y", "late", rank=Rank(0, -8, 0, 0), now=3)
    offer(floor, "x", "early", rank=Rank(0, -8, 0, 0), now=4)
    floor.give_back(place)
    assert names(granted(floor, 5)) == ["early"]


def test_a_run_that_leaves_frees_the_way_and_what_it_holds_stays_held_until_it_is_given_back() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(1)})
    offer(floor, "x", "a", "b")
    offer(floor, "y", "c", now=1)
    (place,) = granted(floor)
    floor.leave("x")
    offer(floor, "x", "too late")
    assert granted(floor, 2) == []
    floor.give_back(place)
    assert names(granted(floor, 3)) == ["c"]


def test_nothing_is_left_when_everybody_has_gone() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(1, Rate(1, 60))})
    offer(floor, "x", "a", "b")
    offer(floor, "y", "c", tool=READ)
    (place,) = granted(floor)
    floor.leave("x")
    floor.leave("y")
    assert not floor.idle
    floor.give_back(place)
    assert floor.idle and floor.next_due is None


def test_a_server_that_asks_for_fewer_calls_gets_half_and_is_left_alone_as_long_as_it_said() -> None:
    floor = floor_with("x", "y", limits={"s": Limit(rate=Rate(4, 1))})
    offer(floor, "x", *"abcd")
    (a, *_) = granted(floor)
    assert floor.turned_away(a, 3.0, 0.5) == LearntRate("s", None, Rate(2, 1), 3.0)
    offer(floor, "y", *"efg", now=1)
    assert granted(floor, 1) == [] and floor.next_due == 3.5
    assert names(granted(floor, 3.5)) == ["e", "f"]
    assert floor.next_due == 4.5


def test_calls_that_began_before_a_lesson_teach_no_more_than_to_rest_longer() -> None:
    floor = floor_with("x", limits={"s": Limit(rate=Rate(8, 1))})
    offer(floor, "x", *"abcde")
    a, b, c, d, e = granted(floor)
    assert floor.turned_away(a, 2.0, 0.1) is not None
    assert floor.turned_away(b, 5.0, 0.2) is None
    assert floor.turned_away(c, 1.0, 0.3) is None
    assert floor.turned_away(d, None, 0.4) is None
    for place in (a, b, c, d, e):
        floor.give_back(place)
    offer(floor, "x", "again", now=1)
    assert granted(floor, 1) == [] and floor.next_due == 5.2
    (again,) = granted(floor, 5.2)
    assert floor.turned_away(again, None, 5.3) == LearntRate("s", None, Rate(2, 1), 0.0)


def test_a_server_without_a_rate_gets_half_of_what_was_seen_to_begin_in_the_last_second() -> None:
    floor = floor_with("x")
    offer(floor, "x", *"abcdef")
    (a, *_) = granted(floor)
    assert floor.turned_away(a, None, 0.5) == LearntRate("s", None, Rate(3, 1), 0.0)


@pytest.mark.parametrize(
    ("of_server", "expected"),
    [(None, LearntRate("s", "search", Rate(2, 1), 1.0)), (Limit(rate=Rate(8)), LearntRate("s", None, Rate(4), 1.0))],
)
def test_a_tool_learns_where_only_it_has_a_rate_and_its_server_learns_otherwise(
    of_server: Limit | None, expected: LearntRate
) -> None:
    floor = floor_with("x", limits={"s": of_server} if of_server else None, of_search=Limit(rate=Rate(4)))
    offer(floor, "x", "a")
    (a,) = granted(floor)
    assert floor.turned_away(a, 1.0, 0) == expected


@pytest.mark.parametrize("retry_after", [1e12, float("inf")])
def test_no_server_can_have_itself_left_alone_for_ever(retry_after: float) -> None:
    floor = floor_with("x")
    offer(floor, "x", "a")
    (a,) = granted(floor)
    floor.turned_away(a, retry_after, 1.0)
    offer(floor, "x", "b")
    assert granted(floor, 2) == []
    assert floor.next_due == 1 + LONGEST_REST


def test_a_tool_that_is_in_no_catalog_is_limited_by_its_run_alone_and_teaches_nothing() -> None:
    floor = Floor()
    floor.enter("x", max_concurrent=1)
    for name in "ab":
        floor.offer("x", CallId(name), Rank(0, -1, 0, 0), tool=None, now=0)
    (a,) = granted(floor)
    assert floor.turned_away(a, 5, 0) is None
    floor.give_back(a)
    assert names(granted(floor)) == ["b"]

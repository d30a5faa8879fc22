"""What admission learns of servers that ask for fewer calls: whose rate is lowered, when, and for how long it waits."""

import pytest

from agentic_search.domain.limits import Limit, Rate
from agentic_search.scheduler.admission.admission import LearntRate
from tests.scheduler.admission.test_admission import admission_with, granted, names, offer


def test_a_server_that_asks_for_fewer_calls_gets_half_and_is_left_alone_as_long_as_it_said() -> None:
    admission = admission_with("x", "y", limits={"s": Limit(rate=Rate(4, 1))})
    offer(admission, "x", *"abcd")
    (a, *_) = granted(admission)
    assert admission.turned_away(a, 3.0, 0.5) == LearntRate("s", None, Rate(2, 1), 3.0)
    offer(admission, "y", *"efg", now=1)
    assert granted(admission, 1) == [] and admission.next_due == 3.5
    assert names(granted(admission, 3.5)) == ["e", "f"]
    assert admission.next_due == 4.5


def test_calls_that_began_before_a_rate_was_learnt_only_make_the_pause_longer() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(8, 1))})
    offer(admission, "x", *"abcde")
    a, b, c, d, e = granted(admission)
    assert admission.turned_away(a, 2.0, 0.1) is not None
    assert admission.turned_away(b, 5.0, 0.2) is None
    assert admission.turned_away(c, 1.0, 0.3) is None
    assert admission.turned_away(d, None, 0.4) is None
    for slot in (a, b, c, d, e):
        admission.release(slot)
    offer(admission, "x", "again", now=1)
    assert granted(admission, 1) == [] and admission.next_due == 5.2
    (again,) = granted(admission, 5.2)
    assert admission.turned_away(again, None, 5.3) == LearntRate("s", None, Rate(2, 1), 0.0)


def test_a_server_without_a_rate_gets_half_of_what_was_seen_to_begin_in_the_last_second() -> None:
    admission = admission_with("x")
    offer(admission, "x", *"abcdef")
    (a, *_) = granted(admission)
    assert admission.turned_away(a, None, 0.5) == LearntRate("s", None, Rate(3, 1), 0.0)


@pytest.mark.parametrize(
    ("of_server", "expected"),
    [(None, LearntRate("s", "search", Rate(2, 1), 1.0)), (Limit(rate=Rate(8)), LearntRate("s", None, Rate(4), 1.0))],
)
def test_a_tool_learns_where_only_it_has_a_rate_and_its_server_learns_otherwise(
    of_server: Limit | None, expected: LearntRate
) -> None:
    admission = admission_with("x", limits={"s": of_server} if of_server else None, of_search=Limit(rate=Rate(4)))
    offer(admission, "x", "a")
    (a,) = granted(admission)
    assert admission.turned_away(a, 1.0, 0) == expected


def test_a_call_that_began_at_the_moment_the_rate_was_lowered_does_not_lower_it_again() -> None:
    admission = admission_with("x", limits={"s": Limit(rate=Rate(8))})
    offer(admission, "x", "a", "b")
    a, b = granted(admission, 2.0)
    assert admission.turned_away(a, None, 2.0) == LearntRate("s", None, Rate(4), 0.0)
    assert admission.turned_away(b, None, 2.0) is None


def test_a_tool_that_has_slots_and_no_rate_learns_none_of_its_own() -> None:
    admission = admission_with("x", of_search=Limit(4))
    offer(admission, "x", "a", "b")
    (a, _) = granted(admission)
    assert admission.turned_away(a, None, 0.5) == LearntRate("s", None, Rate(1), 0.0)


@pytest.mark.parametrize("retry_after", [1e12, float("inf")])
def test_no_server_can_have_itself_left_alone_for_ever(retry_after: float) -> None:
    admission = admission_with("x")
    offer(admission, "x", "a")
    (a,) = granted(admission)
    admission.turned_away(a, retry_after, 1.0)
    offer(admission, "x", "b")
    assert granted(admission, 2) == []
    assert admission.next_due == 1 + 3_600

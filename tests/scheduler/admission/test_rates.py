"""Rates: never exceeded in any span, wherever it begins; lowered by halves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.limits import Rate
from agentic_search.scheduler.admission.limits import Window
from tests.support.effort import cases


def test_a_rate_may_be_used_at_once_and_says_when_there_is_more() -> None:
    window = Window(Rate(2))
    for moment in (10, 10.5):
        assert window.full_until() <= moment
        window.begin(moment)
    assert window.full_until() == 11
    assert window.full_until() <= 11
    window.begin(11)
    assert window.full_until() == 11.5


def test_without_a_rate_there_is_always_room() -> None:
    window = Window(None)
    for _ in range(5_000):
        assert window.full_until() <= 1
        window.begin(1)


@settings(max_examples=cases(300))
@given(st.integers(1, 5), st.floats(0.01, 100), st.lists(st.floats(0, 70), max_size=80))
def test_in_any_sliding_span_no_more_calls_begin_than_the_rate(calls: int, span: float, gaps: list[float]) -> None:
    window, now, begun = Window(Rate(calls, span)), 0.0, list[float]()
    for gap in gaps:
        now = max(now + gap, window.full_until() if gap > 35 else 0)  # often at the first moment that is allowed
        if window.full_until() <= now:
            window.begin(now)
            begun.append(now)
    for earlier, later in zip(begun, begun[calls:], strict=False):
        assert later - earlier >= span


@given(st.floats(0, 1e6), st.floats(1e-3, 3600))
def test_at_the_moment_it_names_there_is_room(begun: float, span: float) -> None:
    window = Window(Rate(1, span))
    window.begin(begun)
    until = window.full_until()
    assert until > begun and window.full_until() <= until


@pytest.mark.parametrize(
    ("rate", "half"),
    [
        (Rate(10), Rate(5)),
        (Rate(5), Rate(2)),
        (Rate(1), Rate(1, 2)),
        (Rate(1, 2), Rate(1, 4)),
        (Rate(100, 60), Rate(50, 60)),
        (Rate(1, 45), Rate(1, 60)),
        (Rate(100, 3600), Rate(1, 60)),
        (Rate(1, 60), Rate(1, 60)),
        (Rate(10, 3600), Rate(10, 3600)),
    ],
)
def test_half_of_a_rate_is_rounded_down_and_never_under_one_a_minute(rate: Rate, half: Rate) -> None:
    assert rate.halved() == half


def test_where_no_rate_is_set_half_of_what_began_in_the_last_second_is_allowed() -> None:
    window = Window(None)
    for moment in (0.0, 0.5, 1.0, 1.25, 1.5, 1.75):
        window.begin(moment)
    assert window.halve(1.75) == Rate(2)
    assert window.full_until() == 2.5


def test_a_call_that_began_a_whole_second_ago_is_not_of_the_last_second() -> None:
    window = Window(None)
    for moment in (0.0, 0.0, 0.5, 1.0):
        window.begin(moment)
    assert window.halve(1.0) == Rate(1)


def test_a_lowered_rate_counts_the_calls_that_began_before_it() -> None:
    window = Window(Rate(4))
    for moment in (0.0, 0.25, 0.5, 0.75):
        window.begin(moment)
    window.halve(0.75)
    assert window.full_until() == 1.5


def test_a_call_that_took_longer_than_the_second_in_which_it_began_still_lowers_the_rate() -> None:
    window = Window(None)
    window.begin(0)
    assert window.halve(9) == Rate(1, 2)

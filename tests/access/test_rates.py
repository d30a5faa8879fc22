"""A key's requests: as many as its rate come at once, then one at a time; nothing is lost while nobody asks."""

from hypothesis import given
from hypothesis import strategies as st

from agentic_search.access.rates import Meter


def test_a_minute_of_requests_comes_at_once_and_then_one_each_time_that_one_more_is_allowed() -> None:
    meter = Meter()
    assert [meter.wait(3, 100.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert round(meter.wait(3, 100.0)) == 20 and round(meter.wait(3, 110.0)) == 10
    assert meter.wait(3, 120.0) == 0.0 and meter.wait(3, 120.0) > 0
    assert [meter.wait(3, 1_000.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert meter.wait(3, 1_000.0) > 0


@given(st.integers(1, 50), st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_no_span_of_a_minute_holds_more_than_two_rates_and_a_wait_that_was_told_is_enough(
    rate: int, pauses: list[float]
) -> None:
    meter, now, allowed = Meter(), 0.0, list[float]()
    for pause in pauses:
        now += pause
        wait = meter.wait(rate, now)
        if wait == 0:
            allowed.append(now)
        else:
            assert meter.wait(rate, now + wait + 1e-6) == 0
            now += wait + 1e-6
            allowed.append(now)
    for begin in allowed:
        assert sum(begin <= each < begin + 60 for each in allowed) <= 2 * rate

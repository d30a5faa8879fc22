"""The circuit breaker as a table: what happened, when, and how it stands then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.tools.calls.breaker import LONGEST_OPEN, Breaker
from agentic_search.tools.config.server_config import BreakerRules

RULES = BreakerRules(failures=3, seconds=10.0)


def breaker_after(*story: str, rules: BreakerRules = RULES) -> Breaker:
    """A breaker to which this happened: "5 failed" is a call that began and failed at 5 s."""
    breaker = Breaker(rules)
    for step in story:
        at, what = step.split(" ")
        now = float(at)
        match what:
            case "failed":
                breaker.admit(now)
                breaker.failed(now, now, "no answer")
            case "answered":
                breaker.admit(now)
                breaker.answered()
            case "begins":
                breaker.admit(now)
            case "left":
                breaker.abandoned(now)
            case _:
                breaker.start_afresh(now)
    return breaker


OPENED = ("1 failed", "2 failed", "3 failed")


@pytest.mark.parametrize(
    ("story", "now", "state"),
    [
        ((), 0.0, "closed"),
        (("1 failed", "2 failed"), 2.0, "closed"),
        (OPENED, 3.0, "open"),
        (OPENED, 12.9, "open"),
        (OPENED, 13.0, "half open"),
        (("1 failed", "2 failed", "3 answered", "4 failed", "5 failed"), 5.0, "closed"),
        ((*OPENED, "13 answered"), 13.0, "closed"),
        ((*OPENED, "13 answered", "14 failed", "15 failed"), 15.0, "closed"),
        ((*OPENED, "13 failed"), 13.0, "open"),
        ((*OPENED, "13 failed"), 32.9, "open"),
        ((*OPENED, "13 failed"), 33.0, "half open"),
        ((*OPENED, "13 failed", "33 failed"), 72.9, "open"),
        ((*OPENED, "13 failed", "33 failed"), 73.0, "half open"),
        ((*OPENED, "13 failed", "33 answered", "34 failed", "35 failed", "36 failed"), 46.0, "half open"),
        ((*OPENED, "4 afresh"), 4.0, "closed"),
        ((*OPENED, "4 afresh", "5 failed", "6 failed"), 6.0, "closed"),
        ((*OPENED, "4 afresh", "5 failed", "6 failed", "7 failed"), 7.0, "open"),
        ((*OPENED, "4 answered"), 4.0, "closed"),
        ((*OPENED, "4 answered", "5 failed", "6 failed", "7 failed"), 7.0, "open"),
    ],
)
def test_failures_in_a_row_open_it_a_rest_half_opens_it_and_an_answer_closes_it(
    story: tuple[str, ...], now: float, state: str
) -> None:
    assert breaker_after(*story).state(now) == state


def test_while_it_is_open_it_says_what_happened_and_when_it_is_tried_again() -> None:
    breaker = breaker_after(*OPENED)
    told = "its last 3 calls failed, the last one so: no answer; it is tried again in 6 s"
    assert breaker.refusal(7.0) == told
    assert (breaker.open_for(7.0), breaker.open_for(99.0)) == (6.0, 0.0)
    assert breaker_after("1 failed", rules=BreakerRules(1, 0.2)).refusal(1.1) == (
        "its last call failed, the last one so: no answer; it is tried again in 1 s"
    )


def test_after_a_rest_calls_pass_one_at_a_time() -> None:
    breaker = breaker_after(*OPENED)
    assert breaker.refusal(13.0) is None
    breaker.admit(13.0)
    assert "another call is trying it just now" in (breaker.refusal(13.5) or "")
    breaker.abandoned(13.0)
    assert breaker.refusal(14.0) is None, "a trial that was given up makes room for another"


def test_a_call_from_before_the_rest_that_fails_late_says_nothing_about_now() -> None:
    breaker = breaker_after(*OPENED, "13 begins")
    for now in (5.0, 14.0):
        breaker.failed(2.5, now, "late")
        breaker.abandoned(2.5)
    assert breaker.state(14.0) == "half open"
    assert breaker.refusal(14.0), "the trial is still on"
    breaker.failed(13.0, 20.0, "again")
    assert breaker.open_for(20.0) == 20.0


def test_a_call_of_the_session_before_says_nothing_about_the_new_one() -> None:
    breaker = breaker_after("5 afresh")
    for _ in range(9):
        breaker.failed(4.0, 6.0, "lost with the session")
    assert breaker.state(6.0) == "closed"


@pytest.mark.parametrize(("seconds", "longest"), [(10.0, LONGEST_OPEN), (900.0, 900.0)])
def test_it_stays_open_longer_each_time_up_to_ten_minutes_or_what_the_operator_says(
    seconds: float, longest: float
) -> None:
    breaker, now = breaker_after("0 failed", rules=BreakerRules(1, seconds)), 0.0
    for _ in range(12):
        now += breaker.open_for(now)
        breaker.admit(now)
        breaker.failed(now, now, "no")
    assert breaker.open_for(now) == longest


def test_a_failure_of_many_words_is_told_in_few() -> None:
    breaker = Breaker(BreakerRules(1, 1.0))
    breaker.failed(0.0, 0.0, "word " * 10_000)
    assert len(breaker.refusal(0.0) or "") < 500


STEPS = st.lists(st.tuples(st.sampled_from(["call", "answer", "fail", "leave", "wait", "afresh"]), st.integers(0, 40)))


@given(STEPS, st.integers(1, 4))
def test_whatever_happens_it_refuses_only_for_a_while_and_lets_one_trial_through(
    steps: list[tuple[str, int]], failures: int
) -> None:
    breaker, now, calls = Breaker(BreakerRules(failures, 5.0)), 0.0, list[float]()
    for step, number in steps:
        now += number if step == "wait" else 0.001
        if step == "call" and breaker.refusal(now) is None:
            trial = breaker.state(now) == "half open"
            breaker.admit(now)
            calls.append(now)
            assert not trial or breaker.refusal(now), "no second call beside a trial"
        elif step == "afresh":
            breaker.start_afresh(now)
        elif calls and step in {"answer", "fail", "leave"}:
            began = calls.pop(number % len(calls))
            if step == "answer":
                breaker.answered()
                assert breaker.state(now) == "closed"
            elif step == "fail":
                breaker.failed(began, now, "no")
            breaker.abandoned(began)
        assert breaker.open_for(now) <= LONGEST_OPEN
    for began in calls:
        breaker.abandoned(began)
    assert breaker.refusal(now + LONGEST_OPEN) is None, "it is always tried again"

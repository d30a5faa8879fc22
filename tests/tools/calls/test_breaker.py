"""The circuit breaker: its rules as a table of what happened, when, and how it stands then; and on a clock."""

import asyncio
import contextlib
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.errors import ConnectionLost, RateLimited, ServerUnavailable, ToolError, ToolFailed, ToolTimeout
from agentic_search.tools.calls.breaker import LONGEST_OPEN, Breaker
from agentic_search.tools.calls.server_breaker import ServerBreaker
from agentic_search.tools.config.server_config import BreakerRules
from tests.support.clock import FakeClock

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
    refusal = "its last 3 attempts failed, the last one so: no answer; it is tried again in 6 s"
    assert breaker.refusal(7.0) == refusal
    assert (breaker.open_for(7.0), breaker.open_for(99.0)) == (6.0, 0.0)
    assert breaker_after("1 failed").open_for(1.0) == 0.0
    assert "its last 2 attempts failed" in (
        breaker_after("1 failed", "2 failed", rules=BreakerRules(2, 9.0)).refusal(3.0) or ""
    )
    assert breaker_after("1 failed", rules=BreakerRules(1, 0.2)).refusal(1.1) == (
        "its last attempt failed, the last one so: no answer; it is tried again in 1 s"
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


class Server:
    """A server's breaker on a clock that the test turns, and how often it has reported a change."""

    def __init__(self, rules: BreakerRules = RULES, *, usual_limit: float = 60.0) -> None:
        self.clock = FakeClock()
        self.changes = 0
        self.breaker = ServerBreaker(
            "web", rules, clock=self.clock, usual_limit=usual_limit, on_change=self._count_change
        )

    def _count_change(self) -> None:
        self.changes += 1

    def call(self, error: ToolError | None = None, *, limit: float = 60.0, times: int = 1) -> None:
        """So many calls that end so."""
        for _ in range(times):
            with contextlib.suppress(ToolError), self.breaker.watch(limit):
                if error is not None:
                    raise error


LOST = ConnectionLost("it broke off")


def test_its_opening_is_reported_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    server = Server()
    server.call(LOST, times=2)
    assert (server.breaker.is_open, server.changes) == (False, 0)
    server.call(LOST)
    assert (server.breaker.is_open, server.changes) == (True, 1)
    server.breaker.judge(LOST, began=0.0, limit=60.0)
    assert server.changes == 1
    [logged] = caplog.records
    assert logged.levelno == logging.WARNING
    assert logged.getMessage().startswith("web is not called for a while: its last 3 attempts failed")


def test_while_it_is_open_a_call_is_turned_away_and_says_why() -> None:
    server = Server()
    server.call(LOST, times=3)
    with (
        pytest.raises(ServerUnavailable, match="'web' is unavailable: its last 3 attempts failed"),
        server.breaker.watch(1),
    ):
        pytest.fail("nothing is sent")


def test_a_late_answer_closes_it_and_is_reported() -> None:
    server = Server()
    with server.breaker.watch(60.0):
        server.call(LOST, times=3)
        assert server.breaker.is_open
    assert (server.breaker.is_open, server.changes) == (False, 2)
    server.call()
    assert server.changes == 2


@pytest.mark.parametrize(
    ("error", "limit", "opens"),
    [
        (ConnectionLost("no"), 60.0, True),
        (ServerUnavailable("no"), 60.0, True),
        (ToolTimeout("no"), 5.0, True),
        (ToolTimeout("no"), 4.9, False),
        (ToolFailed("no"), 60.0, False),
        (RateLimited("no"), 60.0, False),
    ],
)
def test_only_what_is_the_servers_fault_opens_it(error: ToolError, limit: float, opens: bool) -> None:
    server = Server()
    server.call(error, limit=limit, times=3)
    assert server.breaker.is_open == opens


@pytest.mark.parametrize("answer", [None, ToolFailed("no"), RateLimited("no")])
def test_an_error_that_the_server_answers_with_is_an_answer(answer: ToolError | None) -> None:
    server = Server()
    for _ in range(4):
        server.call(LOST, times=2)
        server.call(answer)
    assert not server.breaker.is_open


def test_a_timeout_within_the_servers_own_short_limit_is_its_fault() -> None:
    server = Server(usual_limit=0.5)
    server.call(ToolTimeout("late"), limit=0.4, times=9)
    assert not server.breaker.is_open
    server.call(ToolTimeout("late"), limit=0.5, times=3)
    assert server.breaker.is_open


def test_a_lost_connection_closes_it_for_the_next() -> None:
    server = Server()
    server.call(LOST, times=3)
    server.breaker.start_afresh()
    assert (server.breaker.is_open, server.breaker.refusal()) == (False, None)


def test_a_cancelled_trial_makes_room_for_another() -> None:
    server = Server()
    server.call(LOST, times=3)
    server.clock.advance(10.0)
    with pytest.raises(asyncio.CancelledError), server.breaker.watch(60.0):
        assert "another call is trying it" in (server.breaker.refusal() or "")
        raise asyncio.CancelledError
    assert server.breaker.refusal() is None


@pytest.mark.parametrize("seconds", [0.5, 10.0])
async def test_that_it_is_half_open_is_reported_when_its_time_has_come(seconds: float) -> None:
    server = Server(BreakerRules(failures=1, seconds=seconds))
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        watching = group.create_task(server.breaker.run())
        for opened, open_for in ((1, seconds), (3, 2 * seconds)):
            server.call(LOST)
            await turns()
            assert server.changes == opened
            server.clock.advance(0.75 * open_for)
            await turns()
            assert server.changes == opened
            server.clock.advance(0.25 * open_for)
            await turns()
            assert (server.breaker.is_open, server.changes) == (False, opened + 1)
        watching.cancel()


async def turns(times: int = 5) -> None:
    """Let the breaker's task go as far as it can."""
    for _ in range(times):
        await asyncio.sleep(0)

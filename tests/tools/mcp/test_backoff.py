"""Waiting longer each time."""

from agentic_search.tools.mcp.backoff import Backoff


def test_waits_double_up_to_half_a_minute() -> None:
    backoff = Backoff(jitter=lambda: 0.0)
    waits = [backoff.next() for _ in range(10)]
    assert waits[:4] == [0.2, 0.4, 0.8, 1.6]
    assert waits[-1] == 30.0


def test_jitter_shortens_a_wait_by_up_to_half() -> None:
    assert Backoff(jitter=lambda: 1.0).next() == 0.1


def test_after_a_reset_the_waits_begin_again() -> None:
    backoff = Backoff(jitter=lambda: 0.0)
    backoff.next()
    backoff.reset()
    assert backoff.next() == 0.2

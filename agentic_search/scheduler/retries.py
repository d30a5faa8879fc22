"""Calls that failed and may be tried again: failures flow in, further attempts flow out when their time has come."""

import heapq
from collections.abc import Callable
from dataclasses import replace

from agentic_search.domain.plan import Task
from agentic_search.scheduler.messages import CallFailed, CallId, StartCall
from agentic_search.scheduler.policy import Policy


class Retries:
    """The attempts of one run that wait."""

    def __init__(self, policy_of: Callable[[Task], Policy], jitter: Callable[[], float]) -> None:
        self._policy_of = policy_of
        self._jitter = jitter
        self._later: list[tuple[float, CallId, StartCall]] = []

    def __repr__(self) -> str:
        return f"<Retries {len(self._later)} wait>"

    @property
    def next_due(self) -> float | None:
        """When the first of them is to be made."""
        return self._later[0][0] if self._later else None

    def after(self, attempt: StartCall, failed: CallFailed, now: float) -> float | None:
        """Seconds until there is another attempt; none where there will be none."""
        policy = self._policy_of(attempt.task)
        if not policy.allows(failed.code, after_attempt=attempt.attempt):
            return None
        wait = max(policy.wait(attempt.attempt, self._jitter()), failed.retry_after)
        heapq.heappush(self._later, (now + wait, attempt.call, replace(attempt, attempt=attempt.attempt + 1)))
        return wait

    def due(self, now: float) -> list[StartCall]:
        """The attempts whose time has come; they wait no more."""
        due: list[StartCall] = []
        while self._later and self._later[0][0] <= now:
            due.append(heapq.heappop(self._later)[2])
        return due

    def clear(self) -> None:
        """Make none of them."""
        self._later.clear()

"""How often a task may be tried and when again, and the attempts of one run that wait for their time."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.scheduler.commands import CallFailed, CallId, StartCall

Repeat = Literal["always", "if repeatable"]

REPEATS: Mapping[str, Repeat] = {
    "server_unavailable": "always",
    "rate_limited": "always",
    "connection_lost": "if repeatable",
}
"""Errors, by their stable names, that another attempt may get past; any other would only be met again.

A timeout is none of them: what was too slow once would cost its whole time again.

A call that was never sent may always be made again; one that may have happened only where that does no harm.
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a task's tool allows."""

    attempts: int = 1
    """At most, the first included."""
    repeatable: bool = False
    """The tool only reads, or is idempotent, or the operator says so."""
    first_wait: float = 0.5
    """Seconds before the second attempt; each further wait is twice as long."""
    longest_wait: float = 30.0

    def allows(self, code: str, *, after_attempt: int) -> bool:
        """Whether an error of this name is tried again."""
        repeat = REPEATS.get(code)
        return after_attempt < self.attempts and (repeat == "always" or (repeat is not None and self.repeatable))

    def wait(self, after_attempt: int, jitter: float) -> float:
        """Seconds until the next attempt; `jitter`, 0 to 1, spreads tasks that failed together over half of it."""
        longest = min(self.longest_wait, self.first_wait * 2 ** (after_attempt - 1))
        return longest * (0.5 + 0.5 * jitter)


ONCE = Policy()
"""One attempt."""


def policy_for(tool: Tool | None) -> Policy:
    """What a tool of the catalog allows; one that is not there is tried once."""
    if tool is None:
        return ONCE
    return Policy(attempts=1 + tool.retries, repeatable=tool.read_only or tool.idempotent)


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

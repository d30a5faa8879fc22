"""How often a task may be tried, and when again: data that the machine decides by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from agentic_search.domain.tool import Tool

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

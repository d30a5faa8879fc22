"""What an operator allows: calls at once and in a time, and how much is taken in of what a server sends. Data only."""

from dataclasses import dataclass

SLOWEST = 60.0
"""Seconds for one call: no rate is lowered further than this."""
LONGEST_PAUSE = 3_600.0
"""Seconds: a server that asks for a longer pause is asked again after this."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls may begin in any span of so many seconds."""

    calls: int
    seconds: float = 1.0

    @property
    def a_second(self) -> float:
        """Calls that may begin in one second, on average."""
        return self.calls / self.seconds

    def halved(self) -> "Rate":
        """Half of it, but no less than one call a minute; one that is slower than that already stays."""
        if self.calls * SLOWEST <= self.seconds:
            return self
        half = Rate(self.calls // 2, self.seconds) if self.calls > 1 else Rate(1, self.seconds * 2)
        return half if half.calls * SLOWEST >= half.seconds else Rate(1, SLOWEST)


@dataclass(frozen=True, slots=True)
class Limit:
    """For one server, one tool or one run; None: no limit."""

    max_concurrent: int | None = None
    """Calls under way at once."""
    rate: Rate | None = None
    """Calls that may begin."""


NO_LIMIT = Limit()


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """How much is taken in of what one MCP server sends."""

    message: int = 32 * 1024 * 1024
    """Bytes of one message, so of a tool's result."""
    tools: int = 2_000
    """Tools of its list."""
    pages: int = 100
    """Pages of its list."""
    description: int = 50_000
    """Characters of a tool's title, and of its description."""
    schema: int = 256 * 1024
    """Bytes of a tool's input schema, and of its output schema."""
    blocks: int = 2_000
    """Blocks of one result."""
    nesting: int = 150
    """Levels of lists and objects of one result."""
    check_seconds: float = 0.1
    """For one check of data by a tool's schema."""


DEFAULT_SIZES = SizeLimits()


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """How much is read of a plan or a workflow that somebody brings."""

    yaml_nodes: int = 200_000
    """Values of a file, each counted as often as aliases repeat it."""
    references: int = 1_000
    """Of one task."""
    check_seconds: float = 0.1
    """For one check of an input by the schema that a workflow declares."""


DEFAULT_PLAN_LIMITS = PlanLimits()


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How much one run may take."""

    deadline: float
    """Seconds, where the query does not say."""
    discovery_wait: float
    """Seconds to wait for servers that are connecting for the first time."""
    planner_share: float
    """Of the deadline: what a model may take to plan one round."""
    writer_share: float
    """Of the deadline: what tasks leave to a model that writes, or to what is tried after a model's plan."""
    plans: PlanLimits = DEFAULT_PLAN_LIMITS
    """Of a plan that is brought."""

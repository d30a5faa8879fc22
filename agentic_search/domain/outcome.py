"""How a task ended, and what a tool call gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.data import Frozen


class Passage(Frozen):
    """A piece of text that a tool returned and an answer may cite."""

    title: str
    """What it is called, for people."""

    url: str = ""
    """Its URL, or another address that names where the text stands."""

    text: str
    """The text itself, as the tool gave it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that may be cited, under its number."""

    id: int
    """1, 2, 3 … in the order of the plan."""
    passage: Passage
    task_id: str


class ToolResult(Frozen):
    """What one successful call gave, in the three forms it is used in."""

    value: JsonValue
    """Data, for references and for the run's JSON; never cut."""

    text: str
    """Text, for the language model."""

    passages: tuple[Passage, ...] = ()
    """What an answer may cite."""

    cached: bool = False
    """It came from the cache or from an identical call under way."""


class Completed(Frozen):
    """The task gave a result."""

    status: Literal["completed"] = "completed"
    task_id: str
    result: ToolResult
    started_at: float
    """Seconds since the run began."""
    duration: float
    """Seconds, all attempts together."""
    attempts: int = 1
    failed_calls: tuple[str, ...] = ()
    """Why single calls of a `for_each` failed, in their order; the others gave the result."""


class Failed(Frozen):
    """Every attempt failed."""

    status: Literal["failed"] = "failed"
    task_id: str
    error: str
    """What happened, for people."""
    code: str = "tool_error"
    """The error's stable name."""
    started_at: float
    duration: float
    attempts: int = 1


class Skipped(Frozen):
    """The task never ran."""

    status: Literal["skipped"] = "skipped"
    task_id: str
    because: str
    """Why, for people."""
    intended: bool = False
    """The plan's own condition said so: nothing is missing."""
    waited: WaitingCall | None = None
    """What it waited for somebody's word with, and did not get leave."""


Outcome = Annotated[Completed | Failed | Skipped, Field(discriminator="status")]

OnProgress: TypeAlias = Callable[[float, float | None, str], None]
"""How far a call is: progress, total where known, text; synchronous, never raises."""

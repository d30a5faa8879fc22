"""How a task ended, and what a tool call gives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from agentic_search.domain.answer import Source
from agentic_search.domain.approval.decision import WaitingCall
from agentic_search.domain.data import AnyJson, AnyJsonObjects, Frozen
from agentic_search.text.controls import without_controls

LONGEST_TITLE = 500
LONGEST_ADDRESS = 4_096
"""Characters; a longer title is cut, and a longer address, of which a part would lead elsewhere, is none."""


def _as_title(text: str) -> str:
    whole = without_controls(text[: 2 * LONGEST_TITLE])
    return whole if len(whole) <= LONGEST_TITLE else f"{whole[: LONGEST_TITLE - 1].rstrip()}…"


def _as_address(text: str) -> str:
    return "" if len(text) > LONGEST_ADDRESS else without_controls(text)


Title = Annotated[str, AfterValidator(_as_title)]
"""A stranger's name for a thing, as it can be shown anywhere: in a terminal, on a page, in a list."""
Address = Annotated[str, AfterValidator(_as_address)]

OWN_RESULT = "tool:"
"""Begins the address of what a tool says itself, and has not found elsewhere."""


class Passage(Frozen):
    """A piece of text that a tool returned and an answer may cite."""

    title: Title
    """What it is called, for people."""

    url: Address = ""
    """Its URL, or another address that names where the text stands."""

    text: str
    """The text itself, as the tool gave it."""

    echo: bool = False
    """The title is what the call asked for: it does not tell whether the text bears on a question."""

    fact_of: str = ""
    """Where the text is a fact without prose: the names of the tool, which say what it is a fact of."""

    facts: tuple[tuple[str, str], ...] = ()
    """Names and values of the record's plain fields beside its text: a version, an author, a signature."""

    listing: "Listing | None" = None
    """The list that its record stands in, where the call asked for a list and not for words."""

    @property
    def whole(self) -> str:
        """All that its record says: the text, then the plain fields, a line each."""
        return "\n".join([self.text, *(f"{name}: {value}" for name, value in self.facts)])


class Listing(Frozen):
    """A list that a tool gave, of records that are worth showing one under another."""

    things: Title
    """What it lists, as the tool's data calls it: `packages`."""

    title: Title
    """What the call is called, for people."""

    address: Address
    """An address of the call."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that may be cited, under its number."""

    id: int
    """1, 2, 3 … in the order of the plan."""
    passage: Passage
    task_id: str
    place: str = ""
    """Where its call has searched, for people: `Python documentation`."""

    def source(self, number: int, snippet: str) -> Source:
        """As an answer cites it under `number`."""
        return Source(id=number, title=self.passage.title, url=self.passage.url, snippet=snippet, task_id=self.task_id)


class ToolResult(Frozen):
    """What one successful call gave, in the three forms it is used in."""

    value: AnyJson
    """Data, for references and for the run's JSON; never cut."""

    text: str
    """Text, for the language model."""

    passages: tuple[Passage, ...] = ()
    """What an answer may cite."""

    blocks: AnyJsonObjects = ()
    """Content that is not text: images, audio, files and links, in MCP's own JSON form."""

    note: str = ""
    """What the tool says of its own search, as what happened, for people: `found nothing`, `said: …`."""

    searched: str = ""
    """What a call that searches has searched, for people: `Python documentation (75 packages)`."""

    read_as: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Words of the question, each with those that the tool searched for in addition."""

    passing: bool = False
    """It calls itself unfinished, or failed: the same call may soon give something else."""

    remarks: tuple[str, ...] = ()
    """What of the tool's answer was left out, or is not as the tool promises; for people, never cited."""

    cached: bool = False
    """It came from the cache or from an identical call under way."""

    personal: bool = Field(default=False, exclude=True)
    """The user answered its server in the course of the call: it is of no use to others, and not kept."""

    max_age: float | None = Field(default=None, exclude=True)
    """Seconds that it may be kept, as its server says; 0 for not at all."""

    size: int = Field(default=0, exclude=True)
    """Characters of its value and blocks as JSON, where they were counted; not exact, and there for large ones."""


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
    waited: WaitingCall | None = None
    """What it waited for somebody's word with, and did not get leave."""
    intended: bool = False
    """The plan's own condition said so: nothing is missing."""


Outcome = Annotated[Completed | Failed | Skipped, Field(discriminator="status")]

OnProgress: TypeAlias = Callable[[float, float | None, str], None]
"""How far a call is: progress, total where known, text; synchronous, never raises."""

"""A call that waits, as people are told of it, and what is decided."""

from typing import Literal, TypeAlias

from pydantic import Field

from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.question import UserQuestion

ApprovalWhy: TypeAlias = Literal["writes", "destructive", "unknown", "always", "asked by the server"]
"""Why something waits: the tool changes things; may delete or overwrite; says nothing of itself; the operator wants to
be asked always; or the call is under way, and its server wants to know something."""


class WaitingCall(Frozen):
    """What a task waits for somebody's word with."""

    why: ApprovalWhy

    arguments: JsonObject = Field(default_factory=dict)
    """What the tool is to be given, references filled in; of a task that runs `for_each`, as the plan has them."""

    each: tuple[JsonObject, ...] = ()
    """The arguments of each call of a task that runs `for_each`, references filled in: the first 100."""

    calls: int = 1
    """How many calls the task makes."""

    question: UserQuestion | None = None
    """What the server asks, where it does."""


class Decision(Frozen):
    """What somebody says of a task that waits."""

    allowed: bool

    always: bool = False
    """The same for every later call of the tool, until somebody takes it back."""

    answer: JsonObject | None = None
    """What the server is answered, where it asked."""

    by: str = "user"
    """Who said it."""


class UnusedTool(Frozen):
    """A tool that would have suited the question, and was not used, for want of approval."""

    tool: str
    server: str
    why: ApprovalWhy
    how: str
    """What to do so that it runs unasked, a clause for people."""

"""What a tool's server asks the user in the course of a call, and what is answered."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Literal, TypeAlias

from agentic_search.domain.data import Frozen, JsonObject


class UserQuestion(Frozen):
    """What a server wants to know before it goes on."""

    message: str
    """The question, in the server's words; untrusted."""

    answer_schema: JsonObject | None = None
    """JSON Schema of the answer, an object of plain values; None where the user only goes to `url`."""

    url: str | None = None
    """Where the server wants the user to go instead, to answer there."""


class UserAnswer(Frozen):
    """How the user answered."""

    action: Literal["accept", "decline", "cancel"]

    content: JsonObject | None = None
    """What was filled in, where it was accepted and there was something to fill in."""


Ask: TypeAlias = Callable[[UserQuestion], Awaitable[UserAnswer]]

ask_of_call: ContextVar[Ask | None] = ContextVar("ask_of_call", default=None)
"""How the call under way asks the user of its run; None where nobody can be asked."""

"""A call that waits, as people are told of it, and what is decided."""

from typing import Literal, TypeAlias

from pydantic import Field

from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.errors import WrongState

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

    question: str | None = None
    """What the server asks, where it does; untrusted."""

    answer_schema: JsonObject | None = None
    """JSON Schema of the answer, an object of plain values."""

    url: str | None = None
    """Where the server wants the user to go instead, to answer there."""

    @property
    def is_question(self) -> bool:
        """The call is under way, and its server asks something."""
        return self.why == "asked by the server"


class Decision(Frozen):
    """What somebody says of a task that waits."""

    allowed: bool

    always: bool = False
    """The same for every later call of the tool, until somebody takes it back."""

    answer: JsonObject | None = None
    """What the server is answered, where it asked."""

    by: str = "user"
    """Who said it."""

    def refuse_unfit(self, task_id: str, waits_with: WaitingCall | None) -> None:
        """Raises WrongState where the task waits for no decision, or for another kind."""
        if waits_with is None:
            raise WrongState(f"Task {task_id!r} does not wait for approval.")
        if waits_with.is_question and self.always:
            raise WrongState(f"The server of task {task_id!r} asks a question: 'always' is for tools that wait.")
        if not waits_with.is_question and self.answer is not None:
            raise WrongState(f"Task {task_id!r} waits for approval, not for an answer: leave 'answer' out.")


class UnusedTool(Frozen):
    """A tool that was not used, for want of approval, and what to write where so that it runs unasked."""

    tool: str
    server: str
    why: ApprovalWhy
    how: str
    """What to do so that it runs unasked, a clause for people that holds `entry` and `request`."""
    entry: str
    """In the server's entry in mcp.json, `"readOnly": ["web_search"]`; of a Python function, its declaration."""
    request: str
    """In the request: `"approve": ["web_search"]`."""

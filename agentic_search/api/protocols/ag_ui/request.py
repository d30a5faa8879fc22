"""What an AG-UI client asks: a question in its conversation, or the answers to what a run waits for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from agentic_search.api.protocols.openai.messages import MessageIn, OpenAIForm, asked_in
from agentic_search.api.protocols.openai.request import ClientOptions, make_query
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.data import JsonObject
from agentic_search.domain.query import ModelName, Query
from agentic_search.errors import RequestError

_THREAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INTERRUPT = re.compile(r"([A-Za-z0-9]{1,64})\.([0-9]{1,18})\.([A-Za-z_][A-Za-z0-9_-]{0,63})")
_SAID = {"user", "assistant", "system", "developer"}
_MOST = 10_000


class AgentForm(OpenAIForm):
    """Part of an AG-UI request: names are in camel case; what is not known is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


def _said(value: Any) -> Any:
    """Without what tools, thoughts and activities say."""
    messages = cast("list[Any]", value)
    return [each for each in messages if _is_said(each)] if isinstance(value, list) else value


def _is_said(message: Any) -> bool:
    """False for what is of another role; what is no message is left, and refused."""
    role = cast("JsonObject", message).get("role") if isinstance(message, dict) else None
    return not isinstance(role, str) or role in _SAID


class ResumeAnswer(AgentForm):
    """The user's word on one thing that a run waits for."""

    interrupt_id: Annotated[str, Field(max_length=200)]
    status: Literal["resolved", "cancelled"]
    payload: JsonObject | None = None
    """`{"approved": true, "always": false}`, or `{"answer": {…}}` where a server asks; none approves."""

    @property
    def decision(self) -> Decision:
        """The same for the service."""
        given = self.payload or {}
        allowed = self.status == "resolved" and given.get("approved", True) is not False
        answer = given.get("answer")
        return Decision(
            allowed=allowed, always=given.get("always") is True, answer=answer if isinstance(answer, dict) else None
        )


class SearchProps(ClientOptions):
    """What a search can be told that AG-UI has no words for."""

    model: ModelName | None = None
    """The model that writes the answer, or `offline`; null takes the configured one."""


class ForwardedProps(AgentForm):
    """Where it is told."""

    agentic_search: SearchProps = Field(default=SearchProps(), alias="agentic_search")


@dataclass(frozen=True, slots=True)
class Paused:
    """A task that waited when its run was told to have stopped."""

    run_id: str
    seq: int
    """The last event that was told."""
    task_id: str

    def __str__(self) -> str:
        return f"{self.run_id}.{self.seq}.{self.task_id}"


class AgentRequest(AgentForm):
    """The body of POST /ag-ui, AG-UI's RunAgentInput; fields that are not named here are not read."""

    thread_id: Annotated[str, Field(min_length=1, max_length=500)]
    run_id: Annotated[str, Field(min_length=1, max_length=500)]
    """The client's name for this run; it is given back."""
    messages: Annotated[tuple[MessageIn, ...], BeforeValidator(_said), Field(max_length=_MOST)]
    """The last is the user's question; those before it are the conversation, those of the system say how to answer."""
    resume: Annotated[tuple[ResumeAnswer, ...], Field(max_length=100)] | None = None
    """The answers to the interrupts with which a run has finished: it goes on."""
    forwarded_props: ForwardedProps | None = None

    def as_query(self) -> Query:
        """The question; raises RequestError or RequestValidationError."""
        options = self.forwarded_props.agentic_search if self.forwarded_props else SearchProps()
        query = make_query(asked_in("messages", self.messages), options.model, options)
        own = self.thread_id if _THREAD.fullmatch(self.thread_id) else None
        return query.model_copy(update={"thread_id": query.thread_id or own})

    def resumed(self) -> tuple[Paused, ...]:
        """What is answered, in the order of `resume`, all of one run; raises RequestError."""
        paused = tuple(_paused(self.resume or ()))
        if len({each.run_id for each in paused}) > 1:
            raise RequestError("Each 'interruptId' of 'resume' must be of the same run.")
        return paused


def _paused(answers: Sequence[ResumeAnswer]) -> Iterator[Paused]:
    for answer in answers:
        found = _INTERRUPT.fullmatch(answer.interrupt_id)
        if found is None:
            raise RequestError(f"There is no interrupt {answer.interrupt_id!r}: send the 'id' that it had.")
        yield Paused(found[1], int(found[2]), found[3])

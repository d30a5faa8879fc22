"""What OpenAI's clients ask for → a query; what cannot be done is refused, what has no meaning here is not read."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, ValidationError

from agentic_search.api.protocols.openai.messages import ChatQuestion, Messages, OpenAIForm, asked_in
from agentic_search.domain.data import Frozen, JsonObject
from agentic_search.domain.query import ConversationQuery, ModelName, Query, Seconds, ToolGlobs, as_long_as_may_be

_OWN_TOOLS = (
    "this service calls its own tools and none of the caller's: leave it out (GET /tools lists what it has; 'tools' in"
    " 'agentic_search' says which of them may be used)"
)


def _none_given(value: Sequence[JsonObject]) -> Sequence[JsonObject]:
    if value:
        raise ValueError(_OWN_TOOLS)
    return value


def _text_only(value: Any) -> Any:
    if value not in (None, {"type": "text"}):
        raise ValueError("answers are Markdown text, and of no other form: leave it out")
    return value


NoTools = Annotated[tuple[JsonObject, ...] | None, AfterValidator(lambda value: value and _none_given(value))]
"""None may be given."""
TextFormat = Annotated[Any, BeforeValidator(_text_only)]


class ClientOptions(Frozen):
    """What a search can be told that OpenAI's API has no words for: see POST /search."""

    thread_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    """Continue this conversation of the service, in the place of the messages before the last."""
    tools: ToolGlobs | None = None
    """Globs over names of the service's tools that may be used; null allows all."""
    approve: ToolGlobs = ()
    """Globs over tool names that may run without asking, though they do not only read; others are skipped."""
    deadline: Seconds | None = None
    rounds: Annotated[int, Field(ge=1, le=10)] = 1
    sources_in_text: StrictBool = False
    """List the sources below the answer, too, for clients that do not show annotations."""


class StreamOptions(OpenAIForm):
    """How a stream is sent."""

    include_usage: bool | None = False
    """Send the tokens in a last chunk."""


class ChatRequest(OpenAIForm):
    """The body of POST /v1/chat/completions; fields that are not named here are not read."""

    model: ModelName = Field(examples=["agentic-search"])
    """A name from GET /v1/models: `agentic-search` takes the configured model, `offline` none."""
    messages: Messages
    """The last is the question; those before it are the conversation, those of the system say how to answer."""
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    """One answer is given."""
    tools: NoTools = None
    """None may be given: the service calls its own."""
    functions: NoTools = None
    response_format: TextFormat = None
    """`{"type": "text"}` only."""
    agentic_search: ClientOptions = ClientOptions()
    """What OpenAI's API has no words for."""

    def as_query(self, model: str | None) -> Query:
        """The question; raises RequestError or RequestValidationError."""
        return make_query(asked_in("messages", self.messages), model, self.agentic_search)


def make_query(asked: ChatQuestion, model: str | None, options: ClientOptions) -> Query:
    """A query of these; raises RequestValidationError, which names the field where the question stands."""
    given = options.model_dump(exclude={"sources_in_text"})
    given |= {"query": asked.question, "model": model, "instructions": as_long_as_may_be(asked.instructions)}
    try:
        if options.thread_id is not None:
            return Query.model_validate(given)
        return ConversationQuery.model_validate({**given, "turns": asked.turns})
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *asked.place)} for fault in error.errors(include_context=False)]
        raise RequestValidationError(faults) from error

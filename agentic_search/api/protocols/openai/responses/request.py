"""The body of POST /v1/responses → a query."""

from typing import Annotated, Literal

from pydantic import Field

from agentic_search.api.protocols.openai.messages import ChatQuestion, MessageIn, OpenAIForm, asked_in
from agentic_search.api.protocols.openai.request import ClientOptions, NoTools, TextFormat, make_query
from agentic_search.domain.query import ModelName, Query
from agentic_search.errors import RequestError

_MOST = 10_000


class OtherItem(OpenAIForm):
    """Thoughts of earlier responses, which clients send back: they are not read."""

    type: Literal["reasoning"]


class TextForm(OpenAIForm):
    """Of which form the answer is to be."""

    format: TextFormat = None
    """`{"type": "text"}` only."""


class ResponseRequest(OpenAIForm):
    """The body of POST /v1/responses; fields that are not named here are not read."""

    model: ModelName = Field(examples=["agentic-search"])
    """A name from GET /v1/models: `agentic-search` takes the configured model, `offline` none."""
    input: str | Annotated[tuple[MessageIn | OtherItem, ...], Field(min_length=1, max_length=_MOST)]
    """The question, or messages of which the last is the question."""
    instructions: str | None = None
    """What is wanted of this answer's form, as by messages of the system."""
    previous_response_id: str | None = None
    """Continue the conversation of this response; earlier messages in `input` are not read then."""
    stream: bool | None = False
    background: bool | None = False
    """Answer at once, and go on when the caller leaves: GET /v1/responses/{response_id} has it."""
    store: bool | None = True
    """False: forget the run when it has ended."""
    metadata: dict[str, str] | None = None
    """Given back in this answer."""
    tools: NoTools = None
    """None may be given: the service calls its own."""
    text: TextForm | None = None
    agentic_search: ClientOptions = ClientOptions()
    """What OpenAI's API has no words for."""

    @property
    def is_forgotten(self) -> bool:
        """Whether nothing of it is to stay; raises RequestError where that cannot be."""
        if self.store is False and self.background:
            raise RequestError("A response in the background is read later: leave 'store' out, or set it to true.")
        return self.store is False

    def as_query(self, model: str | None, thread_id: str | None) -> Query:
        """The question, in a conversation of the service where there is one; raises RequestValidationError."""
        options = self.agentic_search
        if thread_id is not None:
            options = options.model_copy(update={"thread_id": thread_id})
        asked = ChatQuestion(self.input, ("input",)) if isinstance(self.input, str) else asked_in("input", self.input)
        return make_query(asked.with_instructions(self.instructions), model, options)

"""Messages of a chat → the question, the conversation before it, and how the answer is to be."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from agentic_search.domain.answer import Turn
from agentic_search.domain.data import Frozen
from agentic_search.errors import RequestError

MOST_TURNS = 20
"""Turns before the question that are given on; models are shown fewer."""
_MOST = 10_000


class OpenAIForm(Frozen):
    """Part of a request of OpenAI's clients: what is not known in it is not read."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TextPart(OpenAIForm):
    """A piece of a message."""

    type: Literal["text", "input_text", "output_text", "refusal"]
    """Only text is read."""
    text: str = ""
    refusal: str = ""


class MessageIn(OpenAIForm):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    """What `tool` and `function` say is not read."""
    content: str | Annotated[tuple[TextPart, ...], Field(max_length=_MOST)] | None = None

    @property
    def text(self) -> str:
        """All of its text."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(filter(None, (part.text or part.refusal for part in self.content or ())))


Messages = Annotated[tuple[MessageIn, ...], Field(min_length=1, max_length=_MOST)]


Place = tuple[str | int, ...]
"""Where in a request's body something stands."""


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """What a conversation comes to."""

    question: str
    place: Place
    """Of the question."""
    turns: tuple[Turn, ...] = ()
    """What was asked and answered before, oldest first."""
    instructions: str = ""
    """What the system's and the developer's messages want of the answer's form."""

    def with_instructions(self, instructions: str | None) -> "ChatQuestion":
        """With what another field of the request says of it, before what messages say."""
        return replace(self, instructions="\n\n".join(filter(None, (instructions, self.instructions))))


def asked_in(field: str, messages: Sequence[object]) -> ChatQuestion:
    """The last message, which is the user's, and what was said before; other items are not read.

    Raises RequestError.
    """
    found = [message for message in messages if isinstance(message, MessageIn)]
    told = (message.text for message in found if message.role in {"system", "developer"})
    asked = _question_and_turns(found)
    return ChatQuestion(
        asked[0],
        (field, len(messages) - 1),
        asked[1],
        instructions="\n\n".join(filter(None, told)),
    )


def _question_and_turns(messages: Iterable[MessageIn]) -> tuple[str, tuple[Turn, ...]]:
    said = [message for message in messages if message.role in {"user", "assistant"} and message.text.strip()]
    if not said or said[-1].role != "user":
        raise RequestError(
            "The last message must be the user's question, with text: add {'role': 'user', 'content': …}."
        )
    return said[-1].text, tuple(_turns(said[:-1]))[-MOST_TURNS:]


def _turns(said: Iterable[MessageIn]) -> Iterator[Turn]:
    query = ""
    answers: list[str] = []
    for message in said:
        if message.role == "assistant":
            answers.append(message.text)
            continue
        if query:
            yield Turn(query=query, answer="\n\n".join(answers))
        query, answers = message.text, []
    if query:
        yield Turn(query=query, answer="\n\n".join(answers))

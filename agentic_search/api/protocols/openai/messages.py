"""Messages of a chat → the question, and the conversation before it."""

from collections.abc import Iterable, Iterator
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


def question_and_turns(messages: Iterable[MessageIn]) -> tuple[str, tuple[Turn, ...]]:
    """The last message, which is the user's, and what was asked and answered before; raises RequestError."""
    said = [message for message in messages if message.role in {"user", "assistant"} and message.text.strip()]
    if not said or said[-1].role != "user":
        raise RequestError(
            "The last message must be the user's question, with text: add {'role': 'user', 'content': …}."
        )
    return said[-1].text, tuple(_turns(said[:-1]))[-MOST_TURNS:]


def instructions_in(messages: Iterable[MessageIn]) -> str:
    """What the system's and the developer's messages say."""
    texts = (message.text for message in messages if message.role in {"system", "developer"})
    return "\n\n".join(filter(None, texts))


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

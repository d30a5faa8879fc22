"""What /v1 answers with, as JSON: models, chat completions and their chunks."""

from typing import Literal

from agentic_search.api.protocols.answer_text import Citation
from agentic_search.domain.data import Frozen
from agentic_search.domain.run import Usage


class OpenAIModelEntry(Frozen):
    """A name that requests may give as `model`."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    """Not known."""
    owned_by: str


class OpenAIModelList(Frozen):
    """Every name that requests may give as `model`."""

    object: Literal["list"] = "list"
    data: tuple[OpenAIModelEntry, ...]


class UrlCitation(Frozen):
    """Where a mark [n] stands in the text, and what it names."""

    start_index: int
    """Characters before the mark."""
    end_index: int
    """Characters up to its end."""
    title: str
    url: str
    """As the tool returned it: a URL, or another address, as a file's."""

    @classmethod
    def of(cls, citation: Citation) -> "UrlCitation":
        """The same as OpenAI puts it."""
        source = citation.source
        title = source.title or source.url
        return cls(start_index=citation.start, end_index=citation.end, title=title, url=source.url or source.title)


class Annotation(Frozen):
    """A citation in a chat message."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation

    @classmethod
    def of(cls, citation: Citation) -> "Annotation":
        """The same as chat messages put it."""
        return cls(url_citation=UrlCitation.of(citation))


class ChatMessage(Frozen):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    """Markdown with marks [n]."""
    reasoning_content: str = ""
    """The thinking steps, a line each."""
    refusal: None = None
    annotations: tuple[Annotation, ...] = ()


class ChatChoice(Frozen):
    """The only choice."""

    index: Literal[0] = 0
    message: ChatMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class ChatUsage(Frozen):
    """Tokens of all models that the run has asked."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int

    @classmethod
    def of(cls, usage: Usage) -> "ChatUsage":
        """The same as OpenAI counts it."""
        prompt, completion = usage.prompt_tokens, usage.completion_tokens
        return cls(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)


class ChatCompletion(Frozen):
    """A whole search."""

    id: str
    """`chatcmpl-` and the run's id."""
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    """Seconds since 1970."""
    model: str
    choices: tuple[ChatChoice, ...]
    usage: ChatUsage

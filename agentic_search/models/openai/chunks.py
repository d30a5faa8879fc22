"""What one object of a streamed chat says: text, thoughts, the end, token counts, or an error."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.run import Usage

_MOST_TOKENS = 1e12
"""A larger count is none: JSON has numbers beyond any integer, such as 1e999."""
_CUT = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})
_BROKEN = frozenset({"error", "abort", "cancelled"})
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_text", "thinking")


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """One object of the stream, or several together."""

    text: str = ""
    thought: bool = False
    """Whether it holds some of the model's thinking, which is never text."""
    finish: str | None = None
    """The server's word for how the model ended."""
    usage: Usage | None = None

    @property
    def was_cut(self) -> bool:
        """Whether it ended at the limit of its reply."""
        return self.finish in _CUT

    @property
    def was_stopped(self) -> str | None:
        """What kept the model from ending its reply, where something did."""
        if self.finish == "content_filter":
            return "the server's content filter stopped it"
        return "the server gave it up" if self.finish in _BROKEN else None


def read_chunk(sent: JsonObject) -> ChatChunk:
    """What an object says, a whole reply of a server that does not stream included; unknown parts are nothing."""
    choice = _first(sent.get("choices"))
    delta = _object(choice.get("delta")) or _object(choice.get("message"))
    finish = choice.get("finish_reason")
    return ChatChunk(
        _text(delta.get("content")),
        any(bool(delta.get(name)) for name in _THOUGHTS) or _thinks(delta.get("content")),
        finish if isinstance(finish, str) and finish else None,
        _usage(sent),
    )


def together(chunks: Iterable[ChatChunk]) -> ChatChunk:
    """Chunks that arrived at once as one."""
    known = list(chunks)
    return ChatChunk(
        "".join(chunk.text for chunk in known),
        any(chunk.thought for chunk in known),
        next((chunk.finish for chunk in known if chunk.finish), None),
        next((chunk.usage for chunk in reversed(known) if chunk.usage), None),
    )


def _text(content: JsonValue) -> str:
    """A text, or a list of parts of which some are text."""
    if isinstance(content, list):
        parts = [_object(part) for part in content]
        content = "".join(str(part.get("text") or "") for part in parts if part.get("type") in (None, "text"))
    return content if isinstance(content, str) else ""


def _thinks(content: JsonValue) -> bool:
    return isinstance(content, list) and any(_object(part).get("type") == "thinking" for part in content)


def _usage(sent: JsonObject) -> Usage | None:
    """Token counts, from `usage` or from llama.cpp's `timings`, which parts the prompt into read and remembered."""
    if told := _object(sent.get("usage")):
        prompt, reply = _count(told.get("prompt_tokens")), _count(told.get("completion_tokens"))
    elif timings := _object(sent.get("timings")):
        prompt = _count(timings.get("prompt_n")) + _count(timings.get("cache_n"))
        reply = _count(timings.get("predicted_n"))
    else:
        return None
    return Usage(model_calls=1, prompt_tokens=prompt, completion_tokens=reply)


def _count(value: JsonValue) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < _MOST_TOKENS else 0


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _first(value: JsonValue) -> JsonObject:
    return _object(value[0]) if isinstance(value, list) and value else {}

"""What a server says when it refuses: of a dozen forms of error bodies, the text, the kind and the counts."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.domain.data import JsonObject

LONGEST_TEXT = 300
"""Characters of a server's own words in a message of ours."""

_LEAST_CONTEXT = 512
"""Tokens: a smaller context is none, but what some servers name that is left of it beside the reply."""
_TEXTS = ("message", "msg", "detail", "error", "title", "reason")
_KINDS = ("code", "type", "error_type")
_NUMBER = r"(\d[\d,]*)"
_OVERFLOW = re.compile(
    r"exceed_context_size|context_length_exceeded|context_exceeded|context_window_exceeded|"
    r"exceeds? (?:the |this |available |model'?s? |maximum |max )*context|context (?:length|window|size) exceeded|"
    r"maximum context length|model's context length|exceeds the context (?:length|window|size) of|prompt is too long|"
    r"longer than the (?:model's )?(?:maximum )?context|too large for model with \d+ maximum|"
    r"greater than the context length|when context the overflows|`inputs` (?:must have less|tokens)|too many tokens|"
    r"reduce the length of the (?:input )?(?:messages|prompt)",
    re.IGNORECASE,
)
_LOADING = re.compile(r"loading (?:the )?model|model\b.{0,80}\b(?:is|being) (?:still |currently )?load", re.IGNORECASE)
# The first that is found counts; a prompt's own tokens are told apart from those of prompt and reply together.
_PROMPT_TOKENS = (
    rf"{_NUMBER}(?: tokens)? (?:in|from) the (?:input |your )?(?:messages|prompt)",
    rf"(?:at least )?{_NUMBER} (?:`inputs`|input) tokens",
    rf"(?:input|prompt|request|inputs?) \({_NUMBER} tokens\)",
    rf"prompt contains {_NUMBER} tokens",
    rf"prompt is too long: {_NUMBER} tokens",
    rf"requested tokens \({_NUMBER}\)",
    rf"(?:resulted in|requested(?: a total of| about)?|given:|keep the first) {_NUMBER}(?: tokens)?",
)
_CONTEXT_TOKENS = (
    rf"context (?:length|window|size)(?: (?:is|of|only|to|limit|exceeded))*(?: tokens)?:? \(?{_NUMBER}",
    rf"with {_NUMBER} maximum context",
    rf"tokens > {_NUMBER} maximum",
    rf"must (?:be <=|have less than) {_NUMBER}",
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a server sent it."""

    status: int
    """Of HTTP, or of the error object where it came in the stream; 0 for none."""
    text: str
    """What it said, on one line; empty for nothing readable."""
    kind: str = ""
    """Its codes and types, for machines: `not_found_error model_not_found`."""
    counted: int | None = None
    """Tokens of the prompt."""
    num_ctx: int | None = None

    @property
    def is_overflow(self) -> bool:
        """Whether the prompt was too long."""
        return bool(_OVERFLOW.search(self.kind) or _OVERFLOW.search(self.text))

    @property
    def is_loading(self) -> bool:
        """Whether the server, as llama.cpp's does, turned the call away only until the model is loaded."""
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE and bool(_LOADING.search(self.text))


def read_refusal(status: int, body: bytes) -> Refusal:
    """What the body of an answer with an error status says."""
    try:
        value: JsonValue = from_json(body)
    except ValueError:
        return _refusal(status, _plain(body.decode(errors="replace")), {})
    if isinstance(value, str):
        return _refusal(status, value, {})
    return error_in(value, status=status) or _refusal(status, "", {})


def error_in(sent: JsonValue, *, status: int = 0) -> Refusal | None:
    """The error in an object, which came alone or in a stream; none where it holds none.

    `{"error": {"message": …}}`, `{"error": "…"}`, `{"detail": [{"msg": …}]}`, `{"object": "error", "message": …}` …
    """
    objects = list(_errors(sent))
    texts = list(dict.fromkeys(text for each in objects for text in _own_texts(each)))
    if not texts and not any(each.get("code") for each in objects):
        return None
    merged: JsonObject = {}
    for each in reversed(objects):
        merged |= each
    code = str(merged.get("code"))
    told = int(code) if re.fullmatch(r"[45]\d\d", code) else 0
    return _refusal(status or told, "; ".join(texts), merged)


def _errors(sent: JsonValue, depth: int = 0) -> Iterator[JsonObject]:
    """The object that holds the error and those inside it, in the places where servers put them."""
    if isinstance(sent, list):
        for each in sent:
            yield from _errors(each, depth)
    elif isinstance(sent, dict) and (depth or {"error", "detail", "errors", "message"} & sent.keys()):
        yield sent
        for name in ("error", "detail", "errors", "message"):
            if isinstance(inner := sent.get(name), dict | list) and depth < 3:
                yield from _errors(inner, depth + 1)


def _own_texts(found: JsonObject) -> Iterator[str]:
    for name in _TEXTS:
        text = found.get(name)
        if isinstance(text, str) and text.strip():
            yield text.strip()


def _refusal(status: int, text: str, found: JsonObject) -> Refusal:
    kinds = (found.get(name) for name in _KINDS)
    num_ctx = _whole(found.get("n_ctx")) or _counted(_CONTEXT_TOKENS, text) or 0
    return Refusal(
        status,
        " ".join(text.split()),
        " ".join(kind for kind in kinds if isinstance(kind, str)),
        _whole(found.get("n_prompt_tokens")) or _counted(_PROMPT_TOKENS, text),
        num_ctx if num_ctx >= _LEAST_CONTEXT else None,
    )


def _counted(patterns: Sequence[str], text: str) -> int | None:
    matches = (re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
    found = next(filter(None, matches), None)
    return int(found[1].replace(",", "")) if found else None


def _whole(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _plain(text: str) -> str:
    """A text that is no JSON; a web page says nothing to people in a message."""
    return "" if text.lstrip().startswith("<") else text

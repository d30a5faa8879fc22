"""How a model is called: which fields its server takes is learnt from what it refuses, and from what it ignores.

Of `response_format`, llama.cpp's server, vLLM, LM Studio, SGLang and OpenRouter take a JSON Schema; others, such as
DeepSeek, only `json_object`; some neither. OpenAI is strict only with schemas whose every property is required, and its
reasoning models take neither `max_tokens` nor a temperature.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic_core import from_json

from agentic_search.domain.data import JsonObject
from agentic_search.models.budget import THINKING_TOKENS, Budget, reply_limit
from agentic_search.models.chat import SCHEMA_TEMPERATURE, GrammarLimits, Message
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.models.openai.refusals import Refusal

OPENAI_GRAMMAR = replace(OLLAMA_GRAMMAR, most_choices=200, longest_text=1_000, longest_list=1_000)
"""llama.cpp's server, LM Studio and LocalAI convert a schema as Ollama does; vLLM and SGLang know the same keywords.

OpenAI itself takes fewer values of enums than any of them.
"""

_STRICT, _SCHEMA, _OBJECT, _WORDS = range(4)
"""How JSON is asked for, from the firmest way to the loosest."""
_LIMIT, _NEWER_LIMIT = "max_tokens", "max_completion_tokens"
_MAY_BE_A_FIELD = frozenset({400, 422, 500, 501})
"""Statuses that servers refuse a field with."""


@dataclass(frozen=True, slots=True)
class ChatCall:
    """What is asked of a model."""

    messages: Sequence[Message]
    max_tokens: int
    schema: JsonObject | None
    temperature: float | None


@dataclass(frozen=True, slots=True)
class CallForm:
    """The fields that one model's server takes."""

    json: int = _STRICT
    limit: str = _LIMIT
    temperature: bool = True
    usage: bool = True
    thinks: bool = False
    proven: bool = False
    """Whether `json` brought JSON of a schema: what is refused or ignored after that is one schema, not all."""

    @property
    def grammar(self) -> GrammarLimits | None:
        """What a schema may hold; none where only the prompt can ask for JSON."""
        return OPENAI_GRAMMAR if self.json < _WORDS else None

    def messages(self, call: ChatCall, budget: Budget) -> Sequence[Message]:
        """The messages of the call; the last also asks for JSON where the form asks for no schema."""
        if call.schema is None or self.json <= _SCHEMA:
            return call.messages
        return _asked_in_words(call.messages, call.schema, budget)

    def body(self, model: str, call: ChatCall, messages: Sequence[Message], budget: Budget) -> JsonObject:
        """The body of the request."""
        schema, temperature = call.schema, call.temperature
        prompt = budget.tokens.prompt(message.content for message in messages)
        allowance = THINKING_TOKENS if self.thinks else 0
        if temperature is None and schema is not None:
            temperature = SCHEMA_TEMPERATURE
        body: JsonObject = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": True,
            self.limit: reply_limit(budget.reply, allowance, prompt=prompt, num_ctx=budget.num_ctx),
        }
        if self.usage:
            body["stream_options"] = {"include_usage": True}
        if self.temperature and temperature is not None:
            body["temperature"] = temperature
        if schema is not None and self.json < _WORDS:
            body["response_format"] = self._response_format(schema)
        return body

    def after(self, refusal: Refusal, *, with_schema: bool) -> "CallForm | None":
        """The form to try next; none where the refusal is not about a field."""
        if refusal.status not in _MAY_BE_A_FIELD:
            return None
        said = refusal.text.lower()
        if _NEWER_LIMIT in said and self.limit == _LIMIT:
            return replace(self, limit=_NEWER_LIMIT)
        if self.usage and ("stream_options" in said or "include_usage" in said):
            return replace(self, usage=False)
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if with_schema and self.json < _WORDS:
            return replace(self, json=self.json + 1)
        return None

    def after_reply(self, text: str, *, schema: JsonObject | None, thought: bool, whole: bool) -> "CallForm":
        """The form for the next call, once it is known what this one brought; `whole`: the reply was not cut."""
        form = replace(self, thinks=True) if thought else self
        if schema is None or not whole or self.json == _WORDS:
            return form
        if _follows(text, schema):
            return replace(form, proven=True)
        return replace(form, json=max(_OBJECT, self.json + 1))

    def _response_format(self, schema: JsonObject) -> JsonObject:
        if self.json == _OBJECT:
            return {"type": "json_object"}
        return {
            "type": "json_schema",
            "json_schema": {"name": "reply", "schema": schema, "strict": self.json == _STRICT},
        }


def _asked_in_words(messages: Sequence[Message], schema: JsonObject, budget: Budget) -> Sequence[Message]:
    """The messages, the last of which also asks for JSON, with the schema where it fits; some servers insist on it."""
    wish = "\n\nReply with one JSON object and nothing else"
    shown = f"{wish}. It fits this JSON Schema:\n{json.dumps(schema, separators=(',', ':'))}"
    *before, last = messages
    fits = budget.tokens.texts([*(message.content for message in messages), shown]) <= budget.prompt
    return [*before, replace(last, content=last.content + (shown if fits else f"{wish}."))]


def _follows(text: str, schema: JsonObject) -> bool:
    """Whether a text is JSON with what the schema requires: a server that ignores the schema hardly gives that."""
    try:
        value: object = from_json(text.strip())
    except ValueError:
        return False
    required = schema.get("required")
    return not isinstance(required, list) or (isinstance(value, dict) and all(name in value for name in required))


class CallForms:
    """How each model of a server is called, as far as was learnt."""

    def __init__(self) -> None:
        self._known: dict[str, CallForm] = {}

    def of(self, model: str) -> CallForm:
        """The form for the next call."""
        return self._known.get(model, CallForm())

    def learn(self, model: str, form: CallForm) -> None:
        """This form worked, or is what to try next; calls at the same time learn beside each other."""
        known = self.of(model)
        self._known[model] = CallForm(
            json=known.json if known.proven else max(known.json, form.json),
            limit=known.limit if known.limit != _LIMIT else form.limit,
            temperature=known.temperature and form.temperature,
            usage=known.usage and form.usage,
            thinks=known.thinks or form.thinks,
            proven=known.proven or form.proven,
        )

    def forget(self) -> None:
        """The server was gone: what comes back may be another."""
        self._known.clear()

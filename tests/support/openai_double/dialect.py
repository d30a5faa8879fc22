"""In what OpenAI-compatible servers differ: which fields they take, what they tell of models, how they refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Model


@dataclass(frozen=True)
class Dialect:
    """One kind of server."""

    formats: tuple[str, ...] = ("json_schema", "json_object")
    """The types of `response_format` that it takes."""
    refuses_formats: bool = True
    """False: it ignores those that it does not take."""
    refuses: Mapping[str, str] = field(default_factory=dict[str, str])
    """Fields that it does not take, with what it says of them."""
    counts: str = "usage"
    """Where it tells tokens: `usage`, `timings` as llama.cpp, or nowhere."""
    context_field: str = "max_model_len"
    """What it calls a model's context in its list; empty: it does not tell."""
    in_llama_cpp: bool = False
    """Whether its list looks like llama.cpp's, whose GET /props tells the context of a slot."""
    path: str = "/v1"
    """What its paths begin with."""
    key: str = ""
    """What callers must show; empty: nothing."""

    def listed(self, model: Model) -> JsonObject:
        """A model as GET /models lists it."""
        entry: JsonObject = {"id": model.name, "object": "model", "created": 1795858220, "owned_by": "us"}
        if self.in_llama_cpp:
            return {**entry, "owned_by": "llamacpp", "meta": {"n_ctx_train": model.context, "n_params": 8_200_000_000}}
        return {**entry, **({self.context_field: model.context} if self.context_field else {})}

    def refusal(self, body: Mapping[str, Any]) -> str | None:
        """Why it does not take this body."""
        for name, text in self.refuses.items():
            if name in body:
                return text
        asked = str(body["response_format"]["type"]) if "response_format" in body else "text"
        if asked != "text" and asked not in self.formats and self.refuses_formats:
            return f"'response_format.type' must be one of {', '.join((*self.formats, 'text'))}"
        return None

    def end(self, prompt: int, completion: int) -> JsonObject:
        """The last chunk's token counts."""
        if self.counts == "usage":
            total = prompt + completion
            return {"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total}}
        if self.counts == "timings":
            return {"timings": {"cache_n": prompt - 1, "prompt_n": 1, "predicted_n": completion}}
        return {}

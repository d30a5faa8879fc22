"""What servers say of their models, each in its own words, and what follows: which can chat, with how much context.

OpenAI's protocol has only names. llama.cpp's server, vLLM, LM Studio, LocalAI, Mistral, Groq, Together and OpenRouter
each add a few fields of their own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import ModelInfo

DEFAULT_NUM_CTX = 8_192
"""Tokens of context where neither server nor setting says: what hardly a model of today lacks."""
MOST_NUM_CTX = 32_768
"""Tokens of context that are used unasked: enough for every passage of a search; more costs time, or money."""

# The context that was loaded comes before the one that the model was made for.
_CONTEXTS = (
    "loaded_context_length",
    "n_ctx",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
    "max_input_tokens",
    "n_ctx_train",
)
_INSIDE = ("", "meta", "top_provider", "model_info", "limits")
_CHAT_KINDS = frozenset({"llm", "vlm", "chat", "language", "text", "model", "text-generation", "instruct"})
_OTHER_KINDS = re.compile(r"embed|rerank|image|audio|speech|transcri|tts|moderation|video|diffusion", re.IGNORECASE)
_OTHER_NAMES = re.compile(
    r"(?:^|[-_/.: ])(?:(?:text-)?embed(?:ding|dings|der)?|[a-z]*embed(?:-text)?|re-?rank(?:er)?|whisper|tts|dall-?e|"
    r"moderation|stable-diffusion|sdxl|bge|gte|e5|minilm|transcribe|clip)(?:$|[-_/.: \d])",
    re.IGNORECASE,
)
_SIZE = re.compile(r"(?:^|[-_:/ ])((?:\d+x)?\d+(?:\.\d+)?[BM])(?:$|[-_:.@ ])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model of one server."""

    id: str
    """As the server names it."""
    info: ModelInfo
    """As the rest of the program sees it."""

    def with_context(self, context: int | None) -> "ServedModel":
        """The same, where the server tells its context in another place."""
        return replace(self, info=replace(self.info, context=context)) if context else self

    def num_ctx(self, configured: int) -> int:
        """The context of its calls; `configured` is the setting, 0 for none."""
        if self.info.context is None:
            return configured or DEFAULT_NUM_CTX
        return min(configured or MOST_NUM_CTX, self.info.context)


def read_models(body: bytes, *, prefix: str) -> tuple[ServedModel, ...]:
    """The models of GET /models, in the server's order; `prefix` stands before their names.

    Raises ValueError for a body that lists no models.
    """
    entries = _entries(from_json(body))
    models = {served.id: served for entry in entries if (served := _served(entry, prefix))}
    if entries and not models:
        raise ValueError("a list, but not of models")
    return tuple(models.values())


def is_of_llama_cpp(body: bytes) -> bool:
    """Whether the list comes from llama.cpp's server, which tells the context of a slot elsewhere: in GET /props."""
    return b'"llamacpp"' in body or b'"n_ctx_train"' in body


@dataclass(frozen=True, slots=True)
class SlotProps:
    """What llama.cpp's server tells of its slots."""

    context: int | None = None
    """Of each, in tokens."""
    count: int | None = None


def read_props(body: bytes) -> SlotProps:
    """The body of GET /props of llama.cpp's server. Raises ValueError."""
    props: JsonValue = from_json(body)
    if not isinstance(props, dict):
        return SlotProps()
    settings = props.get("default_generation_settings")
    context = _positive(settings.get("n_ctx")) if isinstance(settings, dict) else None
    return SlotProps(context, _positive(props.get("total_slots")))


def best_served(models: Sequence[ServedModel]) -> ServedModel | None:
    """The model to take when none is named: the first, in the order that its operator or the server gave."""
    return next((served for served in models if served.info.usable), None)


def _entries(listed: JsonValue) -> list[JsonObject]:
    """OpenAI lists under `data`, Together a bare list, others under `models`."""
    lists = [listed.get("data"), listed.get("models")] if isinstance(listed, dict) else [listed]
    entries = next((each for each in lists if isinstance(each, list)), None)
    if entries is None:
        raise ValueError("no list of models")
    return [entry for entry in entries if isinstance(entry, dict)]


def _served(entry: JsonObject, prefix: str) -> ServedModel | None:
    name = entry.get("id") or entry.get("key") or entry.get("name")
    if not isinstance(name, str) or not name:
        return None
    reason = _why_not(name, entry)
    info = ModelInfo(
        name=prefix + name,
        size=_size(name, entry),
        context=_context(entry),
        capabilities=("completion",) if reason is None else ("embedding",) if _embeds(name, entry) else (),
        usable=reason is None,
        reason=reason,
    )
    return ServedModel(name, info)


def _size(name: str, entry: JsonObject) -> str:
    """Parameters: llama.cpp's server counts them, of others only the name may tell."""
    match entry.get("meta"):
        case {"n_params": int(counted)} if 0 < counted < 1e15:
            return f"{counted / 1e6:.0f}M" if counted < 1e9 else f"{counted / 1e9:.1f}B"
        case _:
            found = _SIZE.search(name)
            return found[1].upper() if found else ""


def _context(entry: JsonObject) -> int | None:
    places = [entry if not key else entry.get(key) for key in _INSIDE]
    known = [place for place in places if isinstance(place, dict)]
    told = (_positive(place.get(name)) for name in _CONTEXTS for place in known)
    return next((context for context in told if context), None)


def _why_not(name: str, entry: JsonObject) -> str | None:
    """Why it cannot chat: by its kind where the server tells one, else by its name."""
    kind = entry.get("type") or entry.get("task") or entry.get("model_type")
    if isinstance(kind, str) and kind.lower() in _CHAT_KINDS - {"model"}:
        return None
    if isinstance(kind, str) and _OTHER_KINDS.search(kind):
        return f"It cannot chat; it is for: {kind}."
    if (chats := _chats(entry)) is not None:
        return None if chats else "It cannot chat, says its server."
    if found := _OTHER_NAMES.search(name):
        return f"It cannot chat, by its name ({found[0].strip('-_/.: ')})."
    return None


def _embeds(name: str, entry: JsonObject) -> bool:
    """Whether it makes vectors of texts, by its kind or its name: not a reranker, which takes pairs."""
    told = " ".join(str(entry.get(key) or "") for key in ("type", "task", "model_type"))
    return re.search(r"embed|bge-(?!re)|minilm", f"{told} {name}", re.IGNORECASE) is not None


def _chats(entry: JsonObject) -> bool | None:
    """Mistral tells whether a model completes chats, OpenRouter whether it gives text; others do not."""
    capabilities, architecture = entry.get("capabilities"), entry.get("architecture")
    if isinstance(capabilities, dict) and isinstance(chats := capabilities.get("completion_chat"), bool):
        return chats
    if isinstance(architecture, dict) and isinstance(outputs := architecture.get("output_modalities"), list):
        return "text" in outputs
    return None


def _positive(value: JsonValue) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

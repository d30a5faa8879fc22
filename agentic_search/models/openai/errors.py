"""What a server's refusals mean, as errors of ours that say what to do and name the setting to correct."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agentic_search.errors import ContextOverflow, ModelError, ModelInterrupted, ModelMissing, ModelUnavailable
from agentic_search.models.network.failures import ServerName
from agentic_search.models.network.transport import LONGEST_LINE
from agentic_search.models.openai.refusals import LONGEST_TEXT, Refusal

_MISSING = re.compile(
    r"model_not_found|no such model|(?:unknown|invalid) model|not a valid model|could not load model|"
    r"model\b.{0,80}\b(?:not (?:found|exist|loaded|available)|does not exist|doesn't exist)",
    re.IGNORECASE | re.DOTALL,
)
_MOST_NAMES = 20
_NOT_THE_CALL = frozenset({301, 302, 303, 307, 308, 404, 405})


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """One server of AGENTIC_SEARCH_MODELS: where it is, and the key to it."""

    name: str
    url: str
    key: str = field(default="", repr=False)
    longest_line: int = LONGEST_LINE
    """Bytes of one line or event that it may send, or of an answer that is no stream."""

    @property
    def key_setting(self) -> str:
        """The variable that holds its key."""
        return f"AGENTIC_SEARCH_MODELS_{self.name.upper()}_KEY"

    @property
    def as_server(self) -> ServerName:
        """As messages name it."""
        nobody = f"No model server answers at {self.url}. Start it, or correct {self.name!r} in AGENTIC_SEARCH_MODELS."
        return ServerName(f"{self.name!r} at {self.url}", self.url, nobody)

    def without_key(self, text: str) -> str:
        """A text of the server, which may repeat the key that it was shown, in the length of a message."""
        text = text.replace(self.key, "…") if self.key else text
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def explain_refusal(refusal: Refusal, server: ServerAccess, *, model: str, retry_after: str = "") -> ModelError:
    """Why a call of `model` was refused, or ended in an error; `retry_after` is the header."""
    text = server.without_key(refusal.text) or "no reason given"
    if refusal.is_overflow:
        return ContextOverflow(
            f"The prompt does not fit the context of {model!r}: {text}",
            counted=refusal.counted,
            num_ctx=refusal.num_ctx,
        )
    if refused := _refused_us(refusal, server, text, retry_after):
        return refused
    if _MISSING.search(f"{refusal.kind} {refusal.text}"):
        return ModelMissing(f"The model server {server.name!r} no longer has the model {model!r}: {text}")
    if refusal.status in _NOT_THE_CALL:
        return not_openai(server)
    return ModelInterrupted(f"The model server {server.name!r} could not run {model!r}: {text}")


def explain_refused_listing(refusal: Refusal, server: ServerAccess, *, retry_after: str = "") -> ModelUnavailable:
    """Why the server does not tell what it has."""
    text = server.without_key(refusal.text) or "no reason given"
    if refused := _refused_us(refusal, server, text, retry_after):
        return refused
    if refusal.status in _NOT_THE_CALL or refusal.status < 400:
        return not_openai(server)
    return ModelUnavailable(f"The model server {server.name!r} at {server.url} fails ({refusal.status}): {text}")


def not_openai(server: ServerAccess) -> ModelUnavailable:
    """What answers there is something else."""
    return ModelUnavailable(
        f"What answers at {server.url} is no OpenAI-compatible model server. Correct AGENTIC_SEARCH_MODELS: write"
        f" {server.name}= and the URL that /chat/completions follows, such as https://openrouter.ai/api/v1."
    )


def missing_model(name: str, names: Sequence[str], server: ServerAccess) -> ModelMissing:
    """The server has no such model; `names` are those it has."""
    has = f"it has: {_some(names)}" if names else "it has none that can chat"
    return ModelMissing(f"The model server {server.name!r} has no model {name!r}; {has}.")


def nothing_usable(server: ServerAccess) -> str:
    """The server answers, and has no model to use."""
    return f"The model server {server.name!r} at {server.url} has no model that can chat. Load one there."


def _refused_us(refusal: Refusal, server: ServerAccess, text: str, retry_after: str) -> ModelUnavailable | None:
    """Reasons that have nothing to do with what was asked."""
    at = f"The model server {server.name!r} at {server.url}"
    match refusal.status:
        case 401 | 403 if server.key:
            return ModelUnavailable(f"{at} refuses the key in {server.key_setting} ({refusal.status}): {text}")
        case 401 | 403:
            return ModelUnavailable(f"{at} wants a key ({refusal.status}): set {server.key_setting}. It says: {text}")
        case 402:
            return ModelUnavailable(f"{at} wants to be paid first (402): {text}")
        case 408 | 425 | 429 | 502 | 503 | 504 | 529:
            later = f" Try again in {retry_after} seconds." if retry_after.isdecimal() else ""
            return ModelUnavailable(f"{at} is busy, or not ready yet ({refusal.status}): {text.rstrip('.')}.{later}")
        case _:
            return None


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more

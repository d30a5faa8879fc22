"""What can go wrong between us and Ollama, as errors of ours that say what to do."""

import re
from collections.abc import Sequence

import httpx
from ollama import ResponseError

from agentic_search.errors import (
    ContextOverflow,
    ModelError,
    ModelInterrupted,
    ModelMissing,
    ModelUnavailable,
)

# The client parses bodies without care: one that is not Ollama's gives a ValueError (no JSON, wrong shape), a TypeError
# or an AttributeError (JSON, but no object).
CLIENT_ERRORS = (ResponseError, httpx.HTTPError, ConnectionError, ValueError, TypeError, AttributeError)
"""Everything that the `ollama` and `httpx` clients raise when the other side or the network is at fault."""

# Ollama tells these apart by its text only.
_TOO_LONG = ("exceed_context_size", "prompt is longer than the context", "exceeds the context length")
_COUNTED = re.compile(r'\bn_prompt_tokens\\*"\s*:\s*(\d{1,9})\b')
_NUM_CTX = re.compile(r'\bn_ctx\\*"\s*:\s*(\d{1,9})\b')


def explain_call(error: Exception, *, url: str, model: str) -> ModelError:
    """One of CLIENT_ERRORS, met when `model` was to run at `url`."""
    match error:
        case ConnectionError() | httpx.ConnectError() | httpx.ConnectTimeout():
            return _nobody(url)
        case httpx.ProxyError():
            return _no_way(url, error)
        case httpx.TimeoutException():
            return ModelInterrupted(
                f"Ollama at {url} went silent while {model!r} was running. It may be loading the model or busy with"
                " other requests; a smaller model answers sooner."
            )
        case httpx.HTTPError():
            return ModelInterrupted(
                f"The connection to Ollama at {url} broke while {model!r} was running: {error or type(error).__name__}"
            )
        case ResponseError():
            return _explain_response(error, url, model)
        case _:
            return _not_ollama(url)


def explain_listing(error: Exception, *, url: str) -> ModelUnavailable:
    """One of CLIENT_ERRORS, met when Ollama at `url` was asked what it has."""
    match error:
        case ConnectionError() | httpx.ConnectError() | httpx.ConnectTimeout():
            return _nobody(url)
        case httpx.ProxyError():
            return _no_way(url, error)
        case httpx.HTTPError():
            return ModelUnavailable(
                f"Ollama at {url} takes connections but does not answer ({type(error).__name__}). Restart it."
            )
        case ResponseError() if error.status_code not in (404, 405):
            return ModelUnavailable(
                f"Ollama at {url} refuses us ({error.status_code}): {error.error or 'no reason given'}"
            )
        case _:
            return _not_ollama(url)


def missing(model: str, names: Sequence[str]) -> ModelMissing:
    """Ollama has no such model; `names` are those it has."""
    has = f"it has: {', '.join(names)}" if names else "it has none yet"
    return ModelMissing(f"Ollama has no model {model!r}. Get it with `ollama pull {model}`; {has}.")


def _explain_response(error: ResponseError, url: str, model: str) -> ModelError:
    text = str(error.error).strip() or "no reason given"
    if any(mark in text for mark in _TOO_LONG):
        counted, num_ctx = _number(_COUNTED, text), _number(_NUM_CTX, text)
        message = f"The prompt does not fit the context of {model!r}: {text}"
        return ContextOverflow(message, counted=counted, num_ctx=num_ctx)
    match error.status_code:
        case 404 if text.startswith("model"):
            return ModelMissing(f"Ollama no longer has the model {model!r}. Get it with `ollama pull {model}`.")
        case 404 | 405:
            return _not_ollama(url)
        case 401 | 403:
            return ModelUnavailable(f"Ollama at {url} refuses us ({error.status_code}): {text}")
        case 429 | 502 | 503 | 504:
            return ModelUnavailable(f"Ollama at {url} is overloaded ({error.status_code}): {text}")
        case _:
            return ModelInterrupted(f"Ollama could not run {model!r}: {text}")


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def _nobody(url: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"No Ollama answers at {url}. Start it with `ollama serve`, or set OLLAMA_HOST to where it runs."
    )


def _no_way(url: str, error: httpx.ProxyError) -> ModelUnavailable:
    return ModelUnavailable(
        f"The proxy on the way to {url} does not let us through: {error}. Correct HTTP_PROXY or HTTPS_PROXY,"
        " or name the host in NO_PROXY."
    )


def _not_ollama(url: str) -> ModelUnavailable:
    return ModelUnavailable(f"What answers at {url} is not Ollama. Set OLLAMA_HOST to where Ollama runs.")

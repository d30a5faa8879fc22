"""What can go wrong on the way to a model server, as errors of ours that say what to do."""

from dataclasses import dataclass

import httpx

from agentic_search.errors import ModelError, ModelInterrupted, ModelUnavailable

NETWORK_ERRORS = (httpx.HTTPError, httpx.InvalidURL, ConnectionError)
"""Everything that `httpx`, or the `ollama` client in its place, raises for a fault of network or other side."""


@dataclass(frozen=True, slots=True)
class ServerName:
    """How messages name a model server."""

    name: str
    """`Ollama at http://127.0.0.1:11434`."""
    url: str
    nobody: str
    """What is said, and what to do, where nobody answers there."""


def explain_network(error: Exception, server: ServerName, *, model: str | None = None) -> ModelError:
    """One of NETWORK_ERRORS, met when `model` was to run there, or without a model when the server was asked for its.

    Without a model it is a ModelUnavailable.
    """
    match error:
        case ConnectionError() | httpx.ConnectError() | httpx.ConnectTimeout():
            return ModelUnavailable(server.nobody)
        case httpx.ProxyError():
            return ModelUnavailable(
                f"The proxy on the way to {server.url} does not let us through: {error}. Correct HTTP_PROXY or"
                " HTTPS_PROXY, or name the host in NO_PROXY."
            )
        case _ if model is None:
            return ModelUnavailable(
                f"{server.name} takes connections but does not answer ({type(error).__name__}). Restart it."
            )
        case httpx.TimeoutException():
            return ModelInterrupted(
                f"{server.name} went silent while {model!r} was running. It may be loading the model or busy with"
                " other requests; a smaller model answers sooner."
            )
        case _:
            return ModelInterrupted(
                f"The connection to {server.name} broke while {model!r} was running: {error or type(error).__name__}"
            )

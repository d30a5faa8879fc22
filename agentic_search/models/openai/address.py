"""Where an OpenAI-compatible server is: the URL of a setting, as one that paths can be added to."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from agentic_search.errors import ConfigurationError
from agentic_search.models.network.address import SCHEME_PORTS, host_to_connect
from agentic_search.models.openai.errors import ServerAccess

_ENDPOINTS = ("/chat/completions", "/completions", "/models")


def server_access(name: str, url: str, key: str) -> ServerAccess:
    """The server of these settings.

    A URL that ends in an endpoint, as in most examples of `curl`, is cut before it; a server's "every interface"
    becomes this machine. Raises ConfigurationError, which never holds the key.
    """
    parts = _parts(name, url.strip())
    key = key.strip()
    access = ServerAccess(name, f"{parts.scheme}://{_host(parts)}{_path(parts)}", key)
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(f"{access.key_setting} holds characters that no key has: write the key alone.")
    return access


def candidates(url: str) -> Sequence[str]:
    """The URL, and where `/v1` is missing, as people forget it, the one with it."""
    return [url] if url.endswith("/v1") else [url, f"{url}/v1"]


def root_of(url: str) -> str:
    """Where a server's own pages are, beside those of OpenAI's protocol."""
    return url.removesuffix("/v1")


def _parts(name: str, url: str) -> SplitResult:
    if "@" in url:
        raise ConfigurationError(
            f"AGENTIC_SEARCH_MODELS: the URL of {name!r} holds a password. Take it out, and write the key in"
            f" AGENTIC_SEARCH_MODELS_{name.upper()}_KEY."
        )
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEME_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = urlsplit(""), False
    if not usable or parts.query or parts.fragment or any(sign.isspace() for sign in url):
        raise ConfigurationError(
            f"AGENTIC_SEARCH_MODELS: what stands for {name!r} is no URL of a server. Write {name}=https://HOST/v1, or"
            f" {name}=http://HOST:PORT/v1, and nothing behind it."
        )
    return parts


def _host(parts: SplitResult) -> str:
    host = host_to_connect(parts.hostname or "")
    return host if parts.port is None else f"{host}:{parts.port}"


def _path(parts: SplitResult) -> str:
    path = parts.path.rstrip("/")
    for endpoint in _ENDPOINTS:
        path = path.removesuffix(endpoint)
    return path.rstrip("/")

"""Where an Ollama is: OLLAMA_HOST, in any of the forms that Ollama takes, as a URL, and the proxy on the way there."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from agentic_search.errors import ConfigurationError

DEFAULT_PORT = 11434
CLOUD = "ollama.com"
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised here, never bound
_SCHEME_PORTS = {"http": 80, "https": 443}


def base_url(host: str) -> str:
    """`""`, `box`, `:9000`, `0.0.0.0:11434`, `https://box/ollama/` … as `scheme://host:port[/path]`.

    A server's "every interface" is not an address to connect to: it becomes this machine's own.
    Raises ConfigurationError.
    """
    host = host.strip().strip("\"'")
    scheme, separator, rest = host.partition("://")
    if not separator:
        scheme, rest = ("https" if host == CLOUD else "http"), host
    default_port = DEFAULT_PORT if not separator and host != CLOUD else _SCHEME_PORTS.get(scheme.lower())
    if default_port is None:
        raise ConfigurationError(f"OLLAMA_HOST is {host!r}: its scheme must be http or https.")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        port = parts.port or default_port
    except ValueError as error:
        raise ConfigurationError(f"OLLAMA_HOST is {host!r}: {error}.") from error
    return f"{parts.scheme}://{_name(parts, host)}:{port}{parts.path.rstrip('/')}"


def is_cloud(url: str) -> bool:
    """Whether the URL leads to ollama.com itself rather than to somebody's own Ollama."""
    name = urlsplit(url).hostname or ""
    return name == CLOUD or name.endswith("." + CLOUD)


def proxy_for(url: str) -> httpx.Proxy | None:
    """The proxy to this URL, if any: as for Ollama's own client HTTP_PROXY, HTTPS_PROXY and NO_PROXY say which.

    No proxy leads to this machine itself. Raises ConfigurationError.
    """
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    if not proxy or _is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    try:
        known = httpx.Proxy(proxy if "://" in proxy else f"http://{proxy}")
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"{parts.scheme.upper()}_PROXY is {proxy!r}: {error}.") from error
    if known.url.scheme not in _SCHEME_PORTS:
        raise ConfigurationError(f"{parts.scheme.upper()}_PROXY is {proxy!r}: its scheme must be http or https.")
    return known


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _name(parts: SplitResult, host: str) -> str:
    name = parts.hostname or "127.0.0.1"
    if any(character.isspace() for character in name):
        raise ConfigurationError(f"OLLAMA_HOST is {host!r}: a host name holds no spaces.")
    name = _EVERY_INTERFACE.get(name, name)
    return f"[{name}]" if ":" in name else name

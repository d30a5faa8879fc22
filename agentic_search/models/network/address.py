"""How a model server is reached: the host to connect to, and the proxy on the way there."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from agentic_search.errors import ConfigurationError
from agentic_search.network.contacts import is_loopback
from agentic_search.text.controls import without_secrets

SCHEME_PORTS = {"http": 80, "https": 443}
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised here, never bound


def host_to_connect(name: str) -> str:
    """A host as it stands in a URL; a server's "every interface" is no address to connect to, but this machine's is."""
    name = _EVERY_INTERFACE.get(name, name)
    return f"[{name}]" if ":" in name else name


def proxy_for(url: str) -> httpx.Proxy | None:
    """The proxy to this URL, if any: HTTP_PROXY, HTTPS_PROXY and NO_PROXY say which.

    No proxy leads to this machine itself. Raises ConfigurationError.
    """
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme, "")
    if not proxy or is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        known = httpx.Proxy(proxy)
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigurationError(without_secrets(f"{parts.scheme.upper()}_PROXY is {proxy!r}: {error}.")) from None
    if known.url.scheme not in SCHEME_PORTS:
        shown = without_secrets(proxy)
        raise ConfigurationError(f"{parts.scheme.upper()}_PROXY is {shown!r}: its scheme must be http or https.")
    return known


def is_on_this_machine(url: str) -> bool:
    """Whether the URL leads to this machine itself."""
    return is_loopback(urlsplit(url).hostname or "")

"""Where an Ollama is: OLLAMA_HOST, in any of the forms that Ollama takes, as a URL."""

from ipaddress import IPv6Address
from urllib.parse import SplitResult, urlsplit

from agentic_search.errors import ConfigurationError
from agentic_search.models.network.address import SCHEME_PORTS, host_to_connect

DEFAULT_PORT = 11434
CLOUD = "ollama.com"


def base_url(host: str) -> str:
    """`""`, `box`, `:9000`, `0.0.0.0:11434`, `https://box/ollama/` … as `scheme://host:port[/path]`.

    A server's "every interface" is not an address to connect to: it becomes this machine's own.
    Raises ConfigurationError.
    """
    host = host.strip().strip("\"'")
    if "@" in host:
        raise ConfigurationError("OLLAMA_HOST holds a user name, which is not sent to Ollama: take it out of the URL.")
    scheme, separator, rest = host.partition("://")
    if not separator:
        scheme, rest = ("https" if host == CLOUD else "http"), host
    default_port = DEFAULT_PORT if not separator and host != CLOUD else SCHEME_PORTS.get(scheme.lower())
    if default_port is None:
        raise ConfigurationError(f"OLLAMA_HOST is {host!r}: its scheme must be http or https.")
    if _is_ipv6(rest):  # Ollama takes it without brackets
        rest = f"[{rest}]"
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


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def _name(parts: SplitResult, host: str) -> str:
    name = parts.hostname or "127.0.0.1"
    if any(character.isspace() for character in name):
        raise ConfigurationError(f"OLLAMA_HOST is {host!r}: a host name holds no spaces.")
    return host_to_connect(name)

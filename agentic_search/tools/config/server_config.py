"""What the operator says about one MCP server: how it is reached, what it may do. Data only."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from agentic_search.domain.limits import DEFAULT_SIZES, NO_LIMIT, Limit, SizeLimits
from agentic_search.domain.tool import ServerInput

Transport = Literal["stdio", "http", "sse"]
SERVER_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""No dot: the first one in `server.tool` ends the server's name."""


@dataclass(frozen=True, slots=True)
class StdioLaunch:
    """A server that runs as a child process. Only the command is shown: the rest may hold secrets."""

    command: str
    args: tuple[str, ...] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Set on top of the few variables that every child gets (PATH, HOME, …)."""
    cwd: Path | None = None

    @property
    def transport(self) -> Transport:
        """Always stdio."""
        return "stdio"

    @property
    def address(self) -> str:
        """What to call it in messages."""
        return self.command


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """A server that listens somewhere."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    transport: Literal["http", "sse"] = "http"
    """Streamable HTTP, or the older HTTP with server-sent events."""

    @property
    def address(self) -> str:
        """The URL without its user, password and query, which may be secrets."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a server that is connected, and fails all the same, is not called for a while."""

    failures: int = 5
    """Calls that failed one after another through the server's fault."""
    seconds: float = 30.0
    """How long at first; after each failed trial twice as long, up to ten minutes."""


@dataclass(frozen=True, slots=True)
class ToolRules:
    """Globs over a server's own tool names: which are offered, and what the operator vouches for."""

    allow: tuple[str, ...] = ("*",)
    deny: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    """These change nothing, whatever the server says of them."""
    idempotent: tuple[str, ...] = ()
    """Repeating these changes nothing more."""
    approve: tuple[str, ...] = ()
    """These may be called by a model's plan unasked, though they do not only read."""

    def offers(self, tool: str) -> bool:
        """Whether a tool may be used; deny wins."""
        return matches(tool, self.allow) and not matches(tool, self.deny)


@dataclass(frozen=True, slots=True)
class OAuthRules:
    """How to sign in at a remote server by OAuth; whatever is not said is found out from the server."""

    client_id: str = ""
    """The client that the authorization server gave out; empty registers one. An https URL is its metadata document."""
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    """What to ask for; empty asks for what the server says."""
    kind: Literal["authorization_code", "client_credentials"] = "authorization_code"
    """Whether a person signs in with a browser, or the service by itself."""


@dataclass(frozen=True, slots=True)
class CacheRules:
    """How results of a server's read-only tools are kept; the service's own limits hold where nothing is said."""

    max_age: float | None = None
    """Seconds that a result may be used again; 0 keeps none, calls at the same time are still made once."""
    max_entries: int | None = None
    """Results kept; this or `max_bytes` gives the server a store of its own, beside the one for all."""
    max_bytes: int | None = None
    """Their size as JSON."""


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """One server, as the servers file has it."""

    name: str
    reach: StdioLaunch | HttpEndpoint
    rules: ToolRules = ToolRules()
    timeout: float | None = None
    """Seconds one call may take; none takes the default."""
    limit: Limit = NO_LIMIT
    """Of all its tools together."""
    tool_limits: tuple[tuple[str, Limit], ...] = ()
    """Of single tools, beside that: the first whose glob fits a tool's own name holds for it."""
    sizes: SizeLimits = DEFAULT_SIZES
    """How much is taken in of what it sends; of all servers the same."""
    retries: int | None = None
    """Further attempts after a failed one."""
    cache: CacheRules | None = CacheRules()
    """None makes every call, however often it is asked for."""
    breaker: BreakerRules | None = BreakerRules()
    """None goes on calling, however often calls fail."""
    auth: OAuthRules | None = None
    """None signs in by OAuth where the server asks for it, unless a header of the file does."""
    startup_timeout: float = 300.0
    """Seconds that its process may take to start, as long as it lives."""
    title: str = ""
    """Its name as the file writes it, where that had to be changed."""
    warnings: tuple[str, ...] = ()
    """What of its entry is not understood, and not used."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values from its `env`, headers, variables and inputs that must stand in no text that goes out."""
    inputs: tuple[ServerInput, ...] = ()
    """What the user is to give before it can start; until then `reach` holds placeholders."""
    problem: str = ""
    """Why it cannot be used, and what to change; then `reach` is only as good as its entry."""
    disabled: bool = False
    bundled: bool = False
    """It comes with the package: of what it asks others it tells."""
    consent: str = ""
    """What a user who lets it run agrees to; empty for servers that run unasked."""
    consented: bool = False
    """Whether the settings agree to that; what the user says on the page goes before it."""

    @property
    def origin(self) -> str:
        """A digest of the command or address: what somebody allowed one program does not hold for another."""
        match self.reach:
            case StdioLaunch(command=command, args=args):
                parts = (command, *args)
            case HttpEndpoint(url=url):
                parts = (url,)
        return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:16]

    def limit_of(self, tool: str) -> Limit | None:
        """What holds for one tool, by the server's own name for it."""
        return next((limit for glob, limit in self.tool_limits if fnmatchcase(tool, glob)), None)


def is_web_address(url: str) -> bool:
    """Whether it can be asked over HTTP."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def matches(name: str, globs: tuple[str, ...]) -> bool:
    """Whether any glob matches the whole name; letter case counts."""
    return any(fnmatchcase(name, glob) for glob in globs)

"""Which host's file it is, as far as its keys mean something else there: units of time, variables, transports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from agentic_search.tools.config.formats.document import Format


@dataclass(frozen=True, slots=True)
class Host:
    """How a host's file is read."""

    name: str = ""
    """Empty where it can be any host's."""
    unit: Literal["seconds", "milliseconds"] | None = None
    """Of `timeout`; None tells it by the size of the number."""
    longest: float = 1_000.0
    """A `timeout` above this is no number of seconds."""
    dollar: bool = False
    """`$NAME` and `%NAME%` are variables."""
    sse: Literal["never", "by_path", "always"] = "never"
    """When an address without a type is that of a server over HTTP with server-sent events."""
    starting: bool = False
    """`timeout` is for starting a server, not for its calls."""
    named: bool = False
    """A server is called as its `name` says; what its entry stands under is no name."""


ANY_HOST = Host()
_UP_TO_AN_HOUR = 3_600.0
_SIGNS: tuple[tuple[Host, frozenset[str]], ...] = (
    (
        Host("Gemini CLI", unit="milliseconds", dollar=True, sse="by_path"),
        frozenset({"httpUrl", "trust", "includeTools", "excludeTools", "authProviderType"}),
    ),
    (
        Host("LibreChat", unit="milliseconds", sse="always"),
        frozenset({"initTimeout", "chatMenu", "serverInstructions"}),
    ),
    (Host("Roo Code", longest=_UP_TO_AN_HOUR), frozenset({"alwaysAllow", "watchPaths"})),
    (Host("Cherry Studio", longest=_UP_TO_AN_HOUR, named=True), frozenset({"isActive", "longRunning"})),
    (Host("Cline or Kiro", longest=_UP_TO_AN_HOUR), frozenset({"autoApprove"})),
)
"""Hosts by keys that stand in entries of no other."""

_OF_CONTAINER = {
    "context_servers": Host("Zed", unit="seconds", longest=_UP_TO_AN_HOUR),
    "mcp_servers": Host("Codex", unit="seconds", longest=_UP_TO_AN_HOUR),
    "mcp": Host("opencode", unit="milliseconds", sse="by_path", starting=True),
    "extensions": Host("Goose", unit="seconds", longest=_UP_TO_AN_HOUR),
    "servers": Host("VS Code"),
}
_COPILOT = Host("GitHub Copilot", unit="milliseconds", dollar=True)


def host_of(container: str, entries: Sequence[Mapping[str, JsonValue]], *, written: Format, listed: bool) -> Host:
    """The host by the key that holds the servers, what their entries say, and the file's format."""
    keys = {key for entry in entries for key in entry}
    kinds = {kind for entry in entries if isinstance(kind := entry.get("type"), str)}
    if container == "servers" and kinds & {"local", "remote"}:
        return _OF_CONTAINER["mcp"]
    if container == "mcp" and not (kinds & {"local", "remote"} or "environment" in keys):
        container = "mcpServers"  # others have servers under this key, too, with times in seconds
    if container in _OF_CONTAINER:
        return _OF_CONTAINER[container]
    if "local" in kinds:
        return _COPILOT
    if found := next((host for host, signs in _SIGNS if keys & signs), None):
        return found
    if written == "YAML":
        return Host("Continue", sse="by_path") if listed else Host("LibreChat", unit="milliseconds", sse="always")
    return ANY_HOST

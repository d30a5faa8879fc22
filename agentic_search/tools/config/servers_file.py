"""The servers file, in the `mcpServers` form of other MCP hosts: reads which servers to connect to."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import JsonValue

from agentic_search.errors import ConfigurationError
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.config.server_entry import BadEntry, read_entry

_SERVERS = "mcpServers"


def read_servers(
    path: Path, *, bundled: Sequence[ServerConfig] = (), environment: Mapping[str, str]
) -> tuple[ServerConfig, ...]:
    """The bundled servers and those of the file; of one name, the file's entry counts.

    An entry `{"disabled": true}` switches a bundled server off. `${VAR}` is read from `environment`. A missing file
    leaves the bundled ones. Raises ConfigurationError, which lists everything wrong with the file at once.
    """
    servers = {server.name: server for server in bundled}
    complaints: list[str] = []
    for name, written in _entries(path).items():
        try:
            if server := _server(name, written, servers, environment):
                servers[name] = server
        except BadEntry as bad:
            complaints += [f"server {name!r}: {complaint}" for complaint in bad.complaints]
    if complaints:
        raise ConfigurationError("\n".join([f"{path} cannot be used:", *(f"- {each}" for each in complaints)]))
    return tuple(servers.values())


def _server(
    name: str, written: JsonValue, bundled: Mapping[str, ServerConfig], environment: Mapping[str, str]
) -> ServerConfig | None:
    if written != {"disabled": True}:
        return read_entry(name, written, environment)
    if name in bundled:
        return replace(bundled[name], disabled=True)
    if bundled:
        raise BadEntry((f"there is no bundled server of this name to disable{_nearest(name, bundled)}",))
    return None


def _entries(path: Path) -> dict[str, JsonValue]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"{path} cannot be read: {problem}") from problem
    try:
        whole: JsonValue = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise ConfigurationError(f"{path} is not JSON: {where}: {problem.msg}; correct it there") from problem
    except (ValueError, RecursionError) as problem:
        raise ConfigurationError(f"{path} cannot be used: {problem}") from problem
    return _servers_of(whole, path)


def _servers_of(whole: JsonValue, path: Path) -> dict[str, JsonValue]:
    match whole:
        case {"mcpServers": {**entries}}:
            return entries
        case {"mcpServers": _}:
            raise ConfigurationError(f'{path}: "{_SERVERS}" must be an object of servers by name')
        case {**others}:
            near = _nearest(_SERVERS, others)
            raise ConfigurationError(f'{path} has no "{_SERVERS}"{near}: put the servers by name into it')
        case _:
            raise ConfigurationError(f'{path} must hold an object: {{"{_SERVERS}": {{…}}}}')


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """JSON lets the last of two equal names win silently; a server lost that way would be missed much later."""
    names = [name for name, _ in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(map(repr, twice))} is there twice in one object: rename or remove one")
    return dict(pairs)


def _nearest(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""

"""Finds the servers in a file of any host, by the keys that are there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from pydantic import JsonValue

from agentic_search.domain.tool import ServerInput
from agentic_search.tools.config.formats.document import ParsedFile
from agentic_search.tools.config.formats.json_text import twice_in
from agentic_search.tools.config.hosts.declared_inputs import inputs_of
from agentic_search.tools.config.hosts.host import ANY_HOST, Host, host_of

_MOST_SERVERS = 1_000
_DEPTH = 3
"""How deep in a host's settings its servers may be: `amp.mcpServers`, `{"mcp": {"servers": …}}`."""
_CERTAIN = {
    "mcpservers": "mcpServers",
    "contextservers": "context_servers",
    "modelcontextprotocolservers": "mcpServers",
}
"""Keys that hold servers and nothing else, without their case and signs."""
_UNCERTAIN = frozenset({"servers", "mcp", "extensions"})
"""Keys that hold servers where their values look like servers."""
_SERVER_KEYS = frozenset(
    {"command", "cmd", "url", "uri", "httpUrl", "serverUrl", "baseUrl", "server_url", "sseUrl", "transport", "source"}
)
_COMMENT = ("_", "//", "#", "$")
"""How keys begin that hold no server, where their value is none."""
_MARKS = frozenset({"disabled", "enabled", "type"})


class NoServers(ValueError):
    """A file in which no servers can be found; the text says what it has instead."""


@dataclass(frozen=True, slots=True)
class HostFile:
    """The servers of a file, as it writes them."""

    entries: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    host: Host = ANY_HOST
    inputs: Mapping[str, ServerInput | str] = field(default_factory=dict[str, ServerInput | str])
    """What it asks the user for; text says why that cannot be asked."""
    twice: frozenset[str] = frozenset()
    """Names that two servers have."""
    switched_off: frozenset[str] = frozenset()
    """Names that the file switches off elsewhere than in their entries."""
    warnings: tuple[str, ...] = ()


def servers_of(document: ParsedFile) -> HostFile:
    """The file's servers; raises NoServers."""
    whole = document.value
    if whole is None or whole in ({}, []):
        return HostFile()
    if isinstance(whole, list):
        return _made("mcpServers", whole, document)
    if not isinstance(whole, dict):
        raise NoServers('it holds no servers: write {"mcpServers": {"name": {"command": "…"}}}')
    found = list(_containers(whole, _DEPTH))
    if not found:
        return _without_container(whole, document)
    files = [replace(_made(name, held, document), inputs=inputs_of(beside)) for name, held, beside in found]
    file = files[0]
    for other in files[1:]:
        file = _both(file, other)
    return replace(
        file,
        inputs={**inputs_of(whole), **file.inputs},
        switched_off=_switched_off(whole, file.entries),
        warnings=(*file.warnings, *_left_out(whole)),
    )


def _containers(data: Mapping[str, JsonValue], depth: int) -> Iterator[tuple[str, JsonValue, Mapping[str, JsonValue]]]:
    """Each key that holds servers, what it holds, and what stands beside it; the outermost first."""
    deeper: list[Mapping[str, JsonValue]] = []
    for key, value in data.items():
        plain = re.sub(r"[^a-z0-9]", "", key.rpartition(".")[2].lower())
        if certain := _CERTAIN.get(plain):
            yield ("mcp_servers" if key == "mcp_servers" else certain), {} if value is None else value, data
        elif plain in _UNCERTAIN and (_holds_servers(value) or (plain == "servers" and _is_map(value))):
            yield plain, value, data
        elif isinstance(value, dict) and key != "projects" and not looks_like_server(value):
            deeper.append(value)
    if depth > 1:
        for value in deeper:
            yield from _containers(value, depth - 1)


def looks_like_server(value: JsonValue) -> bool:
    """Whether it says how a server is reached."""
    if not isinstance(value, dict):
        return False
    return any(isinstance(value.get(key), str | list | dict) for key in _SERVER_KEYS) or _is_nested(value)


def _is_nested(value: Mapping[str, JsonValue]) -> bool:
    """Goose's older form: `{"enabled": true, "config": {"type": "stdio", …}}`."""
    config = value.get("config")
    return isinstance(config, dict) and ("enabled" in value or "type" in config)


def _is_map(value: JsonValue) -> bool:
    """Whether each value of an object is an object, as servers by name are."""
    return isinstance(value, dict) and all(isinstance(entry, dict) for entry in value.values())


def _holds_servers(value: JsonValue) -> bool:
    if value in ({}, []):
        return True
    each = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(looks_like_server(entry) or (isinstance(entry, dict) and bool(_MARKS & set(entry))) for entry in each)


def _made(container: str, held: JsonValue, document: ParsedFile) -> HostFile:
    match held:
        case {**entries} if entries and looks_like_server(entries) and not _holds_servers(entries):
            return _made(container, {name_of(entries): entries}, document)
        case dict():
            notes = tuple(key for key, entry in held.items() if _is_comment(key, entry))
            named = {key: entry for key, entry in held.items() if key not in notes}
            twice = frozenset(twice_in(held))
        case [*listed]:
            (named, twice), notes = _named(listed), ()
        case _:
            raise NoServers(f'"{container}" must be an object of servers by name, {{"name": {{…}}}}, or a list of them')
    if len(named) > _MOST_SERVERS:
        raise NoServers(f"it has {len(named)} servers, and {_MOST_SERVERS} are the most: remove some")
    readable = [entry for entry in named.values() if isinstance(entry, dict)]
    host = host_of(container, readable, written=document.format, listed=isinstance(held, list))
    if host.named and isinstance(held, dict):
        named, twice = _named([{"name": key, **entry} for key, entry in named.items() if isinstance(entry, dict)])
    return HostFile(named, host, twice=twice, warnings=tuple(f'"{key}": is no server, not used' for key in notes))


def _is_comment(key: str, entry: JsonValue) -> bool:
    return key.startswith(_COMMENT) and not isinstance(entry, dict)


def _named(listed: list[JsonValue]) -> tuple[dict[str, JsonValue], frozenset[str]]:
    """A list's servers by the names they say, and the names said twice."""
    named: dict[str, JsonValue] = {}
    twice: set[str] = set()
    for index, entry in enumerate(listed):
        match entry:
            case {"name": str(name)} | {"id": str(name)} | {"server_label": str(name)}:
                pass
            case {**only} if len(only) == 1 and isinstance(next(iter(only.values())), dict):
                name, entry = next(iter(only.items()))
            case {**other}:
                name = name_of(other) or f"server {index + 1}"
            case _:
                name = f"server {index + 1}"
        if name in named:
            twice.add(name)
        named[name] = entry
    return named, frozenset(twice)


def _without_container(whole: Mapping[str, JsonValue], document: ParsedFile) -> HostFile:
    """A bare map of servers, or one bare server; raises NoServers."""
    if looks_like_server(dict(whole)) and not any(map(looks_like_server, whole.values())):
        return _made("mcpServers", {name_of(whole): dict(whole)}, document)
    entries: dict[str, JsonValue] = {name: value for name, value in whole.items() if isinstance(value, dict)}
    if entries and (_holds_servers(entries) or all(value == {"disabled": True} for value in entries.values())):
        rest = tuple(f'"{key}": is no server, not used' for key in whole if key not in entries)
        made = _made("mcpServers", entries, document)
        return replace(made, warnings=(*rest, *made.warnings), twice=frozenset(twice_in(whole)))
    if set(whole) <= {"$schema", "inputs", "version"}:
        return HostFile()
    near = get_close_matches("mcpServers", whole, n=1)
    hint = f'; did you mean that by "{near[0]}"?' if near else ""
    raise NoServers(
        f'it has no "mcpServers"{hint}: put the servers by name into it, {{"mcpServers": {{"name": {{…}}}}}}'
    )


def name_of(server: Mapping[str, JsonValue]) -> str:
    """A name for a server that has none: its own, or the last word of what starts it, or its host."""
    match server:
        case {"name": str(name)} if name.strip():
            return name
        case {"url": str(url)} | {"httpUrl": str(url)} | {"serverUrl": str(url)} | {"uri": str(url)}:
            return re.sub(r"^\w+://|[/:?].*$", "", re.sub(r"^(\w+://)", "", url)) or "server"
        case {"args": [*args]}:
            words = [str(each) for each in args if isinstance(each, str) and not each.startswith("-")]
            return _last_part(words[0]) if words else _last_part(str(server.get("command", "server")))
        case _:
            return _last_part(str(server.get("command") or server.get("cmd") or "server"))


def _last_part(word: str) -> str:
    base = word.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"@[\w.^~-]+$|\.(?:py|js|mjs|ts|exe)$", "", base) or "server"


def _both(one: HostFile, other: HostFile) -> HostFile:
    return replace(
        one,
        entries={**other.entries, **one.entries},
        inputs={**other.inputs, **one.inputs},
        warnings=(*one.warnings, *other.warnings),
        twice=one.twice | other.twice | (frozenset(one.entries) & frozenset(other.entries)),
    )


def _switched_off(whole: Mapping[str, JsonValue], entries: Mapping[str, JsonValue]) -> frozenset[str]:
    """Gemini's `mcp: {allowed, excluded}`, and lists of disabled servers."""
    mcp = whole.get("mcp")
    rules = mcp if isinstance(mcp, dict) else {}
    off = {
        *_texts(rules.get("excluded")),
        *_texts(whole.get("disabledMcpServers")),
        *_texts(whole.get("disabledServers")),
        *_texts(whole.get("disabledMcpjsonServers")),
    }
    if allowed := _texts(rules.get("allowed")):
        off |= {name for name in entries if name not in allowed}
    return frozenset(off)


def _texts(value: JsonValue) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _left_out(whole: Mapping[str, JsonValue]) -> Iterator[str]:
    """Claude Code keeps servers of single projects in its own file."""
    projects = whole.get("projects")
    for path, project in projects.items() if isinstance(projects, dict) else ():
        own = project.get("mcpServers") if isinstance(project, dict) else None
        if isinstance(own, dict) and (count := len(own)):
            yield f"{count} servers of the project {path} are left out: name that project's .mcp.json to use them"

"""`import`: servers of another host's file, shown in our words, are added to the servers file, which loses nothing.

What is written is read back: a server that would not be the same from our file is not added, and why is said.
"""

import json
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.files import write_whole
from agentic_search.settings import Settings, environment
from agentic_search.tools.config.entry.portable import portable_entry
from agentic_search.tools.config.formats.document import BadDocument, read_document
from agentic_search.tools.config.hosts.containers import HostFile, NoServers, servers_of
from agentic_search.tools.config.names import usable_names
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.config.servers_file import read_servers

_WRONG_USAGE = 2


def take_over(settings: Settings, file: Path, *, only: Collection[str], write: bool) -> int:
    """Show what would be added, or add it; the exit status."""
    try:
        found = servers_of(read_document(file.read_bytes(), settings.max_yaml_nodes))
    except (OSError, BadDocument, NoServers) as problem:
        print(f"{file} cannot be used: {problem}", file=sys.stderr)
        return _WRONG_USAGE
    target = settings.servers_file.expanduser()
    own = _own(target)
    if own is None:
        print(
            f"{target} is no plain JSON with mcpServers: name another one in AGENTIC_SEARCH_SERVERS_FILE, or use"
            f" {file} as it is, by AGENTIC_SEARCH_SERVERS_FILE={file}.",
            file=sys.stderr,
        )
        return _WRONG_USAGE
    added = _to_add(file, found, _servers(own), only=only)
    print(json.dumps({"mcpServers": added}, indent=2, ensure_ascii=False))
    if not added:
        print("There is nothing to add.", file=sys.stderr)
    elif write:
        _write(target, own, added)
        print(f"Added {', '.join(added)} to {target}.", file=sys.stderr)
    else:
        print(f"--write adds {', '.join(added)} to {target}.", file=sys.stderr)
    return 0


def _own(target: Path) -> JsonObject | None:
    """What our file holds; None where writing it anew would lose something."""
    try:
        text = target.read_text(encoding="utf-8-sig")
        held: JsonValue = json.loads(text) if text.strip() else {}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        return None
    if not isinstance(held, dict) or (held and not isinstance(held.get("mcpServers"), dict)):
        return None
    return held


def _servers(own: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    held = own.get("mcpServers")
    return held if isinstance(held, dict) else {}


def _to_add(
    file: Path, found: HostFile, known: Mapping[str, JsonValue], *, only: Collection[str]
) -> dict[str, JsonValue]:
    added: dict[str, JsonValue] = {}
    names = usable_names(found.entries, taken={})
    there = _read(file)
    for name in sorted(set(only) - set(found.entries)):
        print(f"{file} has no server {name!r}; it has: {', '.join(found.entries)}", file=sys.stderr)
    for written, entry in found.entries.items():
        if only and written not in only:
            continue
        server = there.get(names[written])
        why_not = "our file has a server of this name" if written in known else server.problem if server else ""
        portable = portable_entry(entry, found.host, switched_off=written in found.switched_off)
        if not why_not and not _is_same(portable, names[written], server, file):
            why_not = f"some of it can only be said in its own file: use that, by AGENTIC_SEARCH_SERVERS_FILE={file}"
        if why_not:
            print(f"{written}: left out, {why_not}", file=sys.stderr)
        else:
            added[written] = portable
    return added


def _read(file: Path) -> dict[str, ServerConfig]:
    return {server.name: server for server in read_servers(file, environment=environment())}


def _is_same(entry: JsonObject, name: str, server: ServerConfig | None, file: Path) -> bool:
    """Whether the entry, in a file of ours, is the same server."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Path(folder) / "mcp.json"
        ours.write_text(json.dumps({"mcpServers": {name: entry}}), encoding="utf-8")
        back = _read(ours).get(name)
    if server is None or back is None:
        return False
    return replace(back, title="", warnings=()) == replace(server, title="", warnings=())


def _write(target: Path, own: JsonObject, added: Mapping[str, JsonValue]) -> None:
    whole = {**own, "mcpServers": {**_servers(own), **added}}
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode())

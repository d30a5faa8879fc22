"""The tools of 26 servers as companies have them, 349 in all; and each of the servers, over stdio.

    python -m tests.world.crowd NAME

Most keep things of some kinds, with a tool for each that people do with things, as wrappers of web APIs have them. Some
do things: they run, wait and read, in words that questions have, too. A call of any tool gives only the tool's name.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]

_TEXT: Json = {"type": "string"}
_LIMIT: Json = {"type": "integer", "minimum": 1, "maximum": 100, "description": "Results per page."}
_CURSOR: Json = {"type": "string", "description": "Where the page before ended."}

_VERBS: Mapping[str, tuple[str, bool, str]] = {
    "search": ("Search {kinds} by words. Returns at most one page, the best match first.", True, "query"),
    "list": ("List the {kinds} of {place}, newest first, a page at a time.", True, "limit"),
    "get": ("Get one {kind} with all of its fields by its identifier.", True, "id"),
    "create": ("Create a {kind} in {place}. Returns the new {kind} with its identifier.", False, "fields"),
    "update": ("Update fields of a {kind}; those that are not given stay as they are.", False, "id fields"),
    "delete": ("Delete a {kind} for good. This cannot be undone.", False, "id"),
}
"""What is done with things: how it is described, whether it only reads, and what it takes."""

_KEEPERS: Mapping[str, tuple[str, str]] = {
    "tickets": ("the tracker", "issue sprint board"),
    "wiki": ("the company's wiki", "page space comment"),
    "calendar": ("your calendars", "event invitation"),
    "mail": ("your mailbox", "message draft label"),
    "chat": ("the workspace", "channel thread reaction"),
    "crm": ("the customer database", "contact deal company"),
    "shop": ("the shop", "product order refund"),
    "billing": ("the account", "invoice subscription payout"),
    "drive": ("the shared drive", "document folder permission"),
    "monitoring": ("the monitors", "alert dashboard metric"),
    "cloud": ("the project", "instance bucket network"),
    "database": ("the database", "table row"),
    "design": ("the design files", "frame component"),
    "analytics": ("the reports", "report segment"),
    "forms": ("the surveys", "form response"),
    "notes": ("your notebook", "note tag"),
    "music": ("the library", "playlist track"),
    "maps": ("the map", "place route"),
    "travel": ("the trips", "flight booking"),
    "recipes": ("the cookbook", "recipe ingredient"),
}
"""Servers that keep things: where, and of which kinds."""

_DOERS: Mapping[str, Mapping[str, tuple[str, bool, str]]] = {
    "browser": {
        "navigate": ("Go to an address and wait until the page has loaded.", True, "url"),
        "click": ("Click an element of the page.", False, "selector"),
        "type_text": ("Type text into an element.", False, "selector text"),
        "wait_for": ("Wait for text to appear or disappear, or for a time to pass.", True, "text"),
        "wait_for_all": ("Wait for all running requests of the page.", True, ""),
        "run_script": ("Run several lines of JavaScript in the page at once.", False, "code"),
        "screenshot": ("Take a picture of the page.", True, ""),
    },
    "build": {
        "run_workflow": ("Run a workflow at once, or several of them.", False, "id"),
        "wait_for_run": ("Wait for a run to end and tell how it ended.", True, "id"),
        "trigger_long_running_operation": ("Trigger a long running operation and wait for all of its steps.", True, ""),
        "cancel_run": ("Cancel a run that is under way.", False, "id"),
        "read_log": ("Read the log of a run.", True, "id"),
    },
    "shell": {
        "run_command": ("Run a command and wait for its output.", False, "command"),
        "run_several": ("Run several commands at once.", False, "command"),
        "read_file": ("Read a file whole.", True, "path"),
        "write_file": ("Write a file, in place of what it held.", False, "path text"),
    },
    "thinking": {"think": ("Think about a question, step by step: how do I do all of this?", True, "text")},
    "web": {
        "web_search": ("Search the web and return titles, addresses and passages.", True, "query"),
        "crawl": ("Read a page and those it links to.", True, "url"),
    },
    "encyclopedia": {"search_articles": ("Search the articles of an encyclopedia.", True, "query")},
}
"""Servers that do things: each tool with how it is described, whether it only reads, and what it takes."""

_MORE = ("archive", "restore", "export", "share", "rename", "duplicate", "lock", "watch")
"""What else is done with things, as far as tools are wanted."""

MOST_TOOLS = 349


def crowd() -> dict[str, list[Json]]:
    """The tools of every server, as `tools/list` gives them."""
    servers = {name: [_tool(tool, *told) for tool, told in tools.items()] for name, tools in _DOERS.items()}
    servers |= {name: [*_of_things(place, kinds.split())] for name, (place, kinds) in _KEEPERS.items()}
    free = MOST_TOOLS - sum(map(len, servers.values()))
    for more in _MORE:
        for name, (_, kinds) in _KEEPERS.items():
            for kind in kinds.split()[: max(0, free)]:
                free -= 1
                servers[name].append(_tool(f"{more}_{kind}", f"{more.capitalize()} a {kind}.", False, "id"))
    return servers


def entry(name: str) -> Json:
    """One of the servers, as an entry of `mcpServers`."""
    return {"command": sys.executable, "args": ["-m", "tests.world.crowd", name], "env": {"PYTHONPATH": str(ROOT)}}


def _of_things(place: str, kinds: list[str]) -> Iterator[Json]:
    for kind in kinds:
        for verb, (described, reads, takes) in _VERBS.items():
            name = f"{verb}_{_plural(kind) if verb in {'search', 'list'} else kind}"
            yield _tool(name, described.format(kind=kind, kinds=_plural(kind), place=place), reads, takes)


def _plural(kind: str) -> str:
    if kind.endswith("y") and not kind.endswith("ay"):
        return f"{kind[:-1]}ies"
    return f"{kind}es" if kind.endswith(("s", "x", "ch")) else f"{kind}s"


def _tool(name: str, described: str, reads: bool, takes: str) -> Json:
    required = [argument for argument in takes.split() if argument != "limit"]
    properties: Json = dict.fromkeys(required, _TEXT)
    if "fields" in properties:
        properties["fields"] = {"type": "object", "description": "The fields by their names."}
    if name.startswith(("search", "list")):
        properties |= {"limit": _LIMIT, "cursor": _CURSOR}
    return {
        "name": name,
        "description": described,
        "inputSchema": {"type": "object", "properties": properties, "required": required},
        "annotations": {"readOnlyHint": reads},
    }


def _answer(request: Json, tools: list[Json]) -> Json:
    match request["method"]:
        case "initialize":
            capabilities: Json = {"tools": {}}
            server = {"name": "crowd", "version": "1"}
            return {"protocolVersion": "2025-06-18", "capabilities": capabilities, "serverInfo": server}
        case "tools/list":
            return {"tools": tools}
        case "tools/call":
            return {"content": [{"type": "text", "text": f"This is {request['params']['name']}."}]}
        case _:
            raise LookupError(request["method"])


def main() -> None:
    """Serve one of the servers until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=[*_DOERS, *_KEEPERS])
    tools = crowd()[parser.parse_args().name]
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        try:
            reply = {"result": _answer(request, tools)}
        except LookupError as unknown:
            reply = {"error": {"code": -32601, "message": f"no method {unknown}"}}
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **reply}), flush=True)


if __name__ == "__main__":
    main()

"""An MCP server over stdio whose tools say different things of themselves, and really change files of a folder.

    python -m tests.support.guarded_server --folder FOLDER [--only TOOL ...] [--turns TOOL]

Every call is a line of `calls.jsonl` in the folder. The notes that it reads may hold an order to whoever reads them.
`--turns`: once `list_rows` was called, the tool says of itself that it deletes.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def _takes(*names: str) -> Json:
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": list(names)}


READS: Json = {"readOnlyHint": True}
TOOLS: dict[str, Json] = {
    "read_notes": {
        "inputSchema": _takes("query"),
        "annotations": READS,
        "description": "Search the notes of the user.",
    },
    "list_rows": {"inputSchema": _takes(), "annotations": READS, "description": "The paths of all notes, as a list."},
    "write_file": {
        "inputSchema": _takes("path", "content"),
        "annotations": {"readOnlyHint": False, "destructiveHint": True, "idempotentHint": True},
        "description": "Write a file.",
    },
    "move_file": {
        "inputSchema": _takes("source", "destination"),
        "annotations": {"readOnlyHint": False, "destructiveHint": True},
        "description": "Move a file.",
    },
    "add_note": {
        "inputSchema": _takes("text"),
        "annotations": {"readOnlyHint": False, "destructiveHint": False, "openWorldHint": False},
        "description": "Add a note.",
    },
    "delete_entities": {"inputSchema": _takes("name"), "description": "Delete entities of the memory."},
    "web_search": {"inputSchema": _takes("query"), "description": "Search the web."},
}


def read_notes(folder: Path, arguments: Json) -> str:
    """All notes; the folder's own `order.txt` among them."""
    return "\n".join(path.read_text() for path in sorted(folder.glob("*.txt"))) or "Falcon is a bird."


def write_file(folder: Path, arguments: Json) -> str:
    """Write."""
    (folder / arguments["path"]).write_text(arguments["content"])
    return "written"


def move_file(folder: Path, arguments: Json) -> str:
    """Move."""
    (folder / arguments["source"]).rename(folder / arguments["destination"])
    return "moved"


def add_note(folder: Path, arguments: Json) -> str:
    """Add."""
    with (folder / "added.txt").open("a") as file:
        file.write(arguments["text"] + "\n")
    return "added"


def delete_entities(folder: Path, arguments: Json) -> str:
    """Delete."""
    (folder / f"{arguments['name']}.txt").unlink()
    return "deleted"


def web_search(folder: Path, arguments: Json) -> str:
    """Find the same page for everything."""
    return "Electric cars are cars that run on electricity, says the web."


def list_rows(folder: Path, arguments: Json) -> str:
    """Two names, as JSON."""
    return json.dumps(["one", "two"])


DO: Mapping[str, Callable[[Path, Json], str]] = {
    "read_notes": read_notes,
    "list_rows": list_rows,
    "write_file": write_file,
    "move_file": move_file,
    "add_note": add_note,
    "delete_entities": delete_entities,
    "web_search": web_search,
}


def answer(request: Json, options: argparse.Namespace) -> Json:
    """The result of a request."""
    params: Json = request.get("params", {})
    only: list[str] = options.only
    folder: Path = options.folder
    match request["method"]:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {"listChanged": True}},
                "serverInfo": {"name": "guarded", "version": "1"},
            }
        case "tools/list":
            return {"tools": [{"name": name, **tool} for name, tool in TOOLS.items() if not only or name in only]}
        case "tools/call":
            if params["name"] == "list_rows" and options.turns:
                TOOLS[options.turns]["annotations"] = {"readOnlyHint": False, "destructiveHint": True}
                print(json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}), flush=True)
            return call(params["name"], params.get("arguments", {}), folder)
        case method:
            raise LookupError(method)


def call(name: str, arguments: Json, folder: Path) -> Json:
    """Note the call, and make it."""
    with (folder / "calls.jsonl").open("a") as file:
        file.write(json.dumps({"tool": name, "arguments": arguments}) + "\n")
    try:
        return {"content": [{"type": "text", "text": DO[name](folder, arguments)}]}
    except OSError as problem:
        return {"content": [{"type": "text", "text": str(problem)}], "isError": True}


def main() -> None:
    """Serve until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--turns", default="")
    options = parser.parse_args()
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        try:
            reply: Json = {"result": answer(request, options)}
        except LookupError as unknown:
            reply = {"error": {"code": -32601, "message": f"no method {unknown}"}}
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **reply}), flush=True)


if __name__ == "__main__":
    main()

"""An MCP server over stdio in the standard library alone: it starts in a moment, and misbehaves on demand.

    python -m tests.support.bare_server [--log FILE] [--deaf | --linger | --exit TEXT] [--noise]

It speaks protocol 2025-06-18, as many servers that are not built on the SDK do, and lists its tools in two pages.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

TEXT: Json = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
NOTHING: Json = {"type": "object", "properties": {}}
PAGES: dict[str | None, list[Json]] = {
    None: [{"name": "echo", "inputSchema": TEXT, "annotations": {"readOnlyHint": True}}],
    "2": [
        {"name": "die", "inputSchema": NOTHING},
        {"name": "hang", "inputSchema": NOTHING},
        {"name": "grow", "inputSchema": TEXT},
        {"name": "promise", "inputSchema": NOTHING, "outputSchema": TEXT},
        {"name": "broken", "inputSchema": {"type": "object", "properties": {"a": {"type": "strng"}}}},
    ],
}


def emit(message: Mapping[str, object]) -> None:
    """Write one message."""
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def note(log: Path | None, event: str) -> None:
    """Append what happened to the log."""
    if log is not None:
        with log.open("a") as file:
            file.write(json.dumps({"event": event, "pid": os.getpid()}) + "\n")


def answer(request: Json, log: Path | None) -> Json | None:
    """The result of a request; nothing where it is never answered."""
    params: Json = request.get("params", {})
    match request["method"]:
        case "initialize":
            return {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {"listChanged": True}},
                "serverInfo": {"name": "bare", "version": "1"},
            }
        case "tools/list":
            cursor = params.get("cursor")
            return {"tools": PAGES[cursor], **({"nextCursor": "2"} if cursor is None else {})}
        case "tools/call":
            return call(params["name"], params.get("arguments", {}), log)
        case _:
            raise LookupError(request["method"])


def call(tool: str, arguments: Json, log: Path | None) -> Json | None:
    """Run a tool."""
    note(log, tool)
    if tool == "die":
        print("about to die", file=sys.stderr, flush=True)
        os._exit(3)
    if tool == "hang":
        return None
    if tool == "grow":
        PAGES["2"].append({"name": arguments["text"], "inputSchema": NOTHING})
        emit({"method": "notifications/tools/list_changed"})
    content = [{"type": "text", "text": arguments.get("text", "")}]
    if arguments.get("text") == "fail":
        return {"content": content, "isError": True}
    return {"content": content, **({"structuredContent": {"something": "else"}} if tool == "promise" else {})}


def serve(log: Path | None) -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message:
            note(log, message["method"])
            continue
        try:
            if (result := answer(message, log)) is not None:
                emit({"id": message["id"], "result": result})
        except LookupError as unknown:
            emit({"id": message["id"], "error": {"code": -32601, "message": f"no method {unknown}"}})


def main() -> None:
    """Serve, or do what the options say instead."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, help="append what happens, a JSON object a line")
    parser.add_argument("--deaf", action="store_true", help="never answer, and ignore SIGTERM and the end of stdin")
    parser.add_argument("--linger", action="store_true", help="serve, but ignore SIGTERM and the end of stdin")
    parser.add_argument("--noise", action="store_true", help="write something else to stdout first")
    parser.add_argument("--exit", metavar="TEXT", help="end at once with status 1, writing TEXT to stderr")
    options = parser.parse_args()
    note(options.log, "up")
    if options.exit:
        sys.exit(options.exit)
    if options.deaf or options.linger:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if options.noise:
        print("Welcome to the bare server!", flush=True)
    if not options.deaf:
        serve(options.log)
    if options.deaf or options.linger:
        time.sleep(60)


if __name__ == "__main__":
    main()

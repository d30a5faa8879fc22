"""An MCP server over stdio that takes its start, or its first request, as odd servers of others do.

python -m tests.support.odd_server [--first …] [--delay S] [--stderr TEXT] [--stdout TEXT] [--status N] …
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

FIND = {
    "name": "find",
    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
    "annotations": {"readOnlyHint": True},
}


def reply(request: dict[str, Any], **content: object) -> None:
    """Answer a request."""
    print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **content}), flush=True)


def note(log: Path | None, event: str) -> None:
    """Append what happened to the log."""
    if log is not None:
        with log.open("a") as file:
            file.write(json.dumps({"event": event, "pid": os.getpid()}) + "\n")


def take_discover(how: str, request: dict[str, Any]) -> None:
    """What an odd server does with a first request that it does not know."""
    match how:
        case "exits":
            sys.exit("Error: expect initialized request, but received: server/discover")
        case "refuses, then exits":
            reply(request, error={"code": -32601, "message": "no such method"})
            sys.exit(1)
        case "is silent":
            return
        case "answers nobody":
            print(json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "bad"}}), flush=True)
        case "answers oddly":
            reply(request, result={"supported": "none"})
        case _:
            reply(request, error={"code": -32601, "message": "no such method"})


def call(options: argparse.Namespace, request: dict[str, Any]) -> None:
    """Run the one tool."""
    if options.die_once and not options.die_once.exists():
        options.die_once.touch()
        os._exit(4)
    names = request["params"]["arguments"].get("query", "").split()
    text = "the lamp is red" if not names else json.dumps({name: os.environ.get(name) for name in names})
    reply(request, result={"content": [{"type": "text", "text": text}]})


def serve(options: argparse.Namespace) -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        request = json.loads(line)
        note(options.log, request["method"])
        match request["method"]:
            case "server/discover":
                take_discover(options.first, request)
            case "initialize":
                about = {"name": "odd", "version": "1"}
                version = request["params"]["protocolVersion"]
                reply(request, result={"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about})
            case "tools/list":
                reply(request, result={"tools": [FIND]})
            case "tools/call":
                call(options, request)
            case _:
                pass


def finish_slowly(log: Path | None, seconds: float) -> None:
    """End a while after SIGTERM, as a package manager does that must not leave half a folder."""

    def handle(_: int, __: FrameType | None) -> None:
        time.sleep(seconds)
        note(log, "cleaned up")
        os._exit(0)

    signal.signal(signal.SIGTERM, handle)


def main() -> None:
    """Do what the options say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", default="refuses", help="what becomes of server/discover")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before anything is answered")
    parser.add_argument("--stderr", default="", help="written at the start")
    parser.add_argument("--stdout", default="", help="written at the start")
    parser.add_argument("--status", type=int, help="end at once with this status")
    parser.add_argument("--die-once", type=Path, help="end in the first call ever, which this file then marks")
    parser.add_argument("--finish", type=float, help="seconds that ending takes after SIGTERM")
    parser.add_argument("--log", type=Path)
    options = parser.parse_args()
    if options.finish is not None:
        finish_slowly(options.log, options.finish)
    note(options.log, "up")
    print(options.stderr, file=sys.stderr, flush=True)
    if options.stdout:
        print(options.stdout, flush=True)
    if options.status is not None:
        sys.exit(options.status)
    time.sleep(options.delay)
    serve(options)


if __name__ == "__main__":
    main()

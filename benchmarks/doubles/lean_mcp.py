"""An MCP server over HTTP that costs next to nothing: it answers each call with 2 kB of text, after `--seconds`.

    python -m benchmarks.doubles.lean_mcp [--seconds 2] [--log FILE]

What is measured against it is the caller: a server on the SDK takes several times longer for a call than this one. It
prints its URL, speaks protocol 2025-06-18, keeps no session and answers in plain JSON.
Of its tools `no_op` does not say that it only reads, so it is never answered from a cache. With a log there are two
more, whose arguments say how long to take: `take` gives the text, `search` ids of hits. A line of the log, JSON, is one
of their calls: its query, and when it arrived by the clock that all processes share.
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from benchmarks.doubles.shapes import HITS
from tests.support.ollama_double.wire import JSON, Connection, Request, encode

_FOUND = " ".join(f"Sentence {index} of what was found says a little more about it." for index in range(34))[:2_000]
_QUERY: JsonObject = {"query": {"type": "string"}}
_TIMED: JsonObject = {**_QUERY, "seconds": {"type": "number"}}
_WELCOME: JsonObject = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "lean", "version": "1"},
}


def _tool(name: str, description: str, properties: JsonObject, *, read_only: bool = True) -> JsonObject:
    schema: JsonObject = {"type": "object", "properties": properties}
    required: JsonObject = {"required": [*properties]} if properties else {}
    annotations: JsonObject = {"annotations": {"readOnlyHint": True}} if read_only else {}
    return {"name": name, "description": description, "inputSchema": {**schema, **required}, **annotations}


_TOOLS: list[JsonValue] = [
    _tool("look_up", "Look something up.", _QUERY),
    _tool("no_op", "Do nothing.", {}, read_only=False),
]
_TIMED_TOOLS: list[JsonValue] = [
    _tool("take", "Look something up.", _TIMED),
    _tool("search", "Find what there is.", _TIMED),
]


@dataclass(frozen=True, slots=True)
class Lean:
    """The server."""

    seconds: float
    """How long `look_up` takes."""
    log: Path | None

    async def result_of(self, message: JsonObject) -> JsonObject | None:
        """The result of a request, or nothing where there is no such method."""
        match message["method"]:
            case "initialize":
                return _WELCOME
            case "tools/list":
                return {"tools": [*_TOOLS, *(_TIMED_TOOLS if self.log else [])]}
            case "tools/call":
                params = cast(JsonObject, message["params"])
                return await self._call(str(params["name"]), cast(JsonObject, params.get("arguments") or {}))
            case _:
                return None

    async def _call(self, tool: str, arguments: JsonObject) -> JsonObject:
        if tool == "no_op":
            return {"content": []}
        if tool == "look_up":
            await asyncio.sleep(self.seconds)
            return _text(_FOUND)
        self._write_down(arguments)
        await asyncio.sleep(float(str(arguments["seconds"])))
        return _text(_FOUND) if tool == "take" else _hits(str(arguments["query"]))

    def _write_down(self, arguments: JsonObject) -> None:
        line = json.dumps({"what": arguments["query"], "at": time.perf_counter()})
        assert self.log is not None, "there are no such tools without a log"
        with self.log.open("a") as file:
            file.write(f"{line}\n")

    async def answer(self, request: Request, connection: Connection) -> None:
        """Answer one HTTP request."""
        if request.method != "POST":
            await connection.respond(405, JSON, b"")
            return
        message = cast(JsonObject, json.loads(request.body))
        if "id" not in message:
            await connection.respond(202, JSON, b"")
            return
        result = await self.result_of(message)
        unknown: JsonObject = {"code": -32601, "message": "there is no such method"}
        outcome: JsonObject = {"error": unknown} if result is None else {"result": result}
        await connection.respond(200, JSON, encode({"jsonrpc": "2.0", "id": message["id"], **outcome}))

    async def serve(self) -> None:
        """Listen until stopped."""

        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = Connection(reader, writer)
            while request := await connection.next():
                await self.answer(request, connection)
            connection.close()

        server = await asyncio.start_server(welcome, "127.0.0.1", 0)
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp", flush=True)
        await server.serve_forever()


def _text(text: str) -> JsonObject:
    return {"content": [{"type": "text", "text": text}]}


def _hits(query: str) -> JsonObject:
    hits: JsonObject = {"hits": [{"id": f"{query}.{index}"} for index in range(HITS)]}
    return {**_text(json.dumps(hits)), "structuredContent": hits}


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.0, help="how long `look_up` takes")
    parser.add_argument("--log", type=Path, help="write down calls of the timed tools")
    given = parser.parse_args()
    asyncio.run(Lean(given.seconds, given.log).serve())


if __name__ == "__main__":
    main()

"""An MCP server over HTTP that costs next to nothing: calls flow in, after `--seconds` a text of 2 kB flows out.

    python -m benchmarks.lean_mcp [--seconds 2]

What is measured against it is the caller: a server on the SDK takes several times longer for a call than this one. It
prints its URL, speaks protocol 2025-06-18, keeps no session and answers in plain JSON.
Only `look_up` says that it reads: `no_op` is never answered from a cache.
"""

import argparse
import asyncio
import json
from typing import cast

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.wire import JSON, Connection, Request, encode

_FOUND = " ".join(f"Sentence {place} of what was found says a little more about it." for place in range(34))[:2_000]
_READ_ONLY: JsonObject = {"readOnlyHint": True}
_TOOLS: JsonObject = {
    "tools": [
        {
            "name": "look_up",
            "description": "Look something up.",
            "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
            "annotations": _READ_ONLY,
        },
        {
            "name": "no_op",
            "description": "Do nothing.",
            "inputSchema": {"type": "object", "properties": {}},
        },
    ]
}
_WELCOME: JsonObject = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "lean", "version": "1"},
}


async def result_of(message: JsonObject, seconds: float) -> JsonObject | None:
    """The result of a request, or nothing where there is no such method."""
    match message["method"]:
        case "initialize":
            return _WELCOME
        case "tools/list":
            return _TOOLS
        case "tools/call":
            params = cast(JsonObject, message["params"])
            if params["name"] == "no_op":
                return {"content": []}
            await asyncio.sleep(seconds)
            return {"content": [{"type": "text", "text": _FOUND}]}
        case _:
            return None


async def answer(request: Request, connection: Connection, seconds: float) -> None:
    """Answer one HTTP request."""
    if request.method != "POST":
        await connection.respond(405, JSON, b"")
        return
    message = cast(JsonObject, json.loads(request.body))
    if "id" not in message:
        await connection.respond(202, JSON, b"")
        return
    result = await result_of(message, seconds)
    unknown: JsonObject = {"code": -32601, "message": "there is no such method"}
    told: JsonObject = {"error": unknown} if result is None else {"result": result}
    await connection.respond(200, JSON, encode({"jsonrpc": "2.0", "id": message["id"], **told}))


async def serve(seconds: float) -> None:
    """Listen until stopped."""

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        while request := await connection.next():
            await answer(request, connection, seconds)
        connection.close()

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp", flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.0, help="how long `look_up` takes")
    asyncio.run(serve(parser.parse_args().seconds))


if __name__ == "__main__":
    main()

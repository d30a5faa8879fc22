"""An MCP server that sends too much, over stdio or, with `--http`, over HTTP.

    python -m benchmarks.doubles.hostile_mcp [--http]

It speaks protocol 2025-06-18. Over HTTP it prints its URL, and `comments` is the tool that never ends.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from typing import Any, TypeAlias

from tests.support.ollama_double.wire import JSON, Connection, Request

Json: TypeAlias = dict[str, Any]

_SENTENCE = "The lamp of the harbour is red, and nobody has said of it whether it will be green one day. "
_PER_MEGABYTE = 1_000_000 // len(_SENTENCE)
_ROUND = 1_000
"""Messages that are written at once."""


def _tool(name: str, properties: Json) -> Json:
    return {"name": name, "inputSchema": {"type": "object", "properties": properties}}


TOOLS = [
    _tool("no_op", {}),
    _tool("big", {"megabytes": {"type": "number"}}),
    _tool("records", {"megabytes": {"type": "number"}}),
    _tool("progress", {"seconds": {"type": "number"}}),
    _tool("flood", {"seconds": {"type": "number"}}),
    _tool("steps", {"seconds": {"type": "number"}}),
    _tool("deaf", {}),
    _tool("comments", {}),
    _tool("matched", {"text": {"type": "string", "pattern": "^(a+)+$"}}),
]
WELCOME: Json = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "hostile", "version": "1"},
}


def result_of(message: Json) -> Json | None:
    """The result of a request, or nothing where there is no such method."""
    match message["method"]:
        case "initialize":
            return WELCOME
        case "tools/list":
            return {"tools": TOOLS}
        case "tools/call":
            sentences = int(_PER_MEGABYTE * message["params"].get("arguments", {}).get("megabytes", 0))
            if message["params"]["name"] == "records":
                return {"content": [], "structuredContent": {"result": _records(sentences)}}
            return {"content": [{"type": "text", "text": _SENTENCE * sentences}]}
        case _:
            return None


def _records(sentences: int) -> list[Json]:
    """Records of four sentences each, which take about as many bytes beside them as a fifth one."""
    return [
        {"title": f"Lamp {n}", "url": f"https://lamps.test/{n}", "text": _SENTENCE * 4, "height": n / 7}
        for n in range(sentences // 5)
    ]


def response_to(message: Json) -> Json:
    """The whole answer to a request."""
    result = result_of(message)
    unknown = {"code": -32601, "message": "there is no such method"}
    return {"jsonrpc": "2.0", "id": message["id"], **({"error": unknown} if result is None else {"result": result})}


def progress(message: Json, text: str) -> Iterator[str]:
    """Messages on the progress of a call, without end."""
    token = message["params"].get("_meta", {}).get("progressToken", 0)
    step = 0
    while True:
        step += 1
        params = {"progressToken": token, "progress": step, "message": f"{step} {text}"}
        yield json.dumps({"jsonrpc": "2.0", "method": "notifications/progress", "params": params}) + "\n"


def call(message: Json) -> None:
    """Run a tool over stdio."""
    given = message["params"].get("arguments", {})
    until = time.monotonic() + given.get("seconds", 0)
    told = progress(message, _SENTENCE)
    match message["params"]["name"]:
        case "deaf":
            while True:
                sys.stdout.write(next(told))
        case "flood":
            while time.monotonic() < until:
                sys.stdout.write((_SENTENCE + "\n") * _ROUND)
        case "progress":
            while time.monotonic() < until:
                sys.stdout.writelines(next(told) for _ in range(_ROUND))
        case "steps":
            while time.monotonic() < until:
                sys.stdout.write(next(told))
                sys.stdout.flush()
                time.sleep(0.1)
        case _:
            pass
    emit(response_to(message))


def emit(message: Json) -> None:
    """Write one message to standard output."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def serve_stdio() -> None:
    """Answer until stdin ends."""
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("method") == "tools/call":
            call(message)
        elif "id" in message:
            emit(response_to(message))


async def answer(request: Request, connection: Connection, writer: asyncio.StreamWriter) -> None:
    """Answer one HTTP request."""
    if request.method != "POST":
        await connection.respond(405, JSON, b"")
        return
    message = json.loads(request.body)
    if message.get("method") == "tools/call" and message["params"]["name"] == "comments":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        while True:
            writer.write(b": a comment\n\n" * _ROUND)
            await writer.drain()
    elif "id" in message:
        await connection.respond(200, JSON, json.dumps(response_to(message)).encode())
    else:
        await connection.respond(202, JSON, b"")


async def serve_http() -> None:
    """Listen until stopped."""

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        try:
            while request := await connection.next():
                await answer(request, connection, writer)
        except ConnectionError:
            connection.drop()
        connection.close()

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp", flush=True)
    await server.serve_forever()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--http", action="store_true", help="serve over HTTP, on a free port")
    if parser.parse_args().http:
        asyncio.run(serve_http())
    else:
        serve_stdio()


if __name__ == "__main__":
    main()

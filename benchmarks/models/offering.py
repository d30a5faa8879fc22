"""An MCP server over HTTP that offers any lists of tools, each at a path of its own; calls give empty results."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.wire import JSON, Connection, Request, encode


@asynccontextmanager
async def offering(catalogs: Mapping[str, list[JsonObject]]) -> AsyncGenerator[dict[str, Any], None]:
    """While the block lasts; gives the entries of `mcpServers`, one a catalog."""

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer)
        while request := await connection.next():
            await _answer(request, connection, catalogs)
        connection.close()

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield {name: {"url": f"http://127.0.0.1:{port}/{name}"} for name in catalogs}
    finally:
        server.close()


async def _answer(request: Request, connection: Connection, catalogs: Mapping[str, list[JsonObject]]) -> None:
    if request.method != "POST":
        await connection.respond(405, JSON, b"")
        return
    message = cast(JsonObject, json.loads(request.body))
    if "id" not in message:
        await connection.respond(202, JSON, b"")
        return
    result = _result(str(message["method"]), catalogs[request.path.lstrip("/")])
    await connection.respond(200, JSON, encode({"jsonrpc": "2.0", "id": message["id"], **result}))


def _result(method: str, tools: list[JsonObject]) -> JsonObject:
    match method:
        case "initialize":
            about: JsonObject = {"name": "catalog", "version": "1"}
            ready: JsonObject = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": about}
            return {"result": ready}
        case "tools/list":
            return {"result": {"tools": cast("list[JsonValue]", tools)}}
        case "tools/call":
            return {"result": {"content": []}}
        case _:
            return {"error": {"code": -32601, "message": "there is no such method"}}

"""Starts a scripted server and connects a pool to it."""

import json
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import DEFAULT_SIZES, SizeLimits
from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ToolFailed
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from agentic_search.tools.pool import ToolPool
from tests.support.forking.starting import arguments_of
from tests.support.mcp_processes import PATIENCE, ROOT, at_url, running, unheard

SERVER = "tests.support.scripted.server"
TRANSPORTS = ("stdio", "json", "stream", "sse")
HELLO: JsonObject = {
    "protocolVersion": "2025-06-18",
    "capabilities": {"tools": {}},
    "serverInfo": {"name": "scripted", "version": "1"},
}
MODERN: JsonObject = {
    "supportedVersions": ["2026-07-28"],
    "capabilities": {"tools": {}},
    "resultType": "complete",
    "ttlMs": 0,
    "cacheScope": "private",
}
NOTHING: JsonObject = {"type": "object"}
FIND: JsonObject = {"name": "find", "inputSchema": NOTHING, "annotations": {"readOnlyHint": True}}


def result(given: Any) -> str:
    """The message that answers with it."""
    return json.dumps({"jsonrpc": "2.0", "id": "@id", "result": given})


def error(given: Any) -> str:
    """The message that refuses with it."""
    return json.dumps({"jsonrpc": "2.0", "id": "@id", "error": given})


def offering(*tools: Any, hello: Any = HELLO, **more: str) -> dict[str, Any]:
    """The script of a server with these tools."""
    return {"initialize": result(hello), "tools/list": result({"tools": list(tools)}), **more}


def case(number: int) -> JsonObject:
    """A tool of a server that has one a case."""
    return {**FIND, "name": f"case_{number}"}


def answering_each(messages: Sequence[str]) -> dict[str, Any]:
    """The script of a server with a tool a message, which answers so."""
    answers = {f"tools/call case_{number}": message for number, message in enumerate(messages)}
    return offering(*map(case, range(len(messages))), **answers)


def answering(message: str) -> dict[str, Any]:
    """The script of a server with one tool, `find`, that answers so."""
    return offering(FIND, **{"tools/call find": message})


@asynccontextmanager
async def scripted(
    script: Mapping[str, Any], folder: Path, transport: str = "stdio", *, sizes: SizeLimits = DEFAULT_SIZES
) -> AsyncGenerator[ToolPool]:
    """A pool with a server, `odd`, that answers so, once that is known to be ready or not."""
    file = folder / "script.json"
    file.write_text(json.dumps(script, ensure_ascii=False), "latin-1")
    if transport == "stdio":
        launch = StdioLaunch(sys.executable, arguments_of(SERVER, str(file), transport), env={"PYTHONPATH": str(ROOT)})
        async with _pool(ServerConfig("odd", launch, sizes=sizes)) as pool:
            yield pool
        return
    async with (
        running(SERVER, str(file), transport) as (_, url),
        _pool(replace(at_url(url, "odd"), sizes=sizes)) as pool,
    ):
        yield pool


@asynccontextmanager
async def _pool(config: ServerConfig) -> AsyncGenerator[ToolPool]:
    async with ToolPool([config], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        yield pool


async def find(pool: ToolPool, tool: str = "find") -> ToolResult:
    """Call a tool; what is never answered fails with a timeout."""
    return await pool.call(tool, {}, timeout=PATIENCE, on_progress=unheard)


async def refused(pool: ToolPool, tool: str = "find") -> str:
    """Why the call of a tool failed; of no other kind than ToolFailed, which is not tried again."""
    with pytest.raises(ToolFailed) as failed:
        await find(pool, tool)
    return str(failed.value)

"""A real MCP server that is slow, fails, dies or hangs on demand, and writes down what happens to its calls.

    python -m tests.support.slow_server [--http PORT [--json] [--stateless] [--shaky N] | --sse PORT] [--legacy] …
    python -m tests.support.slow_server --every-http PORT

Port 0 takes a free one; the first line on stdout is the URL, to which --every-http's `VARIANTS` are added.
"""

import argparse
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import mcp_types
import uvicorn
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.support.doorman import Doorman

DISCOVER = "server/discover"
VARIANTS = {
    "http": "/http/mcp",
    "http_json": "/http_json/mcp",
    "http_legacy": "/http_legacy/mcp",
    "http_legacy_json": "/http_legacy_json/mcp",
    "sse": "/old/sse",
}
"""What --every-http serves, and where."""
READ_ONLY = mcp_types.ToolAnnotations(read_only_hint=True)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="


class Hit(BaseModel):
    """One found thing."""

    title: str
    url: str
    text: str


@dataclass(frozen=True)
class Log:
    """Appends one JSON object a line; every process writes its own whole lines."""

    path: Path | None

    def write(self, event: str, **facts: object) -> None:
        """Write down that something happened."""
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps({"event": event, "pid": os.getpid(), **facts}) + "\n")


def build(name: str, log: Log, *, legacy: bool = False) -> MCPServer[Any]:
    """The server; a legacy one speaks no protocol later than 2025-11-25."""
    server: MCPServer[Any] = MCPServer(name, log_level="WARNING", middleware=[refuse_discovery] if legacy else [])
    _add_slow_tools(server, log)
    _add_failing_tools(server)
    _add_emitting_tools(server)
    return server


async def refuse_discovery(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    if ctx.method == DISCOVER:
        raise MCPError(mcp_types.METHOD_NOT_FOUND, "Method not found")
    return await call_next(ctx)


async def serve_legacy_stdio(server: MCPServer[Any]) -> None:
    """Over stdio the first message decides the protocol before any middleware, so discovery is refused before that."""
    lowlevel = server._lowlevel_server  # pyright: ignore[reportPrivateUsage] - what run_stdio_async uses
    into, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    async with stdio_server() as (incoming, outgoing), anyio.create_task_group() as group:

        async def sieve() -> None:
            async with into:
                async for item in incoming:
                    message = item.message if isinstance(item, SessionMessage) else None
                    if isinstance(message, mcp_types.JSONRPCRequest) and message.method == DISCOVER:
                        error = mcp_types.ErrorData(code=mcp_types.METHOD_NOT_FOUND, message="Method not found")
                        refusal = mcp_types.JSONRPCError(jsonrpc="2.0", id=message.id, error=error)
                        await outgoing.send(SessionMessage(refusal))
                    else:
                        await into.send(item)

        group.start_soon(sieve)
        await lowlevel.run(messages, outgoing, lowlevel.create_initialization_options())


def _add_slow_tools(server: MCPServer[Any], log: Log) -> None:
    @server.tool(annotations=READ_ONLY)
    async def sleep_for(ctx: Context, seconds: float, label: str = "", steps: int = 0) -> str:
        """Sleep, reporting progress in `steps` steps."""
        log.write("started", label=label)
        try:
            for step in range(1, steps + 1):
                await anyio.sleep(seconds / steps)
                await ctx.report_progress(step, steps, f"step {step}")
            if not steps:
                await anyio.sleep(seconds)
        except anyio.get_cancelled_exc_class():
            log.write("cancelled", label=label)
            raise
        log.write("finished", label=label)
        return f"slept {label}"

    @server.tool()
    async def hang(seconds: float = 30.0, label: str = "") -> str:
        """Sleep and take no notice of cancellation."""
        log.write("started", label=label)
        with anyio.CancelScope(shield=True):
            await anyio.sleep(seconds)
        return "woke up"

    @server.tool()
    async def block(seconds: float, label: str = "") -> str:
        """Let the whole server stand still."""
        log.write("started", label=label)
        time.sleep(seconds)  # noqa: ASYNC251 - the server is to stand still
        return "moving again"

    _ = sleep_for, hang, block


def _add_failing_tools(server: MCPServer[Any]) -> None:
    @server.tool()
    async def fail(message: str) -> str:
        """Report an error."""
        raise ToolError(message)

    @server.tool()
    async def die() -> str:
        """End the process in mid-call."""
        print("about to die", file=sys.stderr, flush=True)
        os._exit(3)

    @server.tool(annotations=READ_ONLY)
    async def garbage(lines: int = 3) -> str:
        """Write to stdout what is no message."""
        for _ in range(lines):
            os.write(1, b"Loading model... {not json\xff\n\n")
        return "still here"

    _ = fail, die, garbage


def _add_emitting_tools(server: MCPServer[Any]) -> None:
    @server.tool(annotations=READ_ONLY)
    async def echo(text: str) -> str:
        """Give the text back."""
        return text

    @server.tool(annotations=READ_ONLY, title="Nothing")
    async def no_op() -> str:
        """Do nothing."""
        return ""

    @server.tool(annotations=READ_ONLY, title="Rows")
    async def rows(n: int) -> list[Hit]:
        """Find `n` things."""
        return [Hit(title=f"Row {i}", url=f"https://example.org/{i}", text=f"Text of row {i}") for i in range(1, n + 1)]

    @server.tool(annotations=READ_ONLY, title="Search rows")
    async def search_rows(query: str) -> list[Hit]:
        """Search for rows that say something about a question."""
        return [Hit(title="The row found", url="https://example.org/found", text=f"What the rows say of {query}")]

    @server.tool(annotations=READ_ONLY)
    async def image() -> list[mcp_types.ContentBlock]:
        """Give an image and nothing else."""
        return [mcp_types.ImageContent(data=PIXEL, mime_type="image/png")]

    @server.tool(annotations=READ_ONLY)
    async def links() -> list[mcp_types.ContentBlock]:
        """Give a link and a file."""
        inside = mcp_types.TextResourceContents(uri="file:///notes.txt", text="What the notes say")
        return [
            mcp_types.ResourceLink(name="page", uri="https://example.org/page", description="A page about it"),
            mcp_types.EmbeddedResource(resource=inside),
        ]

    @server.tool()
    async def add_tool(ctx: Context, name: str) -> str:
        """Offer one more tool, and tell everyone."""

        async def added() -> str:
            return name

        server.add_tool(added, name=name)
        await ctx.notify_tools_changed()
        with contextlib.suppress(MCPError, ValueError):
            await ctx.session.send_tool_list_changed()
        return name

    _ = echo, no_op, rows, search_rows, image, links, add_tool


def every_http(log: Log) -> Starlette:
    """One application with a server for each way of speaking HTTP; JSON from a legacy one goes without sessions."""
    servers = {name: build(name, log, legacy="legacy" in name) for name in VARIANTS}
    mounts = [Mount("/old", servers.pop("sse").sse_app())]
    for name, server in servers.items():
        app = server.streamable_http_app(json_response="json" in name, stateless_http=name == "http_legacy_json")
        mounts.append(Mount(f"/{name}", app))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for server in servers.values():
                await stack.enter_async_context(server.session_manager.run())
            yield

    return Starlette(routes=mounts, lifespan=lifespan)


def serve_http(app: Any, port: int, path: str) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{path}", flush=True)
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", default="slow")
    parser.add_argument("--http", type=int, metavar="PORT", help="streamable HTTP")
    parser.add_argument("--sse", type=int, metavar="PORT", help="the older HTTP with SSE")
    parser.add_argument("--every-http", type=int, metavar="PORT", help="every way of speaking HTTP")
    parser.add_argument("--legacy", action="store_true", help="no protocol later than 2025-11-25")
    parser.add_argument("--json", action="store_true", help="answer in JSON rather than a stream")
    parser.add_argument("--stateless", action="store_true", help="keep no sessions")
    parser.add_argument("--shaky", type=int, default=0, metavar="N", help="HTTP 503 for every Nth call")
    parser.add_argument("--log", type=Path, help="write down what happens to calls")
    return parser.parse_args()


def main() -> None:
    """Serve until stopped."""
    options = _arguments()
    log = Log(options.log)
    server = build(options.name, log, legacy=options.legacy)
    if options.every_http is not None:
        serve_http(every_http(log), options.every_http, "")
    elif options.http is not None:
        app = server.streamable_http_app(json_response=options.json, stateless_http=options.stateless)
        serve_http(Doorman(app, shaky=options.shaky), options.http, "/mcp")
    elif options.sse is not None:
        serve_http(server.sse_app(), options.sse, "/sse")
    elif options.legacy:
        anyio.run(serve_legacy_stdio, server)
    else:
        server.run()


if __name__ == "__main__":
    main()

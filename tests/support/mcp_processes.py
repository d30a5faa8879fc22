"""Starts MCP servers for tests: over stdio as a ServerConfig, over HTTP as a running process; and reads their logs."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch, ToolRules
from agentic_search.tools.pool import ToolPool
from tests.support.forking.starting import ROOT, StartedProcess, arguments_of, forked_process

SLOW = "tests.support.slow_server"
BARE = "tests.support.bare_server"
ODD = "tests.support.odd_server"
ASKING = "tests.support.asking_server"
READING = "tests.support.reading_server"
TASKING = "tests.support.tasking_server"
SCRIPTED = "tests.support.scripted_server"
FLOODING = "tests.tools.mcp.flooding"
PATIENCE = 60.0
"""Seconds after which a test gives up waiting; the machine may be busy."""


def stdio_server(name: str = "slow", *options: str) -> ServerConfig:
    """A slow server over stdio."""
    return ServerConfig(name, StdioLaunch(sys.executable, arguments_of(SLOW, *options), env={"PYTHONPATH": str(ROOT)}))


def bare_server(name: str = "bare", *options: str, rules: ToolRules | None = None) -> ServerConfig:
    """A bare server over stdio: it starts some twenty times faster than a slow one."""
    launch = StdioLaunch(sys.executable, ("-S", "-m", BARE, *options), env={"PYTHONPATH": str(ROOT)})
    return ServerConfig(name, launch, rules=rules or ToolRules())


def odd_server(name: str = "odd", *options: str, env: dict[str, str] | None = None) -> ServerConfig:
    """A server over stdio that takes its start or its first request oddly."""
    launch = StdioLaunch(sys.executable, ("-S", "-m", ODD, *options), env={"PYTHONPATH": str(ROOT), **(env or {})})
    return ServerConfig(name, launch)


def asking_server(name: str = "asking", *options: str) -> ServerConfig:
    """A server over stdio that asks the user."""
    return ServerConfig(
        name, StdioLaunch(sys.executable, arguments_of(ASKING, *options), env={"PYTHONPATH": str(ROOT)})
    )


def reading_server(name: str = "reading", *options: str, rules: ToolRules | None = None) -> ServerConfig:
    """A server over stdio that has resources."""
    launch = StdioLaunch(sys.executable, arguments_of(READING, *options), env={"PYTHONPATH": str(ROOT)})
    return ServerConfig(name, launch, rules=rules or ToolRules())


def scripted_server(name: str, script: str, *options: str) -> ServerConfig:
    """A server over stdio that does what one of its scripts says."""
    launch = StdioLaunch(sys.executable, ("-S", "-m", SCRIPTED, script, *options), env={"PYTHONPATH": str(ROOT)})
    return ServerConfig(name, launch)


def tasking_server(name: str, *options: str) -> ServerConfig:
    """A server over stdio that answers calls by tasks."""
    return ServerConfig(
        name, StdioLaunch(sys.executable, arguments_of(TASKING, *options), env={"PYTHONPATH": str(ROOT)})
    )


def at_url(url: str, name: str = "slow") -> ServerConfig:
    """A server that listens there; one whose URL ends in /sse speaks the older transport."""
    return ServerConfig(name, HttpEndpoint(url, transport="sse" if url.endswith("/sse") else "http"))


@asynccontextmanager
async def http_server(*options: str, port: int = 0) -> AsyncGenerator[str]:
    """Run a slow server over streamable HTTP, or with "--sse" or "--every-http" in its place, and give its URL."""
    async with running(SLOW, *_transport(options, port)) as (_, url):
        yield url


@asynccontextmanager
async def asking_http_server(*options: str) -> AsyncGenerator[str]:
    """Run a server over streamable HTTP that asks the user, and give its URL."""
    async with running(ASKING, *options, "--http", "0") as (_, url):
        yield url


@asynccontextmanager
async def reading_http_server(*options: str) -> AsyncGenerator[str]:
    """Run a server over streamable HTTP that has resources, and give its URL."""
    async with running(READING, *options, "--http", "0") as (_, url):
        yield url


@asynccontextmanager
async def tasking_http_server(*options: str) -> AsyncGenerator[str]:
    """Run a server over streamable HTTP that answers calls by tasks, and give its URL."""
    async with running(TASKING, *options, "--http", "0") as (_, url):
        yield url


@asynccontextmanager
async def flooding_server(*options: str) -> AsyncGenerator[str]:
    """Run a server that answers without end, and give its URL."""
    async with running(FLOODING, *options) as (_, url):
        yield url


@asynccontextmanager
async def mortal_http_server(*options: str, port: int = 0) -> AsyncGenerator[tuple[str, Callable[[], None]]]:
    """The same, with a way to kill it."""
    async with running(SLOW, *_transport(options, port)) as (process, url):
        yield url, process.kill


def _transport(options: tuple[str, ...], port: int) -> tuple[str, ...]:
    transport = next((option for option in options if option in {"--sse", "--every-http"}), "--http")
    return (*(option for option in options if option != transport), transport, str(port))


@asynccontextmanager
async def running(module: str, *options: str) -> AsyncGenerator[tuple[StartedProcess, str]]:
    """Run a server over HTTP that prints its URL first, and give both."""
    async with forked_process(module, *options, folder=ROOT, environment=os.environ, read=1) as process:
        try:
            async with asyncio.timeout(PATIENCE):
                url = (await process.output.readline()).decode().strip()
            assert url.startswith("http://"), f"the server printed {url!r} instead of its URL"
            yield process, url
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def free_port() -> int:
    """A port where nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def events(log: Path) -> list[dict[str, Any]]:
    """What the server has written down."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


async def logged(log: Path, event: str, label: str | None = None, *, times: int = 1) -> dict[str, Any]:
    """Wait until the server, which is another process, has written an event down so many times; the last of them."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = [entry for entry in events(log) if entry["event"] == event and label in (None, entry.get("label"))]
            if len(found) >= times:
                return found[-1]
            await asyncio.sleep(0.01)


def unheard(progress: float, total: float | None, text: str) -> None:
    """For a call whose progress is of no interest."""


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def until(pool: ToolPool, condition: Callable[[], bool]) -> None:
    """Wait until a change of the pool makes the condition true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pool.changed()


def state_of(pool: ToolPool, server: str = "bare") -> str:
    """A server's status."""
    return next(status.status for status in pool.statuses() if status.name == server)


def error_of(pool: ToolPool, server: str = "bare") -> str:
    """Why a server cannot be used."""
    return next(status.error or "" for status in pool.statuses() if status.name == server)

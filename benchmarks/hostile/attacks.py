"""The attacks: each goes on until it is cancelled, against a service that has the servers of `hostile_servers`."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from tests.support.service import RunningService, stdio_entry

Attack: TypeAlias = Callable[[RunningService, int], Coroutine[Any, Any, None]]
"""Goes on against a service, with so many clients where it has several."""

_REFUSED = frozenset({200, 404, 422, 502, 503, 504})
"""Statuses that a hostile search may end with."""
_ALIASES = 9
_EVER = 3_600
"""Seconds: longer than any attack goes on."""
_SMALL = 4_096
_HEAD = b"POST /search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n"


def hostile_servers(http: str) -> dict[str, dict[str, object]]:
    """What stands in `mcpServers`: one over stdio, one over HTTP at this URL."""
    stdio = stdio_entry()
    return {"stdio": {**stdio, "args": ["-m", "benchmarks.doubles.hostile_mcp"]}, "http": {"url": http}}


def write_alias_bomb(folder: Path) -> None:
    """A workflow whose aliases would unpack to a billion names."""
    above = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, _ALIASES)]
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]", *above]
    folder.mkdir(exist_ok=True)
    (folder / "bomb.yaml").write_text("\n".join([*lines, f"tasks: *a{_ALIASES - 1}"]) + "\n")


def plan_of(tool: str, **arguments: object) -> dict[str, Any]:
    """A search that calls one tool."""
    return {"query": "x", "model": "offline", "plan": {"tasks": [{"tool": tool, "arguments": arguments}]}}


@asynccontextmanager
async def going_on(attack: Attack, service: RunningService, clients: int) -> AsyncGenerator[None, None]:
    """The attack goes on while the block lasts; raises what it raised."""
    task = asyncio.create_task(attack(service, clients))
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await task


async def search(service: RunningService, body: Mapping[str, object]) -> None:
    """One search, to its end. Raises AssertionError where the service broke down."""
    response = await service.client.post("/search", json=body)
    assert response.status_code in _REFUSED and "internal" not in response.text[:300], response.text[:300]


def searching(tool: str, **arguments: object) -> Attack:
    """The same search again and again."""

    async def attack(service: RunningService, clients: int) -> None:
        while True:
            await search(service, plan_of(tool, **arguments))

    return attack


async def listeners(service: RunningService, clients: int) -> None:
    """Many listeners on one run that tells of its steps."""
    run_id = await service.begin(**plan_of("stdio.steps", seconds=_EVER))
    await _all(clients, lambda _: _listen(service.url, f"/runs/{run_id}/events"))


async def never_read(service: RunningService, clients: int) -> None:
    """Clients that ask for large answers and for streams, and read nothing of them."""
    big = (await service.ask(**plan_of("stdio.big", megabytes=5)))["id"]
    steps = await service.begin(**plan_of("stdio.progress", seconds=_EVER))
    paths = (f"/runs/{big}", f"/runs/{big}/events", f"/runs/{steps}/events")
    await _all(clients, lambda client: _leave_unread(service.url, paths[client % len(paths)]))


async def many_connections(service: RunningService, clients: int) -> None:
    """So many new connections a second, each of one request."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    async with asyncio.TaskGroup() as group:
        while True:
            group.create_task(_listen(service.url, "/servers"))
            due += 1 / clients
            await asyncio.sleep(max(0.0, due - loop.time()))


async def half_sent(service: RunningService, clients: int) -> None:
    """Requests that stop in the head, or in the body; new ones when the service has given them up."""
    await _all(clients, lambda client: _send_halves(service.url, _HEAD + (b'\r\n{"qu' if client % 2 else b"")))


async def endless_heads(service: RunningService, clients: int) -> None:
    """Heads that never end, sent as fast as they are taken."""
    await _all(clients, lambda _: _send_heads(service.url))


async def alias_bomb(service: RunningService, clients: int) -> None:
    """Ask for workflows, of which one is a bomb, and run it."""
    while True:
        await service.client.get("/workflows")
        await search(service, {"query": "x", "workflow": "bomb"})


async def _all(clients: int, of_one: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    async with asyncio.TaskGroup() as group:
        for client in range(clients):
            group.create_task(of_one(client))


@asynccontextmanager
async def _connection(
    url: str, *, buffer: int = 2**16
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter], None]:
    """A connection that takes about so many bytes before they are read."""
    address = urlsplit(url)
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    own.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(own, (address.hostname, address.port))
        reader, writer = await asyncio.open_connection(sock=own, limit=buffer)
    except BaseException:
        own.close()
        raise
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


async def _listen(url: str, path: str) -> None:
    async with _connection(url) as (reader, writer):
        writer.write(_get(path))
        while await reader.read(2**16):
            pass


async def _leave_unread(url: str, path: str) -> None:
    async with _connection(url, buffer=_SMALL) as (_, writer):
        writer.write(_get(path))
        await asyncio.sleep(_EVER)


async def _send_halves(url: str, half: bytes) -> None:
    while True:
        async with _connection(url) as (reader, writer):
            writer.write(half)
            with suppress(ConnectionError):
                await reader.read()


async def _send_heads(url: str) -> None:
    while True:
        async with _connection(url) as (_, writer):
            with suppress(ConnectionError):
                writer.write(_HEAD)
                while True:
                    writer.write(b"x" * 2**16)
                    await writer.drain()

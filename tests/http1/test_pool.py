"""Exchanges over real TCP: connections are kept, limited, given up; every fault has its own error."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from agentic_search.http1.connecting import CannotConnect, Origin
from agentic_search.http1.connection import BrokenOff, Silent
from agentic_search.http1.pool import IDLE, Exchange, Patience, Pool
from tests.http1.serving import says, serving

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
BEGUN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"
PATIENCE = Patience(connect=5.0, silence=5.0)


@asynccontextmanager
async def pool(most: int = 8, idle: float = IDLE) -> AsyncGenerator[Pool]:
    """A pool that is closed at the end."""
    opened = Pool(ssl.create_default_context, most=most, idle=idle)
    async with asyncio.timeout(20):
        try:
            yield opened
        finally:
            await opened.close()


async def read(exchange: Exchange) -> bytes:
    """The whole body; then the exchange is closed."""
    body = b""
    while piece := await exchange.piece():
        body += piece
    exchange.close()
    return body


async def test_exchanges_one_after_another_share_a_connection_and_those_at_a_time_do_not() -> None:
    async with serving(says(OK)) as server, pool() as connections:
        for _ in range(3):
            assert await read(await connections.exchange(server.origin, ASK, PATIENCE)) == b"hi"
        assert server.connections == 1
        both = [await connections.exchange(server.origin, ASK, PATIENCE) for _ in range(2)]
        assert [await read(each) for each in both] == [b"hi", b"hi"]
        assert server.connections == 2


async def test_a_connection_that_its_server_has_closed_meanwhile_is_not_used_again() -> None:
    async with serving(says(OK, close=True)) as server, pool() as connections:
        for _ in range(5):
            assert await read(await connections.exchange(server.origin, ASK, PATIENCE)) == b"hi"
        assert server.connections == 5


async def test_a_connection_that_nobody_used_for_a_while_is_closed_and_not_used_again() -> None:
    async with serving(says(OK)) as server, pool(idle=0) as connections:
        for _ in range(2):
            await read(await connections.exchange(server.origin, ASK, PATIENCE))
        await server.left.wait()
        assert server.connections == 2


async def test_beyond_the_limit_an_exchange_waits_for_another_to_end() -> None:
    async with serving(says(OK)) as server, pool(most=1) as connections:
        first = await connections.exchange(server.origin, ASK, PATIENCE)
        async with asyncio.TaskGroup() as group:
            second = group.create_task(connections.exchange(server.origin, ASK, PATIENCE))
            await asyncio.sleep(0.05)
            assert not second.done()
            await read(first)
        assert await read(second.result()) == b"hi"


async def test_failures_and_cancelled_exchanges_take_no_room() -> None:
    async with serving(says()) as server, pool(most=1) as connections:
        with pytest.raises(Silent):
            await connections.exchange(server.origin, ASK, Patience(silence=0.05))
        waiting = asyncio.ensure_future(connections.exchange(server.origin, ASK, PATIENCE))
        while len(server.requests) < 2:  # noqa: ASYNC110 - the server has no event for an arrival
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(CannotConnect):
            await connections.exchange(Origin("127.0.0.1", 9, secure=False), ASK, PATIENCE)
        with pytest.raises(Silent, match=r"nothing came for 0\.05 s"):
            await connections.exchange(server.origin, ASK, Patience(silence=0.05))


async def test_closing_an_exchange_before_its_end_closes_its_connection() -> None:
    async with serving(says(BEGUN)) as server, pool() as connections:
        exchange = await connections.exchange(server.origin, ASK, PATIENCE)
        assert await exchange.piece() == b"hi"
        exchange.close()
        exchange.close()
        await server.left.wait()


async def test_closing_the_pool_breaks_off_what_is_under_way() -> None:
    async with serving(says(BEGUN)) as server, pool() as connections:
        exchange = await connections.exchange(server.origin, ASK, PATIENCE)
        assert await exchange.piece() == b"hi"
        await connections.close()
        with pytest.raises(BrokenOff, match="ended"):
            await exchange.piece()
        exchange.close()
        await server.left.wait()


async def test_a_server_that_falls_silent_in_its_answer_is_not_waited_for() -> None:
    async with serving(says(BEGUN)) as server, pool() as connections:
        exchange = await connections.exchange(server.origin, ASK, Patience(silence=0.05))
        assert await exchange.piece() == b"hi"
        with pytest.raises(Silent):
            await exchange.piece()
        exchange.close()


async def test_a_server_is_held_up_while_nobody_reads_and_nothing_is_lost() -> None:
    size = 32 * 1024 * 1024
    sent = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(size // 2**20):
            writer.write(b"x" * 2**20)
            await writer.drain()
        sent.set()

    async with serving(answer) as server, pool() as connections:
        exchange = await connections.exchange(server.origin, ASK, PATIENCE)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sent.wait()
        assert len(await read(exchange)) == size


@pytest.mark.parametrize(
    ("host", "said"), [("127.0.0.1", "Connection refused"), ("no-such-host.invalid", "."), ("x" * 80, ".")]
)
async def test_nobody_there_is_told_as_such(host: str, said: str) -> None:
    async with pool() as connections:
        with pytest.raises(CannotConnect, match=said):
            await connections.exchange(Origin(host, 9, secure=False), ASK, PATIENCE)


async def test_a_server_that_does_not_speak_tls_cannot_be_connected_to_securely() -> None:
    async with serving(says(OK)) as server, pool() as connections:
        with pytest.raises(CannotConnect):
            secure = Origin(server.origin.host, server.origin.port, secure=True)
            await connections.exchange(secure, ASK, Patience(connect=1.0, silence=1.0))


async def test_of_two_addresses_the_one_that_answers_is_taken() -> None:
    async with serving(says(OK)) as server, pool() as connections:
        named = Origin("localhost", server.origin.port, secure=False)  # often ::1 comes first, where nobody listens
        assert await read(await connections.exchange(named, ASK, PATIENCE)) == b"hi"


@pytest.mark.parametrize(("scheme", "port", "expected"), [("http", None, 80), ("https", None, 443), ("http", 81, 81)])
def test_an_origin_knows_its_port(scheme: str, port: int | None, expected: int) -> None:
    assert Origin.of(scheme, "box", port).port == expected


def test_an_origin_is_http() -> None:
    with pytest.raises(ValueError, match="'ftp' is neither"):
        Origin.of("ftp", "box", None)

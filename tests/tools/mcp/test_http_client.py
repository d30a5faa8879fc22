"""Requests over real TCP: connections are kept, limited and closed, and every fault is an error of its own request."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest

from agentic_search.tools.mcp.shield import BROKEN_OFF, MOST_CONNECTIONS, UNREACHABLE, ShieldedClient
from tests.support.serving import Server, says, serving
from tests.tools.mcp.test_shield import Notes, code

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
BEGUN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"


@asynccontextmanager
async def client(*, read: float = 10.0, headers: dict[str, str] | None = None) -> AsyncGenerator[ShieldedClient]:
    timeout = httpx2.Timeout(10.0, read=read, pool=None)
    wall = datetime(2026, 1, 1, tzinfo=UTC)
    async with (
        asyncio.timeout(30),
        ShieldedClient(
            Notes(), wall=lambda: wall, fragile=False, largest=1 << 20, timeout=timeout, headers=headers
        ) as opened,
    ):
        yield opened


async def arrived(server: Server, number: int) -> None:
    """Wait until so many requests have come."""
    while len(server.requests) < number:  # noqa: ASYNC110 - the server has no event for an arrival
        await asyncio.sleep(0.001)


async def test_requests_one_after_another_share_a_connection_and_those_at_a_time_do_not() -> None:
    async with serving(says(OK)) as server, client() as http:
        for _ in range(3):
            assert (await http.get(server.url)).content == b"hi"
        assert server.connections == 1
        async with http.stream("GET", server.url) as first, http.stream("GET", server.url) as second:
            assert [await each.aread() for each in (first, second)] == [b"hi", b"hi"]
        assert server.connections == 2


async def test_a_connection_that_its_server_has_closed_meanwhile_is_not_used_again() -> None:
    async with serving(says(OK, close=True)) as server, client() as http:
        for _ in range(5):
            assert (await http.get(server.url)).content == b"hi"
        assert server.connections == 5


async def test_beyond_the_limit_a_request_waits_for_a_free_connection() -> None:
    most, gate = 0, asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        most = max(most, len(server.requests))
        await gate.wait()
        writer.write(OK)

    async with serving(answer) as server, client() as http, asyncio.TaskGroup() as group:
        answers = [group.create_task(http.get(server.url)) for _ in range(MOST_CONNECTIONS + 20)]
        await arrived(server, MOST_CONNECTIONS)
        await asyncio.sleep(0.2)
        assert most == server.connections == MOST_CONNECTIONS
        gate.set()
        assert {(await each).content for each in answers} == {b"hi"}


async def test_a_cancelled_request_closes_its_connection_and_leaves_room_for_others() -> None:
    async with serving(says()) as server, client() as http:
        waiting = asyncio.ensure_future(http.get(server.url))
        await arrived(server, 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await server.left.wait()


async def test_a_request_cancelled_in_the_middle_of_its_answer_closes_its_connection() -> None:
    async with serving(says(BEGUN)) as server, client() as http:
        has_begun = asyncio.Event()

        async def read() -> None:
            async with http.stream("GET", server.url) as response:
                async for _ in response.aiter_bytes():
                    has_begun.set()

        reading = asyncio.ensure_future(read())
        await has_begun.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await server.left.wait()


async def test_a_server_that_falls_silent_is_not_waited_for() -> None:
    async with serving(says()) as server, client(read=0.05) as http:
        assert code(await http.get(server.url)) == BROKEN_OFF
    async with serving(says(BEGUN)) as server, client(read=0.05) as http:
        assert (await http.get(server.url)).content == b"hi", "it ends where nothing more came"
        await server.left.wait()


async def test_a_server_is_held_up_while_nobody_reads_and_nothing_is_lost() -> None:
    size = 32 * 1024 * 1024
    sent = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _megabyte in range(size // 2**20):
            writer.write(b"x" * 2**20)
            await writer.drain()
        sent.set()

    async with serving(answer) as server, client() as http, http.stream("GET", server.url) as response:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sent.wait()
        assert len(await response.aread()) == size


@pytest.mark.parametrize(
    ("host", "said"),
    [("127.0.0.1", "Connection refused"), ("no-such-host.invalid", "[Errno -"), ("x" * 80 + ".invalid", "")],
)
async def test_nobody_there_is_told_as_such(host: str, said: str) -> None:
    async with client() as http:
        answer = await http.get(f"http://{host}:9")
        assert code(answer) == UNREACHABLE
        assert said in answer.json()["error"]["message"]


async def test_of_two_addresses_the_one_that_answers_is_taken() -> None:
    async with serving(says(OK)) as server, client() as http:
        named = f"http://localhost:{server.port}"  # often ::1 comes first, where nobody listens
        assert (await http.get(named)).content == b"hi"


async def test_a_server_that_does_not_speak_tls_cannot_be_connected_to_securely() -> None:
    async with serving(says(OK)) as server, client() as http:
        assert code(await http.get(f"https://127.0.0.1:{server.port}")) == UNREACHABLE


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000,
        b"HTTP/1.1 200",
        b"",
    ],
)
async def test_what_is_no_answer_breaks_off(answer: bytes) -> None:
    async with serving(says(answer, close=True)) as server, client() as http:
        assert code(await http.get(server.url)) == BROKEN_OFF


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\nnot a size\r\n",
    ],
)
async def test_an_answer_that_is_cut_off_gives_what_there_is(answer: bytes) -> None:
    async with serving(says(answer, close=True)) as server, client() as http:
        assert (await http.get(server.url)).content == b"abcde"


@pytest.mark.parametrize("value", ["a\r\nX: y", "a\n", "\r"])
async def test_a_line_break_in_a_header_sends_nothing(value: str) -> None:
    async with serving(says(OK)) as server, client(headers={"X-Key": value}) as http:
        assert code(await http.get(server.url)) == BROKEN_OFF
        assert server.requests == []

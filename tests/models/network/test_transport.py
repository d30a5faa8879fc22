"""The network under the clients of model servers, against real TCP: connections, limits, and every fault."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from agentic_search.clock import SystemClock
from agentic_search.models.network.transport import MOST_CONNECTIONS, ModelTransport
from tests.support.serving import Server, says, serving

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"
BEGUN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENT = httpx.Timeout(5.0)
FAR_BELOW = 8 * 1024 * 1024


@asynccontextmanager
async def client(
    url: str, *, most: int = MOST_CONNECTIONS, timeout: httpx.Timeout = PATIENT
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client on the transport."""
    transport = ModelTransport(url, SystemClock(), most=most)
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=url, transport=transport, timeout=timeout) as opened:
        yield opened


async def chat(opened: httpx.AsyncClient, content: str = "hi") -> str:
    """The answer to a chat."""
    return (await opened.post("/api/chat", json={"messages": [{"role": "user", "content": content}]})).text


@asynccontextmanager
async def streaming(opened: httpx.AsyncClient) -> AsyncGenerator[httpx.Response]:
    """A chat whose answer is read piece by piece."""
    async with opened.stream("POST", "/api/chat", json={}) as response:
        yield response


async def arrived(server: Server, count: int) -> None:
    """Wait for that many requests."""
    while len(server.requests) < count:  # noqa: ASYNC110 - the server has no event for an arrival
        await asyncio.sleep(0)


async def test_chats_one_after_another_share_a_connection_and_those_at_a_time_do_not() -> None:
    async with serving(says(OK)) as server, client(server.url) as ollama:
        for _ in range(3):
            assert await chat(ollama) == "hi\n"
        assert server.connections == 1
    async with serving(says(BEGUN)) as server, client(server.url) as ollama, streaming(ollama), streaming(ollama):
        assert server.connections == 2


async def test_a_connection_that_its_server_has_closed_meanwhile_is_not_used_again() -> None:
    async with serving(says(OK, close=True)) as server, client(server.url) as ollama:
        for _ in range(5):
            assert await chat(ollama) == "hi\n"
        assert server.connections == 5


async def test_as_many_chats_run_at_a_time_as_there_may_be_connections_and_one_more_waits() -> None:
    async with serving(says(BEGUN)) as server, client(server.url, most=120) as ollama, asyncio.TaskGroup() as group:
        chats = [group.create_task(chat(ollama)) for _ in range(121)]
        await arrived(server, 120)
        await asyncio.sleep(0.05)
        assert len(server.requests) == 120
        chats[0].cancel()
        await arrived(server, 121)
        for each in chats:
            each.cancel()


async def test_failures_and_cancelled_chats_take_no_connection() -> None:
    brief = httpx.Timeout(5.0, read=0.05)
    async with serving(says()) as server, client(server.url, most=1, timeout=brief) as ollama:
        with pytest.raises(httpx.ReadTimeout):
            await chat(ollama)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(ollama.post("/api/chat", json={}, timeout=PATIENT))
            await arrived(server, 2)
            waiting.cancel()
        with pytest.raises(httpx.ConnectError):
            await ollama.post("http://127.0.0.1:9/api/chat", json={})
        with pytest.raises(httpx.ReadTimeout):
            await chat(ollama)


async def test_closing_an_answer_before_its_end_closes_its_connection() -> None:
    async with serving(says(BEGUN)) as server, client(server.url) as ollama:
        async with streaming(ollama) as response:
            assert await anext(response.aiter_bytes()) == b"hi\n"
        await server.left.wait()


async def breaks_off(pieces: AsyncIterator[bytes]) -> None:
    """Read on, and meet the end of the connection."""
    with pytest.raises(httpx.TransportError):
        await anext(pieces)


async def test_closing_the_transport_breaks_off_what_is_under_way() -> None:
    async with serving(says(BEGUN)) as server, client(server.url) as ollama:
        async with streaming(ollama) as response, asyncio.TaskGroup() as group:
            pieces = response.aiter_bytes()
            assert await anext(pieces) == b"hi\n"
            group.create_task(breaks_off(pieces))
            await asyncio.sleep(0.01)
            await ollama._transport.aclose()  # pyright: ignore[reportPrivateUsage] - what the client's own close calls
        await server.left.wait()


async def test_an_answer_without_end_does_not_keep_the_transport_from_closing() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(CHUNKED)
        while not writer.is_closing():
            writer.write(b"2\r\n:\n\r\n")
            await writer.drain()
            await asyncio.sleep(0)

    async with serving(answer) as server:
        async with client(server.url) as ollama, streaming(ollama) as response:
            assert (await anext(response.aiter_bytes())).startswith(b":\n")
        await server.left.wait()


async def test_a_server_is_held_up_while_nobody_reads_and_nothing_is_lost() -> None:
    sent = asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % FAR_BELOW)
        for _number in range(FAR_BELOW // 2**20):
            writer.write((b"x" * 1023 + b"\n") * 1024)
            await writer.drain()
        sent.set()

    async with serving(answer) as server, client(server.url) as ollama, streaming(ollama) as response:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await sent.wait()
        assert len(await response.aread()) == FAR_BELOW


@pytest.mark.filterwarnings("ignore:Sending a large body directly")
async def test_a_server_that_takes_nothing_is_given_up_and_a_chat_with_it_can_be_cancelled() -> None:
    writers: list[asyncio.StreamWriter] = []

    def read_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    long = "x" * 32 * 2**20  # more than the system takes off our hands
    async with await asyncio.start_server(read_nothing, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with client(url, timeout=httpx.Timeout(0.1)) as ollama:
            with pytest.raises(httpx.WriteTimeout):
                await chat(ollama, long)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await ollama.post("/api/chat", json={"x": long}, timeout=PATIENT)
        for writer in writers:
            writer.transport.abort()
            with suppress(ConnectionError):
                await writer.wait_closed()
        await asyncio.sleep(0.01)  # asyncio closes what has still something to send when it hears of this


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid", "x" * 80])
async def test_nobody_there_is_told_as_such(host: str) -> None:
    async with client(f"http://{host}:9") as ollama:
        with pytest.raises(httpx.ConnectError):
            await chat(ollama)


async def test_of_two_addresses_the_one_that_answers_is_taken() -> None:
    async with serving(says(OK)) as server, client(f"http://localhost:{server.port}") as ollama:
        assert await chat(ollama) == "hi\n"  # often ::1 comes first, where nobody listens


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        SIZED + b"Content-Length: 4\r\n\r\nabcd",
        CHUNKED + b"not a size\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 64 * 1024 + b"\r\n\r\n",
        b"HTTP/1.1 200",
        b"",
        SIZED + b"\r\nhi",
        BEGUN,
        BEGUN[:-2],
    ],
)
async def test_what_is_no_whole_answer_breaks_off(answer: bytes) -> None:
    async with serving(says(answer, close=True)) as server, client(server.url) as ollama:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await chat(ollama)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await ollama.get("/api/tags")


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async with serving(says(b"HTTP/1.1 200 OK\r\n\r\nall of it\n", close=True)) as server, client(server.url) as ollama:
        assert await chat(ollama) == "all of it\n"

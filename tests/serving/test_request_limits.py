"""A request's head has a greatest size, head and body have their time, and a slow answer is not cut by either."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
import uvicorn

from agentic_search.serving.request_limits import LimitedHttp

LARGEST = 8_192
WITHIN = 0.6
SLOWER = 2.5 * WITHIN
GET = b"GET / HTTP/1.1\r\nHost: x\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with how many bytes the body had; of `/slow` the answer takes longer than a request may."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(SLOWER)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
    await send({"type": "http.response.body", "body": b"%7d" % length})


@asynccontextmanager
async def connected(
    end: asyncio.Event | None = None, **options: Any
) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with these options of uvicorn, which begins to end once `end` is set."""
    limited = cast(Any, partial(LimitedHttp, largest_head=LARGEST, within=WITHIN))
    config = uvicorn.Config(application, port=0, http=limited, ws="none", lifespan="off", log_config=None, **options)
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign] - pytest's own signals stay
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    ending = asyncio.create_task(_end_after(end, server)) if end else None
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(20):
            yield reader, writer
    finally:
        writer.close()
        server.should_exit = True
        await serving
        if ending:
            await ending


async def _end_after(end: asyncio.Event, server: uvicorn.Server) -> None:
    await end.wait()
    server.should_exit = True


@pytest.mark.parametrize(
    "head",
    [
        GET + b"X-Long: " + b"a" * 100_000,
        GET + b"".join(b"X-%d: a\r\n" % number for number in range(5_000)),
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"X-Long: " + b"a" * LARGEST + b"\r\n\r\n",
    ],
    ids=["one header", "many headers", "address", "whole"],
)
async def test_a_head_that_is_too_large_is_refused(head: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(head)
        assert (await reader.read()).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("piece", [1_000_000, 4_096, 700])
async def test_large_bodies_and_many_requests_are_no_large_heads(piece: int) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    sent += (GET + b"X-Long: " + b"a" * (LARGEST - 200) + b"\r\n\r\n") * 5
    async with connected() as (reader, writer):
        for start in range(0, len(sent), piece):
            writer.write(sent[start : start + piece])
            await writer.drain()
        for length in [100_000, 0, 0, 0, 0, 0]:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
            assert await reader.readexactly(7) == b"%7d" % length


@pytest.mark.parametrize("half", [b"GE", GET, POST, POST + b"x"])
async def test_a_request_that_does_not_go_on_is_given_up(half: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(half)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_head_that_comes_byte_by_byte_is_given_up() -> None:
    async with connected() as (reader, writer):
        writer.write(GET)
        answer = asyncio.create_task(reader.readline())
        while not answer.done():
            with contextlib.suppress(OSError):
                writer.write(b"a")
            await asyncio.sleep(WITHIN / 5)
        assert answer.result().startswith(b"HTTP/1.1 408 ")


async def test_a_connection_over_which_nothing_is_asked_is_closed() -> None:
    async with connected() as (reader, _):
        assert await reader.read() == b""


async def test_what_follows_a_request_has_its_time_too() -> None:
    async with connected() as (reader, writer):
        writer.write(GET + b"\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(7)
        writer.write(GET)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_a_slow_answer_and_a_body_that_goes_on_are_left_alone() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + GET)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(7)
        writer.write(b"\r\n" + POST)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(7)
        for _ in range(8):
            writer.write(b"x" * 500)
            await asyncio.sleep(WITHIN / 4)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert await reader.readexactly(7) == b"   4000"


async def test_a_request_that_waits_for_the_answer_before_it_has_its_whole_time_after_it() -> None:
    async with connected() as (reader, writer):
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + GET)
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(7)
        await asyncio.sleep(WITHIN * 0.7)
        writer.write(b"\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_a_body_that_drips_is_given_up() -> None:
    async with connected() as (reader, writer):
        writer.write(POST)
        answer = asyncio.create_task(reader.readline())
        while not answer.done():
            with contextlib.suppress(OSError):
                writer.write(b"x" * 10)
            await asyncio.sleep(WITHIN / 5)
        assert answer.result().startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("target", [b"CONNECT localhost:80", b"CONNECT example.com:443"])
async def test_a_target_that_is_no_url_is_refused(target: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(target + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("size", [b"fffffffffffffffff", b"-1", b"zz"])
async def test_a_body_that_breaks_off_is_answered_once(size: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n{}")
        answered = await reader.read()
        assert answered.startswith(b"HTTP/1.1 400 ")
        assert answered.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("begun", [POST, POST + b"half a body", POST.replace(b"Host", b"Expect: 100-continue\r\nHost")])
async def test_a_body_that_is_still_coming_when_the_service_ends_is_not_waited_for(begun: bytes) -> None:
    end = asyncio.Event()
    async with connected(end, timeout_graceful_shutdown=3_600) as (reader, writer):
        writer.write(begun)
        await asyncio.sleep(WITHIN / 4)  # so that the head is read; its time is not over
        end.set()
        told = await reader.read()
    assert b"HTTP/1.1 503 Service Unavailable\r\n" in told
    assert b"The service is ending" in told


async def test_an_answer_that_is_being_made_when_the_service_ends_is_given() -> None:
    end = asyncio.Event()
    async with connected(end) as (reader, writer):
        writer.write(GET.replace(b"/", b"/slow", 1) + b"\r\n")
        await asyncio.sleep(WITHIN / 4)
        end.set()
        assert (await reader.read()).endswith(b"      0")

"""The body of an HTTP answer: events are mended wherever the network cuts them, and large ones are held back."""

import gzip
from collections.abc import AsyncIterator, Sequence

import httpx2
import pytest

from agentic_search.tools.mcp.wire.body import with_mended_messages
from agentic_search.tools.mcp.wire.held import HeldMessages

WRONG = b'{"jsonrpc":"2.0","id":1,"error":{"code":"E","message":"no such note"}}'
RIGHT = b'{"jsonrpc":"2.0","id":2,"result":{}}'
CUT = WRONG.index(b'"error"')
MENDED = b'"message":"no such note"'
REQUEST = httpx2.Request("POST", "http://127.0.0.1/mcp")


class Pieces(httpx2.AsyncByteStream):
    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def body(kind: str, *pieces: bytes, **headers: str) -> bytes:
    given = httpx2.Response(200, headers={"content-type": kind, **headers}, stream=Pieces(pieces), request=REQUEST)
    return await with_mended_messages(given, 8 << 20, HeldMessages()).aread()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
async def test_events_are_mended_however_they_are_cut(end: bytes, size: int) -> None:
    lines = [
        b": hello",
        b"",
        b"id: 7",
        b"data: " + WRONG[:CUT],
        b"data:" + WRONG[CUT:],
        b"",
        b"data: " + RIGHT,
        b"",
        b"",
    ]
    whole = end.join(lines)
    got = await body("text/event-stream", *(whole[at : at + size] for at in range(0, len(whole), size)))
    assert MENDED in got and b"id: 7" in got and b'"E"' not in got
    assert got.startswith(b": hello") and RIGHT in got


async def test_an_event_that_is_no_message_of_mcp_is_left_as_it_is() -> None:
    whole = b"event: endpoint\ndata: /messages?id=1\n\nevent: other\ndata: " + WRONG + b"\n\ndata: sorry\n\n"
    assert await body("text/event-stream", whole) == whole


async def test_a_large_event_that_is_no_message_is_dropped_and_the_next_one_mended() -> None:
    large = b"data: " + b"x" * 3_000_000
    pieces = [large[at : at + 65_536] for at in range(0, len(large), 65_536)]
    got = await body("text/event-stream", *pieces, b"\n\ndata: " + WRONG + b"\n\n")
    assert b"xxx" not in got and MENDED in got


async def test_a_stream_that_breaks_off_gives_what_came() -> None:
    assert await body("text/event-stream", b"data: {") == b"data: {"


async def test_a_json_body_is_mended_also_where_it_was_compressed() -> None:
    packed = gzip.compress(WRONG)
    got = await body("application/json", packed[:20], packed[20:], **{"content-encoding": "gzip"})
    assert MENDED in got


@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream"])
async def test_other_bodies_are_left_alone(kind: str) -> None:
    assert await body(kind, WRONG) == WRONG

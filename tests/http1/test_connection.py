"""One connection, fed with bytes as a network might cut them: the same answer comes out, or the same refusal."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.http1.connection import LARGEST_HEAD, BrokenOff, Connection

HEAD = b"HTTP/1.1 200 OK\r\nX-First: 1\r\n"
BODIES = st.lists(st.binary(min_size=1, max_size=40), max_size=6)


def chunked(pieces: list[bytes]) -> bytes:
    """An answer in chunks, with trailers behind them."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\nX-Trailer: 2\r\n\r\n"


def sized(pieces: list[bytes]) -> bytes:
    """An answer that says how long it is."""
    body = b"".join(pieces)
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data, cut at these places."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[begin:end] for begin, end in pairwise(ends)]


def fed(*pieces: bytes) -> Connection:
    """A connection in whose exchange this has arrived."""
    connection = Connection()
    connection.send(b"")
    for piece in pieces:
        connection.data_received(piece)
    return connection


async def body_of(connection: Connection) -> bytes:
    """The whole body."""
    read = b""
    while piece := await connection.piece(1.0):
        read += piece
    return read


@given(BODIES, st.sampled_from([chunked, sized]), st.lists(st.integers(0, 10_000), max_size=12), st.booleans())
def test_however_an_answer_is_cut_it_is_read_the_same(
    pieces: list[bytes], form: Callable[[list[bytes]], bytes], places: list[int], announced: bool
) -> None:
    announcement = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" if announced else b""

    async def read() -> None:
        connection = fed(*cut(announcement + form(pieces), places))
        head = await connection.head(1.0)
        assert (head.status, head.headers[0]) == (200, (b"X-First", b"1"))
        assert b"X-Trailer" not in dict(head.headers)
        assert await body_of(connection) == b"".join(pieces)
        assert connection.reusable

    asyncio.run(read())


async def test_what_has_arrived_together_is_one_piece() -> None:
    connection = fed(chunked([b"a", b"b", b"c"]))
    assert await connection.piece(1.0) == b"abc"
    assert await connection.piece(1.0) == b""


async def test_an_answer_of_which_something_was_not_read_leaves_no_connection_to_use_again() -> None:
    connection = fed(sized([b"abc"]))
    assert not connection.reusable
    await connection.piece(1.0)
    assert connection.reusable


async def test_without_a_length_the_body_ends_with_the_connection() -> None:
    connection = fed(b"HTTP/1.1 200 OK\r\n\r\nall", b" of it")
    connection.connection_lost(None)
    assert await body_of(connection) == b"all of it"
    assert not connection.reusable


@pytest.mark.parametrize("answer", [sized([b"abcdef"])[:-1], chunked([b"abcde"])[:-1], b"", b"HTTP/1.1 200"])
async def test_an_answer_that_is_cut_off_gives_what_there_is_and_then_breaks_off(answer: bytes) -> None:
    connection = fed(answer)
    connection.connection_lost(ConnectionResetError("reset"))
    read = b""
    with pytest.raises(BrokenOff, match="reset"):
        while piece := await connection.piece(1.0):
            read += piece
    assert read == (b"abcde" if b"abcde" in answer else b"")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a size\r\n", "no HTTP"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * LARGEST_HEAD, "head is larger than 64 KiB"),
    ],
)
async def test_what_is_no_answer_breaks_off(answer: bytes, said: str) -> None:
    connection = fed(answer)
    with pytest.raises(BrokenOff, match=said):
        await body_of(connection)
    assert not connection.reusable


@pytest.mark.parametrize(
    "answer",
    [
        sized([b"abc"]).replace(b"X-First: 1", b"Connection: close"),
        sized([b"abc"]).replace(b"HTTP/1.1", b"HTTP/1.0"),
        sized([b"abc"]) + b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsmuggled!",
        sized([b"abc"]) + b"HT",
    ],
)
async def test_a_connection_that_closes_or_says_more_than_was_asked_takes_no_other_exchange(answer: bytes) -> None:
    connection = fed(answer)
    assert await body_of(connection) == b"abc"
    assert not connection.reusable

"""An embedding model that answers with anything at all changes no verdict and breaks no answer."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx
import pytest

from agentic_search.events.facts import Fact, SupportByWords
from agentic_search.models.embedding.over_http import MOST_BYTES, OllamaEmbedding
from agentic_search.synthesis.support.matching import Match
from agentic_search.synthesis.support.meaning import Meaning
from agentic_search.synthesis.support.statements import Statement

WEAK = Match("weak", "A span.")
LARGEST = 1.7e308
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def answering(body: bytes, *, times: int = 1) -> AsyncGenerator[OllamaEmbedding]:
    """A model server that gives this to whatever it is asked, as often as is said."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (len(body) * times))
        try:
            for _ in range(times):
                writer.write(body)
                await writer.drain()
        except ConnectionError:
            pass  # it was given up
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
        yield OllamaEmbedding(http, "nomic-embed", None)


async def revised(body: bytes, *, times: int = 1) -> tuple[list[Match], list[Fact]]:
    emitted: list[Fact] = []
    async with answering(body, times=times) as model:

        async def find() -> OllamaEmbedding:
            return model

        meaning = Meaning(find, emitted.append, within=30)
        return await meaning.revise([Statement("A statement.", 1)], [WEAK]), emitted


def vectors(*rows: list[float]) -> bytes:
    return json.dumps({"embeddings": rows}).encode()


@pytest.mark.parametrize(
    "body",
    [
        vectors([1.0, 2.0]),
        vectors([1.0, 2.0], [1.0]),
        vectors([1.0], [1.0], [1.0]),
        vectors([float("nan")], [1.0]),
        vectors([float("inf")], [1.0]),
        b'{"embeddings": [["x"], ["y"]]}',
        b'{"embeddings": null}',
        b"<html>Sign in</html>",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
async def test_what_are_no_vectors_is_told_and_changes_nothing(body: bytes) -> None:
    matches, emitted = await revised(body)
    assert matches == [WEAK] and [type(fact) for fact in emitted] == [SupportByWords]


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ([LARGEST, LARGEST], [LARGEST, -LARGEST], "weak"),
        ([LARGEST, -LARGEST, LARGEST], [LARGEST, LARGEST, LARGEST], "weak"),
        ([1e200, 1e200], [1e200, 1e200], "supported"),
        ([1e-200, 1e-200], [1e-200, 1e-200], "supported"),
        ([0.0, 0.0], [1.0, 1.0], "weak"),
        ([], [], "weak"),
    ],
)
async def test_numbers_of_any_size_are_compared(one: list[float], other: list[float], verdict: str) -> None:
    matches, emitted = await revised(vectors(one, other))
    assert [match.verdict for match in matches] == [verdict] and not emitted


async def test_an_answer_that_does_not_end_is_not_read_to_the_end() -> None:
    matches, emitted = await revised(b" " * 1024 * 1024, times=10 * MOST_BYTES // 2**20)
    assert matches == [WEAK]
    assert [fact.reason for fact in emitted if isinstance(fact, SupportByWords)] == [
        "The model server gave far more than the vectors that it was asked for."
    ]

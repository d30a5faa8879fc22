"""The end of one request's reply: also where the server goes on sending, or counts what cannot be."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import ModelInterrupted
from agentic_search.models.openai.chunks import read_chunk
from agentic_search.models.openai.reply import ReplyStream
from tests.models.openai.servers import access


async def _talkative() -> AsyncGenerator[bytes]:
    yield b'data: {"choices":[{"delta":{"content":"Red."},"finish_reason":"stop"}]}\n\n'
    while True:
        await asyncio.sleep(0.1)
        yield b": still here\n\n"


async def test_a_reply_ends_though_its_server_sends_comments_for_ever() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=_talkative())

    async with asyncio.timeout(10), httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        reply = ReplyStream(http, access(), SystemClock(), model="m")
        async with aclosing(reply.chunks("http://lab.example/v1/chat/completions", {})) as chunks:
            assert "".join([chunk.text async for chunk in chunks]) == "Red."


def test_a_count_beyond_any_number_is_none() -> None:
    usage = read_chunk({"usage": {"prompt_tokens": float("inf"), "completion_tokens": 7}}).usage
    assert usage is not None and (usage.prompt_tokens, usage.completion_tokens) == (0, 7)


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
async def test_a_reply_that_is_larger_than_is_read_is_told_by_the_setting_that_allows_more(kind: str) -> None:
    chat = json.dumps({"choices": [{"message": {"content": "Red. " * 1_000}, "finish_reason": "stop"}]}).encode()
    body = chat if "json" in kind else b"data: " + chat + b"\n\ndata: [DONE]\n\n"

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": kind}, content=body)

    async def said(longest: int) -> str:
        reply = ReplyStream(http, replace(access(), longest_line=longest), SystemClock(), model="m")
        async with aclosing(reply.chunks("http://lab.example/v1/chat/completions", {})) as chunks:
            return "".join([chunk.text async for chunk in chunks])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        with pytest.raises(ModelInterrupted, match="AGENTIC_SEARCH_MAX_MODEL_LINE"):
            await said(2_000)
        assert await said(10_000) == "Red. " * 1_000


async def test_an_error_that_is_larger_than_is_read_is_told_as_such() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(500, content=b"x" * 10_000)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        reply = ReplyStream(http, replace(access(), longest_line=2_000), SystemClock(), model="m")
        with pytest.raises(ModelInterrupted, match="an answer of more than"):
            async for _ in reply.chunks("http://lab.example/v1/chat/completions", {}):
                pass

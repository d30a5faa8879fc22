"""The end of one request's reply: also where the server goes on sending, or counts what cannot be."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx

from agentic_search.clock import SystemClock
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

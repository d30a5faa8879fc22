"""One answer over ASGI, and one generation in it: plays the steps of a script as such servers stream them."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Drop, Fail, Hang, Length, NoDone, Raw, Say, Step, Think
from tests.support.openai_double.dialect import Dialect

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Answer:
    """What is sent for one request."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.streaming = False
        """Whether events were sent already."""

    async def whole(self, status: int, value: JsonValue, **headers: str) -> None:
        """One JSON value and no more."""
        await self._start(status, "application/json", headers)
        await self._body(json.dumps(value).encode(), more=False)

    async def error(self, status: int, message: str, **more: JsonValue) -> None:
        """An error as llama.cpp's server tells it."""
        await self.whole(status, {"error": {"message": message, **more}})

    async def event(self, value: JsonValue) -> None:
        """One event."""
        await self.raw(b"data: %s\n\n" % json.dumps(value, ensure_ascii=False).encode())

    async def raw(self, content: bytes) -> None:
        """These bytes of the stream."""
        if not self.streaming:
            self.streaming = True
            await self._start(200, "text/event-stream", {})
        await self._body(content, more=True)

    async def end(self) -> None:
        """The stream ends as HTTP wants it."""
        await self.raw(b"")
        await self._body(b"", more=False)

    async def _start(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        told = {"content-type": content_type, **headers}
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": lines})

    async def _body(self, content: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": content, "more_body": more})


class Generation:
    """One call of a model."""

    def __init__(self, body: JsonObject, prompt_tokens: int, dialect: Dialect) -> None:
        limit = body.get("max_tokens") or body.get("max_completion_tokens")
        self._limit = limit if isinstance(limit, int) else None
        self._counts_asked = bool(body.get("stream_options"))
        self._prompt_tokens = prompt_tokens
        self._dialect = dialect
        self._tokens = 0

    async def run(self, steps: Iterable[Step], answer: Answer) -> None:
        """Play the steps; what ends in the middle sends no end."""
        reason = "stop"
        for step in steps:
            match step:
                case Say() | Think() if self._tokens == self._limit:
                    reason = "length"
                    break
                case Say() | Think():
                    await asyncio.sleep(step.delay)
                    self._tokens += 1
                    name = "content" if isinstance(step, Say) else "reasoning_content"
                    await answer.event(_chunk({name: step.text}))
                case Length():
                    reason = "length"
                    break
                case Raw():
                    await answer.raw(step.line.encode())
                case Hang():
                    await asyncio.Event().wait()
                case Drop():
                    await answer.raw(b": about to break\n\n")
                    return
                case NoDone():
                    await answer.end()
                    return
                case Fail():
                    await self._fail(step, answer)
                    return
                case _:
                    raise NotImplementedError(step)
        await self._end(reason, answer)

    async def _fail(self, step: Fail, answer: Answer) -> None:
        if not answer.streaming:
            await answer.error(step.status, step.text)
            return
        await answer.event({"error": {"code": step.status, "message": step.text}})
        await answer.end()

    async def _end(self, reason: str, answer: Answer) -> None:
        await answer.event(_chunk({}, reason))
        if self._counts_asked and (counts := self._dialect.end(self._prompt_tokens, max(1, self._tokens))):
            await answer.event({"choices": [], **counts})
        await answer.raw(b"data: [DONE]\n\n")
        await answer.end()


def _chunk(delta: JsonObject, reason: str | None = None) -> JsonObject:
    choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]}

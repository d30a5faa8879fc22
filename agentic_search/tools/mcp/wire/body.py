"""The body of an HTTP answer with its messages mended: one JSON message, or server-sent events that hold one each."""

import re
from collections.abc import AsyncIterator

import httpx2

from agentic_search.tools.mcp.wire.messages import mended_bytes

_LARGEST = 1024 * 1024
"""Bytes of a message that is read twice, once to mend it; a larger one is passed on as it comes."""
_END_OF_EVENT = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LINE_END = re.compile(rb"\r\n|\n|\r")
_LONGEST_END = 4
"""Bytes."""


def with_mended_messages(response: httpx2.Response) -> httpx2.Response:
    """The same response; its body is decoded, so that its headers say nothing of its length and coding any more."""
    kind = response.headers.get("content-type", "").lower()
    if kind.startswith("application/json"):
        pieces = _json_body(response)
    elif kind.startswith("text/event-stream"):
        pieces = _event_stream(response)
    else:
        return response
    stream = _MendedBody(response, pieces)
    return httpx2.Response(
        response.status_code, headers=decoded_headers(response), stream=stream, request=response.request
    )


def decoded_headers(response: httpx2.Response) -> httpx2.Headers:
    """The headers that still hold for a body that was read and decoded."""
    gone = {"content-length", "content-encoding", "transfer-encoding"}
    return httpx2.Headers([(name, value) for name, value in response.headers.multi_items() if name not in gone])


class _MendedBody(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response, pieces: AsyncIterator[bytes]) -> None:
        self._response = response
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        await self._response.aclose()


async def _json_body(response: httpx2.Response) -> AsyncIterator[bytes]:
    body = await response.aread()
    yield (mended_bytes(body) if len(body) <= _LARGEST else None) or body


async def _event_stream(response: httpx2.Response) -> AsyncIterator[bytes]:
    waiting = b""
    searched = 0
    too_large = False
    async for piece in response.aiter_bytes():
        waiting += piece
        while (end := _END_OF_EVENT.search(waiting, searched)) is not None:
            event, waiting, searched = waiting[: end.end()], waiting[end.end() :], 0
            yield event if too_large else _mended_event(event)
            too_large = False
        if len(waiting) > _LARGEST or too_large:
            # Its last bytes may be the first half of the event's end.
            yield waiting[:-_LONGEST_END]
            waiting, too_large = waiting[-_LONGEST_END:], True
        searched = max(0, len(waiting) - _LONGEST_END)
    yield waiting


def _mended_event(event: bytes) -> bytes:
    lines = _LINE_END.split(event)
    data = [line.partition(b":")[2].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    if not data or any(line.startswith(b"event:") and line[6:].strip() != b"message" for line in lines):
        return event
    if (mended := mended_bytes(b"\n".join(data))) is None:
        return event
    others = [line for line in lines if line and not line.startswith(b"data:")]
    return b"\n".join([*others, b"data: " + mended, b"", b""])

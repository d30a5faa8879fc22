"""The body of an HTTP answer with its messages mended: one JSON message, or server-sent events that hold one each."""

import asyncio
import json
import re
from collections.abc import AsyncIterator

import httpx2
from mcp_types import RequestId

from agentic_search.plain_json import LARGE
from agentic_search.tools.mcp.wire.held import HeldMessages
from agentic_search.tools.mcp.wire.lines import EDGE
from agentic_search.tools.mcp.wire.messages import dumped, mended_bytes, read_affordable, too_large
from agentic_search.tools.mcp.wire.pace import Pace
from agentic_search.tools.mcp.wire.reading_cost import longer_than, too_costly

_END_OF_EVENT = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LONGEST_END = 4
"""Bytes."""


def with_mended_messages(response: httpx2.Response, largest: int, held: HeldMessages) -> httpx2.Response:
    """The same response; its body is decoded, so that its headers say nothing of its length and coding any more.

    A large message is put into `held`, and what stands for it is in its place.
    In the place of a message of more than `largest` bytes is an error that says so, and the rest of it is not kept.
    """
    kind = response.headers.get("content-type", "").lower()
    if kind.startswith("application/json"):
        pieces = _json_body(response, largest, held)
    elif kind.startswith("text/event-stream"):
        pieces = _event_stream(response, largest, held)
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


async def _json_body(response: httpx2.Response, largest: int, held: HeldMessages) -> AsyncIterator[bytes]:
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > largest:
            yield _refusal(b"", longer_than(largest), response.request)
            return
    whole = bytes(body)
    yield whole if (mended := await _mended(whole, largest, held, response.request)) is None else mended


async def _event_stream(response: httpx2.Response, largest: int, held: HeldMessages) -> AsyncIterator[bytes]:
    pace = Pace()
    waiting = bytearray()
    searched = 0
    dropped = b""
    """The beginning of an event that is too large; empty while there is none."""
    async for piece in response.aiter_bytes():
        waiting += piece
        while (end := _END_OF_EVENT.search(waiting, searched)) is not None:
            event = bytes(memoryview(waiting)[: end.end()])
            del waiting[: end.end()]
            searched = 0
            pace.count()
            await pace.keep()
            if dropped or len(event) > largest:
                why = longer_than(largest)
                yield _refused_event(dropped or event[:EDGE], event[-EDGE:], why, response.request)
                dropped = b""
            else:
                yield await _mended_event(event, largest, held, response.request)
        if len(waiting) > largest or dropped:
            dropped = dropped or bytes(waiting[:EDGE])
            del waiting[: -2 * EDGE]
        searched = max(0, len(waiting) - _LONGEST_END)
    if not dropped:
        yield bytes(waiting)


async def _mended(message: bytes, largest: int, held: HeldMessages, request: httpx2.Request) -> bytes | None:
    """What mcp is to read in the place of the message; none where it can read the message itself."""
    if len(message) <= LARGE:
        why = too_costly(message, largest)
        return mended_bytes(message, _asked(request)) if why is None else _refusal(message, why, request)
    read = await read_affordable(message, largest, _asked(request))
    return _refusal(message, "it is no message", request) if read is None else dumped(held.hold(read))


def _refused_event(beginning: bytes, end: bytes, why: str, request: httpx2.Request) -> bytes:
    """The event that stands in the place of one that is not read; nothing where no call is known that it answers."""
    refusal = _refusal(_data(beginning) + _data(end), why, request)
    return b"data: " + refusal + b"\n\n" if refusal else b""


def _data(part: bytes) -> bytes:
    """Part of an event without what the lines begin with."""
    lines = [line for line in part.splitlines() if not line.startswith((b"event:", b"id:", b"retry:", b":"))]
    return b"\n".join(line.removeprefix(b"data:") for line in lines)


def _refusal(ends: bytes, why: str, request: httpx2.Request) -> bytes:
    message = too_large(ends, why, _asked(request))
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode() if message else b""


def _asked(request: httpx2.Request) -> RequestId | None:
    """The id of what was asked by this request; none where it asked nothing."""
    try:
        match json.loads(request.content):
            case {"id": int() | str() as asked}:
                return asked
            case _:
                return None
    except (httpx2.RequestNotRead, ValueError, RecursionError):
        return None


async def _mended_event(event: bytes, largest: int, held: HeldMessages, request: httpx2.Request) -> bytes:
    is_small = len(event) <= LARGE
    message, others = _parted(event) if is_small else await asyncio.to_thread(_parted, event)
    if message is None:
        return event if is_small else b""
    if (mended := await _mended(message, largest, held, request)) is None:
        return event
    return b"\n".join([*others, b"data: " + mended, b"", b""]) if mended else b""


def _parted(event: bytes) -> tuple[bytes | None, list[bytes]]:
    """The message of an event, none where it has none, and its other lines."""
    lines = event.splitlines()
    data = [line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:")]
    others = [line for line in lines if line and not line.startswith(b"data:")]
    if not data or any(line.startswith(b"event:") and line[6:].strip() != b"message" for line in others):
        return None, others
    return b"\n".join(data), others

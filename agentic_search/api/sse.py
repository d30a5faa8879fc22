"""Streams a run's events as server-sent events; a listener that stops reading loses its own stream, nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Annotated

from fastapi import Header
from sse_starlette import EventSourceResponse

from agentic_search.domain.data import JsonObject
from agentic_search.errors import RequestError
from agentic_search.events.event import Event

KEEP_ALIVE = 15
"""Seconds between comment lines."""
STALLED = 30.0
"""Seconds that a listener may leave a message unread."""
_LAST_SENT = 1.0
"""Seconds in which a stream may send what is left of it, once the service ends and all runs have ended."""
_JOINED = 64 * 1024
"""Bytes from which on no more events join a message to a listener."""
_MOST_DIGITS = 18
HIGHEST = 10**_MOST_DIGITS - 1
"""No event has a higher number."""
STREAM_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}

LastEventId = Annotated[
    str,
    Header(
        alias="Last-Event-ID",
        description="The number of the last event seen; the next one comes first.",
        json_schema_extra={"pattern": f"^[0-9]{{0,{_MOST_DIGITS}}}$"},
    ),
]


def number_of(last_event_id: str) -> int:
    """The number in a `Last-Event-ID` header, 0 for an empty one; raises RequestError for anything else."""
    if not last_event_id:
        return 0
    if last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= _MOST_DIGITS:
        return int(last_event_id)
    raise RequestError(f"Last-Event-ID must be the number of an event, as in 7; it is {last_event_id[:40]!r}.")


def stream(events: AsyncIterator[Sequence[Event]], *, run_id: str) -> EventSourceResponse:
    """Stream the events until the terminal one. The run goes on when the listener leaves."""
    return EventSourceResponse(
        _messages(events),
        headers={**STREAM_HEADERS, "Location": f"/runs/{run_id}"},
        ping=KEEP_ALIVE,
        send_timeout=STALLED,
        sep="\n",
        shutdown_grace_period=_LAST_SENT,
    )


def stream_json(messages: AsyncIterator[tuple[str, JsonObject]]) -> EventSourceResponse:
    """Stream messages of a kind and data that belong to no run."""
    return EventSourceResponse(
        ({"event": kind, "data": json.dumps(data)} async for kind, data in messages),
        headers=STREAM_HEADERS,
        ping=KEEP_ALIVE,
        send_timeout=STALLED,
        sep="\n",
    )


async def _messages(events: AsyncIterator[Sequence[Event]]) -> AsyncIterator[bytes]:
    async for come in events:
        if any(event.is_large for event in come):
            await asyncio.to_thread(_write_all, come)
        for message in joined(come):
            yield message


def _write_all(events: Sequence[Event]) -> None:
    for event in events:
        _ = event.wire  # it is kept


def joined(events: Sequence[Event]) -> Iterator[bytes]:
    """The events as they are sent, as many in a piece as about 64 KB hold: each send costs more than its bytes."""
    piece = bytearray()
    for event in events:
        piece += b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.fact.kind.encode(), event.wire)
        if len(piece) >= _JOINED:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)

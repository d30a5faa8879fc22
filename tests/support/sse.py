"""Server-sent events read off a response, as a browser would read them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the stream."""

    id: str
    event: str
    data: Any
    """Parsed JSON."""


async def messages(response: httpx.Response) -> AsyncIterator[Message]:
    """The messages of an SSE response, comments left out, until it ends."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if not line:
            if "data" in fields:
                yield Message(fields.get("id", ""), fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")

"""What a call exchanged with its server, and with hosts that a bundled server asked for it, for the run's receipt."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mcp_types import CallToolResult
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from agentic_search.domain.data import JsonObject
from agentic_search.domain.receipt.contacts import Contact
from agentic_search.domain.spending import spending_of_run
from agentic_search.network.contacts import CONTACTED, is_loopback
from agentic_search.plain_json import json_bytes
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tools.results.content import answer_size


class _AskedHost(BaseModel):
    """A request that a bundled server made, as it tells of it."""

    host: str
    sent: int = Field(ge=0)
    received: int = Field(ge=0)


_ASKED = TypeAdapter(list[_AskedHost])


def note_call(server: ServerConfig, arguments: JsonObject, answer: CallToolResult | None) -> None:
    """A call was sent, and answered if it was, for the run of this context."""
    if (spending := spending_of_run.get()) is not None:
        for contact in _contacts(server, arguments, answer):
            spending.contact(contact)


def _contacts(server: ServerConfig, arguments: JsonObject, answer: CallToolResult | None) -> Iterator[Contact]:
    host, elsewhere = "", False if server.bundled else None
    if isinstance(server.reach, HttpEndpoint):
        host = urlsplit(server.reach.url).hostname or ""
        elsewhere = not is_loopback(host)
    received = answer_size(answer) if answer else 0
    sent = len(json_bytes(arguments))
    yield Contact(host=host, server=server.name, sent=sent, received=received, elsewhere=elsewhere)
    if not server.bundled:
        return
    for asked in _asked(answer):
        yield Contact(
            host=asked.host,
            server=server.name,
            sent=asked.sent,
            received=asked.received,
            elsewhere=not is_loopback(asked.host),
        )


def _asked(answer: CallToolResult | None) -> list[_AskedHost]:
    try:
        return _ASKED.validate_python((answer.meta or {}).get(CONTACTED, []) if answer else [])
    except ValidationError:
        return []

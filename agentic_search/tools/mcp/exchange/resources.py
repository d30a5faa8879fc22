"""What a server offers to be read: lists its resources, item by item, again when they have changed, and reads one."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias

from mcp import Client, MCPError
from mcp_types import METHOD_NOT_FOUND, CallToolResult, EmbeddedResource
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import JsonValue

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.exchange.raw_request import send_raw
from agentic_search.tools.mcp.waiting import set_or_after
from agentic_search.tools.provider import READ_RESOURCE, ListedResource

logger = logging.getLogger(__name__)

OnResources: TypeAlias = Callable[[Sequence[ListedResource]], None]

_MOST = 2_000
"""Resources, and templates, of one server."""
_MOST_PAGES = 50
_LONGEST_URI = 2_000
_LONGEST_TEXT = 300
_AT_ONCE = 3.0
"""Seconds that a server's tools wait for its resources."""
_WITHIN = 60.0
"""Seconds for a list of resources."""
_RETRIED = 60.0
"""Seconds after which a list that failed is asked for again."""
_SOONEST, _LATEST = 30.0, 86_400.0
"""Seconds after which a list is asked for again, whatever the server wishes."""
_READS = "resources/read"
_LISTS = (("resources/list", "resources", "uri"), ("resources/templates/list", "resourceTemplates", "uriTemplate"))


def reading_tool(config: ServerConfig) -> Tool:
    """How the reading of a server's resources is called, kept and limited as its tools are; it is in no catalog."""
    return Tool(
        name=READ_RESOURCE,
        server=config.name,
        remote_name=_READS,
        input_schema={"type": "object", "properties": {"uri": {"type": "string"}}, "required": ["uri"]},
        read_only=True,
        idempotent=True,
        timeout=config.timeout,
    )


async def read_resource(client: Client, uri: str) -> tuple[CallToolResult, float | None]:
    """What it contains, as a tool would answer with it; and the seconds that it may be kept, where the server says."""
    read = await client.read_resource(uri)
    blocks = [EmbeddedResource(resource=contents) for contents in read.contents]
    return CallToolResult(content=[*blocks]), seconds_to_keep(client, read.ttl_ms)


def seconds_to_keep(client: Client, ttl_ms: int) -> float | None:
    """How long a result holds, as it says; before 2026-07-28 none says so."""
    return ttl_ms / 1_000 if client.protocol_version in MODERN_PROTOCOL_VERSIONS else None


def refreshed_after(seconds: float) -> float | None:
    """When a list that holds so many seconds is asked for again; None where its server gives no time."""
    return min(max(seconds, _SOONEST), _LATEST) if seconds > 0 else None


class ResourceLists:
    """Keeps what is known of one session's resources up to date."""

    def __init__(self, config: ServerConfig, clock: Clock, on_resources: OnResources) -> None:
        self._config = config
        self._clock = clock
        self._on_resources = on_resources
        self._changed = asyncio.Event()
        self._stale_after: float | None = 0.0

    def note_change(self) -> None:
        """The server says that they have changed."""
        self._changed.set()

    async def start(self, client: Client) -> None:
        """List them for the first time, so that they are there with the tools; what takes long is left to `keep`."""
        if self._are_offered(client):
            with suppress(TimeoutError):
                async with asyncio.timeout(_AT_ONCE):
                    await self._refresh(client)

    async def keep(self, client: Client) -> None:
        """List them again after each change and when the list is too old; one that fails counts as empty."""
        while self._are_offered(client):
            await set_or_after(self._changed, self._stale_after, self._clock)
            await self._refresh(client)

    def _are_offered(self, client: Client) -> bool:
        return client.server_capabilities.resources is not None and self._config.rules.offers(READ_RESOURCE)

    async def _refresh(self, client: Client) -> None:
        self._changed.clear()
        found, self._stale_after = await self._list(client)
        self._on_resources(found)

    async def _list(self, client: Client) -> tuple[Sequence[ListedResource], float | None]:
        found: dict[str, ListedResource] = {}
        holds: list[float] = []
        for method, key, address in _LISTS:
            try:
                async with asyncio.timeout(_WITHIN):
                    async for page in _pages(client, method):
                        holds.append(_seconds(page.get("ttlMs")))
                        for each in _items(page.get(key), address, self._config.name):
                            found.setdefault(each.uri, each)
            except (MCPError, TimeoutError) as error:
                if not (isinstance(error, MCPError) and error.code == METHOD_NOT_FOUND):
                    holds.append(_RETRIED)
                logger.info("%s: its %s are not known: %s", self._config.name, key, error or "no answer in time")
            if len(found) > _MOST:
                logger.warning("%s: only the first %d of its resources are offered", self._config.name, _MOST)
        return tuple(found.values())[:_MOST], refreshed_after(min(filter(None, holds), default=0.0))


async def _pages(client: Client, method: str) -> AsyncGenerator[JsonObject]:
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await send_raw(client.session, method, {} if cursor is None else {"cursor": cursor})
        yield page
        following = page.get("nextCursor")
        if not isinstance(following, str) or following == cursor:
            return
        cursor = following


def _items(listed: JsonValue, address: str, server: str) -> Iterator[ListedResource]:
    """One that cannot be read costs only itself."""
    for each in listed if isinstance(listed, list) else ():
        match each:
            case {"name": str(name), **rest} if isinstance(uri := rest.get(address), str) and len(uri) <= _LONGEST_URI:
                yield ListedResource(
                    server=server,
                    uri=uri,
                    name=_text(name),
                    title=_text(rest.get("title")),
                    description=_text(rest.get("description")),
                    mime_type=_text(rest.get("mimeType")),
                    is_template=address == "uriTemplate",
                )
            case _:
                logger.debug("%s: a resource without a name or an address", server)


def _text(value: JsonValue) -> str:
    return shortened(value, _LONGEST_TEXT) if isinstance(value, str) else ""


def _seconds(ttl_ms: JsonValue) -> float:
    return ttl_ms / 1_000 if isinstance(ttl_ms, int | float) else 0.0

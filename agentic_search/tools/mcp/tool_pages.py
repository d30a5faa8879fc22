"""Lists a server's tools page by page, as the server gives them, up to a bound."""

import math
from collections.abc import Mapping
from typing import NamedTuple, cast

from mcp import Client
from pydantic import JsonValue
from pydantic_core import to_json

from agentic_search.tools.mcp.wire.results import GIVEN_TOOLS
from agentic_search.tools.provider import LeftOutTool

_MOST_PAGES = 100
_MOST_TOOLS = 10_000
_MOST_BYTES = 64 * 1024 * 1024
_MOST_IDLE = 3
"""Pages in a row that bring no tool which was not listed before."""
_REST = "(further tools)"


class ToolPages(NamedTuple):
    """A server's whole list of tools."""

    tools: list[JsonValue]
    """In the server's own form."""
    left_out: tuple[LeftOutTool, ...]
    """What is missing because the list never ends."""
    holds: float
    """Seconds for which it is said to be right; 0 where nothing is said."""


async def whole_list(client: Client, server: str) -> ToolPages:
    """Page by page, up to a bound."""
    tools: list[JsonValue] = []
    cursors: set[str] = set()
    names: set[str] = set()
    cursor: str | None = None
    bytes_read = pages = idle = 0
    holds = math.inf
    while True:
        page = await client.list_tools(cursor=cursor)
        given = _given(page.meta)
        holds = min(holds, page.ttl_ms / 1_000)
        pages, bytes_read, known = pages + 1, bytes_read + len(to_json(given)), len(names)
        names.update(str(item.get("name")) for item in given if isinstance(item, dict))
        idle = idle + 1 if len(names) == known else 0
        tools += given[: _MOST_TOOLS - len(tools)]
        cursor = page.next_cursor
        if not cursor or cursor in cursors or idle >= _MOST_IDLE:
            # A cursor that was seen before would begin the same pages again.
            is_cut = len(given) > 0 and len(tools) == _MOST_TOOLS and len(names) > _MOST_TOOLS
            return ToolPages(tools, _cut(server, is_cut), holds)
        if pages == _MOST_PAGES or len(tools) >= _MOST_TOOLS or bytes_read > _MOST_BYTES:
            return ToolPages(tools, _cut(server, is_cut=True), holds)
        cursors.add(cursor)


def _given(meta: object) -> list[JsonValue]:
    return cast("list[JsonValue]", cast("Mapping[str, object]", meta or {}).get(GIVEN_TOOLS, []))


def _cut(server: str, is_cut: bool) -> tuple[LeftOutTool, ...]:
    if not is_cut:
        return ()
    limits = f"{_MOST_PAGES} pages, {_MOST_TOOLS:,} tools or {_MOST_BYTES >> 20} MiB"
    return (LeftOutTool(server, _REST, f"the list of tools goes on after {limits}; the rest was not asked for"),)

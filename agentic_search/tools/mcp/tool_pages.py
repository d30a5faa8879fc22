"""Lists a server's tools page by page, as the server gives them, up to a bound."""

import math
from collections.abc import Mapping
from typing import NamedTuple, cast

from mcp import Client, MCPError
from pydantic import JsonValue
from pydantic_core import to_json

from agentic_search.domain.limits import SizeLimits
from agentic_search.tools.mcp.wire.messages import TOO_LARGE
from agentic_search.tools.mcp.wire.results import GIVEN_TOOLS
from agentic_search.tools.provider import LeftOutTool

_MOST_MESSAGES = 2
"""All pages together are as large as so many of the largest messages at most."""
_MOST_IDLE = 3
"""Pages in a row that bring no tool which was not listed before."""
_REST = "(further tools)"


class ToolPages(NamedTuple):
    """A server's whole list of tools."""

    tools: list[JsonValue]
    """In the server's own form."""
    left_out: tuple[LeftOutTool, ...]
    """What is missing because the list is too long or never ends."""
    holds: float
    """Seconds for which it is said to be right; 0 where nothing is said."""


async def whole_list(client: Client, server: str, sizes: SizeLimits) -> ToolPages:
    """Page by page, up to a bound."""
    tools: list[JsonValue] = []
    cursors: set[str] = set()
    names: set[str] = set()
    cursor: str | None = None
    bytes_read = pages = idle = 0
    holds = math.inf
    while True:
        try:
            page = await client.list_tools(cursor=cursor)
        except MCPError as error:
            if error.code != TOO_LARGE:
                raise
            return ToolPages(tools, (LeftOutTool(server, _REST, f"page {pages + 1}: {error.message}"),), 0.0)
        given = _given(page.meta)
        holds = min(holds, page.ttl_ms / 1_000)
        pages, bytes_read, known = pages + 1, bytes_read + len(to_json(given)), len(names)
        names.update(str(item.get("name")) for item in given if isinstance(item, dict))
        idle = idle + 1 if len(names) == known else 0
        tools += given[: sizes.tools - len(tools)]
        cursor = page.next_cursor
        if not cursor or cursor in cursors or idle >= _MOST_IDLE:
            # A cursor that was seen before would begin the same pages again.
            is_cut = len(given) > 0 and len(tools) == sizes.tools and len(names) > sizes.tools
            return ToolPages(tools, _cut(server, sizes) if is_cut else (), holds)
        if pages == sizes.pages or len(tools) >= sizes.tools or bytes_read > sizes.message * _MOST_MESSAGES:
            return ToolPages(tools, _cut(server, sizes), holds)
        cursors.add(cursor)


def _given(meta: object) -> list[JsonValue]:
    return cast("list[JsonValue]", cast("Mapping[str, object]", meta or {}).get(GIVEN_TOOLS, []))


def _cut(server: str, sizes: SizeLimits) -> tuple[LeftOutTool, ...]:
    limits = f"{sizes.pages} pages, {sizes.tools:,} tools or {sizes.message * _MOST_MESSAGES >> 20} MiB"
    why = (
        f"the list of tools goes on after {limits}; the rest was not asked for"
        " (AGENTIC_SEARCH_MAX_TOOL_PAGES, AGENTIC_SEARCH_MAX_TOOLS_PER_SERVER)"
    )
    return (LeftOutTool(server, _REST, why),)

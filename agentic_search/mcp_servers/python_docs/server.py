"""A library → an MCP server with three tools that only read."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from typing import Annotated, ParamSpec, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from agentic_search.mcp_servers.python_docs.answering import UnknownName, find, read
from agentic_search.mcp_servers.python_docs.descriptions import LIST, READ, SEARCH
from agentic_search.mcp_servers.python_docs.interpreter import Interpreter
from agentic_search.mcp_servers.python_docs.library import Library
from agentic_search.mcp_servers.python_docs.listing import list_all
from agentic_search.mcp_servers.python_docs.notes import note_on
from agentic_search.mcp_servers.python_docs.results import Answer, Documentation, Packages
from agentic_search.mcp_servers.python_docs.selection import UnknownPackage, groups_named, names_of, standard_groups

P = ParamSpec("P")
T = TypeVar("T")

READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=False)
LONGEST_WAIT = 20.0
"""Seconds that a question waits for an index that is still being built."""

Query = Annotated[
    str, Field(min_length=1, max_length=8_000, description="The question in plain English, or names to look for.")
]
Limit = Annotated[int, Field(ge=1, le=50, description="Results at most.")]
PackageName = Annotated[
    str | None,
    Field(description="Only this package: stdlib, a standard module as asyncio, or an installed package as numpy."),
]
Name = Annotated[
    str, Field(min_length=1, max_length=500, description="Dotted name as asyncio.gather, or a url that a search gave.")
]


def build_server(library: Library, interpreter: Interpreter, *, longest_wait: float = LONGEST_WAIT) -> MCPServer:
    """The tools answer at any time, also while the library's index is being built by whoever runs `library.run`."""
    unread = interpreter.without_source()
    server = MCPServer(
        "python_docs",
        title="Python documentation",
        instructions=f"Documentation of Python {interpreter.version} and its installed packages, read from source.",
    )

    @server.tool(title="Search Python documentation", description=SEARCH, annotations=READ_ONLY)
    async def search_python_docs(query: Query, ctx: Context, limit: Limit = 8, package: PackageName = None) -> Answer:
        """Waits for the index of what is asked about, then answers with what is there."""
        asked = await _groups(library, package)
        await _settle(library, asked or standard_groups(library.packages), longest_wait, ctx)
        results = await _usable(library, find, library.index, query, limit=limit, groups=asked)
        missing = library.missing(asked or library.packages.keys())
        return Answer(
            results=results,
            missing=names_of(missing),
            note=note_on(query, found=bool(results), missing=missing, without_source=unread),
        )

    @server.tool(title="Read Python documentation", description=READ, annotations=READ_ONLY)
    async def read_python_doc(name: Name, ctx: Context) -> Documentation:
        """One thing whole; an unknown name is answered with the nearest."""
        await _groups(library, None)
        await _settle(library, standard_groups(library.packages), longest_wait, ctx)
        try:
            return await _usable(library, read, library.index, name)
        except UnknownName as error:
            note = note_on(
                name,
                found=True,
                missing=library.missing(library.packages.keys()),
                without_source=unread,
            )
            raise ToolError(" ".join(filter(None, (str(error), note)))) from error

    @server.tool(title="List Python packages", description=LIST, annotations=READ_ONLY)
    async def list_packages() -> Packages:
        """All that is installed, indexed or not."""
        await _groups(library, None)
        return await _usable(library, list_all, library, interpreter)

    return server


async def _groups(library: Library, package: str | None) -> set[str] | None:
    """The groups that a package's name means, None for all, once the library has looked at what is installed."""
    try:
        await library.check()
        return None if package is None else groups_named(package, library.packages)
    except UnknownPackage as error:
        raise ToolError(str(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise _unusable(library, error) from error


async def _settle(library: Library, groups: Collection[str], seconds: float, ctx: Context) -> None:
    """Give the groups time to be indexed, and tell the client how far they are."""

    async def report(done: int, total: int) -> None:
        await ctx.report_progress(done, total, f"reading documentation: {done} of {total} packages")

    await library.ready(groups, seconds, report)


async def _usable(library: Library, work: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """Do the work in a thread: a search takes milliseconds, but those are the event loop's."""
    try:
        return await asyncio.to_thread(work, *arguments, **options)
    except (sqlite3.Error, OSError) as error:
        raise _unusable(library, error) from error


def _unusable(library: Library, error: Exception) -> ToolError:
    return ToolError(
        f"The index {library.index.path.name!r} cannot be used: {error}."
        " Set AGENTIC_SEARCH_CACHE to a folder that can be written to."
    )

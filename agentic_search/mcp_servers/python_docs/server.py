"""Builds the MCP server: three tools that only read, over an index that may still be being built."""

import asyncio
import sqlite3
from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Annotated

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from agentic_search.mcp_servers.python_docs.answers.answering import UnknownName, find, note_on, read
from agentic_search.mcp_servers.python_docs.answers.listing import list_all
from agentic_search.mcp_servers.python_docs.answers.results import DocsAnswer, Documentation, Packages
from agentic_search.mcp_servers.python_docs.index.builder import IndexBuilder
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter
from agentic_search.mcp_servers.python_docs.installed.packages import (
    UnknownPackage,
    groups_named,
    names_of,
    standard_groups,
)
from agentic_search.text.counting import count

# What the tools say of themselves is written for a small language model that has to choose among many: one line each.
SEARCH = (
    "Search the documentation of Python itself and of every installed Python package. Use this for any question about"
    " programming in Python: how to do something, which function or class to use, what a function, class, method,"
    " module, exception or language statement does. Ask in plain English and name the module where it is known. Each"
    " result has the name, the signature, the passage of the documentation that answers best, and an address to cite."
)
READ = (
    "Read the whole documentation of one Python module, class, function, method or package by its name, such as"
    " asyncio.gather. Use this when the exact name is known, or after a search, to read more than its passage. Gives"
    " the signature, the full docstring, and for modules and classes a list of what they contain."
)
LIST = (
    "List the installed Python packages whose documentation can be searched, with version and summary. Use this to find"
    " out whether a package is installed, which version it is, or what there is to ask about."
)

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


def build_server(builder: IndexBuilder, interpreter: Interpreter, *, longest_wait: float = LONGEST_WAIT) -> MCPServer:
    """The tools answer at any time, also while the index is being built by whoever runs `builder.run`."""
    unread = interpreter.without_source()
    server = MCPServer(
        "python_docs",
        title="Python documentation",
        instructions=f"Documentation of Python {interpreter.version} and its installed packages, read from source.",
    )

    @server.tool(title="Search Python documentation", description=SEARCH, annotations=READ_ONLY)
    async def search_python_docs(
        query: Query, ctx: Context, limit: Limit = 8, package: PackageName = None
    ) -> DocsAnswer:
        """Waits for the index of what is asked about, then answers with what is there."""
        asked = await _groups(builder, package)
        await _settle(builder, asked or standard_groups(builder.packages), longest_wait, ctx)
        with _explained(builder):  # in a thread: a search takes milliseconds, but those are the event loop's
            found = await asyncio.to_thread(find, builder.index, query, limit=limit, groups=asked)
        wanted = asked or builder.packages.keys()
        missing = builder.missing(wanted)
        known = len(wanted) - len(missing)
        note = note_on(query, found=bool(found.results), missing=missing, without_source=unread)
        return DocsAnswer(
            results=found.results,
            searched=count(known, "package"),
            missing=names_of(missing),
            note=" ".join(filter(None, (note, found.understood.note))) or None,
            read_as=found.understood.read_as,
        )

    @server.tool(title="Read Python documentation", description=READ, annotations=READ_ONLY)
    async def read_python_doc(name: Name, ctx: Context) -> Documentation:
        """One thing whole; an unknown name is answered with the nearest."""
        await _groups(builder, None)
        await _settle(builder, standard_groups(builder.packages), longest_wait, ctx)
        try:
            with _explained(builder):
                return await asyncio.to_thread(read, builder.index, name)
        except UnknownName as error:
            missing = builder.missing(builder.packages.keys())
            note = note_on(name, found=True, missing=missing, without_source=unread)
            raise ToolError(" ".join(filter(None, (str(error), note)))) from error

    @server.tool(title="List Python packages", description=LIST, annotations=READ_ONLY)
    async def list_packages() -> Packages:
        """All that is installed, indexed or not."""
        await _groups(builder, None)
        with _explained(builder):
            return await asyncio.to_thread(list_all, builder, interpreter)

    return server


async def _groups(builder: IndexBuilder, package: str | None) -> set[str] | None:
    """The groups that a package's name means, None for all, once the builder has looked at what is installed."""
    with _explained(builder):
        await builder.check()
        return None if package is None else groups_named(package, builder.packages)


async def _settle(builder: IndexBuilder, groups: Collection[str], seconds: float, ctx: Context) -> None:
    """Give the groups time to be indexed, and tell the client how far they are."""

    async def report(done: int, total: int) -> None:
        await ctx.report_progress(done, total, f"reading documentation: {done} of {total} packages")

    await builder.ready(groups, seconds, report)


@contextmanager
def _explained(builder: IndexBuilder) -> Generator[None]:
    """Failures that a user can do something about are told by what that is."""
    try:
        yield
    except UnknownPackage as error:
        raise ToolError(str(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise ToolError(
            f"The index {builder.index.path.name!r} cannot be used: {error}."
            " Set AGENTIC_SEARCH_CACHE to a folder that can be written to."
        ) from error

"""The MCP server: its three tools over whoever searches."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Annotated, Any

import mcp_types
from anyio import CancelScope
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from agentic_search import __version__
from agentic_search.domain.query import Query
from agentic_search.errors import AgenticSearchError
from agentic_search.mcp_service.answers import AvailableTools, SearchAnswer, as_result
from agentic_search.mcp_service.searcher import Searcher
from agentic_search.tracing.callers import callers_trace

_INSTRUCTIONS = """\
Searches documents, archives, the web and whatever else this user has connected, with many tools side by side, and \
answers with numbered sources. Ask a whole question in plain words; a follow-up with the thread_id of the answer."""
_SEARCHES = mcp_types.ToolAnnotations(read_only_hint=True, open_world_hint=True)
"""What may change something is not run for callers that nobody can be asked for."""
_READS = mcp_types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def build_server(searcher_of: Callable[[Context], Searcher]) -> MCPServer[Any]:
    """The server; a run that its caller cancels is stopped. `searcher_of`: who searches for whoever sends a request."""
    server: MCPServer[Any] = MCPServer(
        "agentic-search", title="Agentic search", instructions=_INSTRUCTIONS, version=__version__, log_level="WARNING"
    )

    @server.tool(title="Search", annotations=_SEARCHES)
    async def search(
        ctx: Context,
        query: Annotated[str, Field(min_length=1, max_length=8_000, description="The whole question, in plain words")],
        thread_id: Annotated[
            str | None, Field(description="Of an earlier answer, to which this question is a follow-up")
        ] = None,
        instructions: Annotated[
            str, Field(max_length=8_000, description="What is wanted of the answer's language, length, tone and layout")
        ] = "",
        tools: Annotated[
            list[str] | None, Field(description="Globs over names of tools that may be used; all by default")
        ] = None,
        model: Annotated[
            str | None, Field(description="The model that writes the answer; 'offline' for quotations alone")
        ] = None,
        deadline: Annotated[
            float | None, Field(gt=0, le=86_400, description="Seconds until it answers from what it has found")
        ] = None,
        rounds: Annotated[int, Field(ge=1, le=10, description="How often it may plan anew after seeing results")] = 1,
    ) -> Annotated[mcp_types.CallToolResult, SearchAnswer]:
        """Search everything that is connected for a question, and answer it in Markdown with numbered sources."""
        given = {"query": query, "thread_id": thread_id, "tools": tools, "model": model, "rounds": rounds}
        async with _told():
            given |= {"instructions": instructions, "deadline": deadline, "trace": callers_trace()}
            asked = Query.model_validate(given)
            return await _search(searcher_of(ctx), asked, ctx)

    @server.tool(title="Get a run", annotations=_READS)
    async def get_run(
        ctx: Context,
        run_id: Annotated[str, Field(description="Of an answer that search gave")],
    ) -> Annotated[mcp_types.CallToolResult, SearchAnswer]:
        """A search from before, or one under way: its answer, its sources, and what each of its tool calls came to."""
        async with _told():
            return as_result(SearchAnswer.of(await searcher_of(ctx).run(run_id)))

    @server.tool(title="List available tools", annotations=_READS)
    async def list_tools_available(ctx: Context) -> Annotated[mcp_types.CallToolResult, AvailableTools]:
        """The tools that a search may call now, and why others cannot be used."""
        async with _told():
            return as_result(await searcher_of(ctx).tools())

    _ = search, get_run, list_tools_available
    return server


async def _search(searcher: Searcher, query: Query, ctx: Context) -> mcp_types.CallToolResult:
    run_id = await searcher.start(query)
    told = 0
    try:
        async with aclosing(searcher.steps(run_id)) as steps:
            async for step in steps:
                told += 1
                await ctx.report_progress(told, message=step)
    except BaseException:
        with CancelScope(shield=True), suppress(AgenticSearchError):
            await searcher.cancel(run_id)
        raise
    answer = SearchAnswer.of(await searcher.run(run_id))
    return as_result(answer, is_error=answer.answer is None)


@asynccontextmanager
async def _told() -> AsyncGenerator[None, None]:
    """What is wrong is told to the model, in the words that say what to do."""
    try:
        yield
    except ValidationError as error:
        raise ToolError("; ".join(f"{'.'.join(map(str, it['loc']))}: {it['msg']}" for it in error.errors())) from error
    except AgenticSearchError as error:
        raise ToolError(str(error)) from error

"""The MCP server: three tools that only read, and that ask servers of others."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from agentic_search.mcp_servers.web.engines.asking import SearchEngine, Since, WebQuestion, ask_first
from agentic_search.mcp_servers.web.network.client import WebFailure
from agentic_search.mcp_servers.web.pages.reader import WebPageReader
from agentic_search.mcp_servers.web.results import WebHits, WebPageText, WikipediaArticles
from agentic_search.mcp_servers.web.wikipedia import Wikipedia
from agentic_search.network.contacts import CONTACTED, exchanges_noted

OPEN_WORLD = ToolAnnotations(read_only_hint=True, idempotent_hint=True, destructive_hint=False, open_world_hint=True)

WebQuery = Annotated[str, Field(min_length=1, max_length=1_000, description="What to look for, in plain words.")]
Limit = Annotated[int, Field(ge=1, le=50, description="Results at most.")]
PublishedWithin = Annotated[Since | None, Field(description="Only pages published within the last day, week …")]
Engine = Annotated[
    str | None,
    Field(max_length=50, description="Only this search engine, as duckduckgo; without it the first that answers."),
]
PageUrl = Annotated[str, Field(min_length=8, max_length=4_096, description="Address of the page, as https://…")]
Offset = Annotated[int, Field(ge=0, description="Characters to pass over; take next_offset to read on.")]
Characters = Annotated[int, Field(ge=1, le=200_000, description="Characters at most.")]
Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,12}(-[a-z]{2,12}){0,2}$", description="Wikipedia's code of a language, as en or de.")
]
Articles = Annotated[int, Field(ge=1, le=20, description="Articles at most.")]


def build_server(engines: Sequence[SearchEngine], reader: WebPageReader, wikipedia_: Wikipedia) -> MCPServer:
    """The engines are asked in this order until one answers."""
    server = MCPServer(
        "web",
        title="Web",
        instructions="Searches the web, reads pages and Wikipedia.",
        middleware=[_tell_contacted],
    )

    @server.tool(title="Search the web", annotations=OPEN_WORLD)
    async def web_search(
        query: WebQuery, limit: Limit = 10, since: PublishedWithin = None, engine: Engine = None
    ) -> WebHits:
        """Search the web with a search engine: pages with title, address and a short text, to cite or to read."""
        with _explained():
            hits = await ask_first(engines, WebQuestion(query, limit, since, engine))
        return hits if hits.results else hits.model_copy(update={"note": hits.note or "No page was found."})

    @server.tool(title="Read a web page", annotations=OPEN_WORLD)
    async def read_page(url: PageUrl, offset: Offset = 0, limit: Characters = 20_000) -> WebPageText:
        """Read the main text of one web page or PDF file by its address, with title, author and date."""
        with _explained():
            page = await reader.read(url)
        text = page.document.text
        end = min(offset + limit, len(text))
        return WebPageText(
            title=page.document.title or page.url,
            url=page.url,
            text=text[offset:end],
            author=page.author,
            date=page.date,
            site=page.site,
            offset=offset,
            total=len(text),
            next_offset=end if end < len(text) else None,
            note=page.document.note,
        )

    @server.tool(title="Search Wikipedia", annotations=OPEN_WORLD)
    async def wikipedia(query: WebQuery, language: Language = "en", limit: Articles = 3) -> WikipediaArticles:
        """Search the encyclopedia Wikipedia in a language: the introductions of the articles that fit best."""
        with _explained():
            return await wikipedia_.search(query, language, limit)

    return server


async def _tell_contacted(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Say in a result which hosts were asked for it."""
    with exchanges_noted() as noted:
        result = await call_next(ctx)
    if isinstance(result, dict) and noted:
        result["_meta"] = {**result.get("_meta", {}), CONTACTED: [asdict(each) for each in noted]}
    return result


@contextmanager
def _explained() -> Generator[None]:
    try:
        yield
    except WebFailure as why:
        raise ToolError(f"{str(why)[:1].upper()}{str(why)[1:]}.") from why
    except OSError as error:
        raise ToolError(f"This machine cannot do it now: {error}.") from error

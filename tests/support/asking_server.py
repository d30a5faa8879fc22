"""A real MCP server that asks the user in the course of its calls, in every form that the protocol has.

    python -m tests.support.asking_server [--http PORT] [--legacy]

Port 0 takes a free one; the first line on stdout is the URL. A legacy one speaks no protocol later than 2025-11-25.
"""

import argparse
from typing import Annotated, Any

import anyio
import mcp_types
from mcp import MCPError
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.shared.exceptions import UrlElicitationRequiredError
from mcp_types import ElicitRequest, ElicitRequestFormParams, ElicitRequestURLParams, InputRequiredResult
from pydantic import BaseModel, Field

from tests.support.slow_server import READ_ONLY, refuse_discovery, serve_http, serve_legacy_stdio

ENDLESS = 200
"""Questions in one call, more than anybody would answer."""
_NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


class Person(BaseModel):
    """Who asks."""

    name: str = Field(description="Your name")
    age: int = Field(default=30, ge=0, le=150)


async def _who() -> Elicit[Person]:
    return Elicit("Who are you?", Person)


def build(*, legacy: bool) -> MCPServer[Any]:
    """The server."""
    middleware = [refuse_discovery] if legacy else []
    server: MCPServer[Any] = MCPServer(
        "asking", instructions="Greets people. It asks who they are.", log_level="WARNING", middleware=middleware
    )
    _add_forms(server)
    _add_endless_questions(server)
    _add_pages(server)
    return server


def _add_forms(server: MCPServer[Any]) -> None:
    @server.tool(annotations=READ_ONLY)
    async def greet(person: Annotated[Person, Resolve(_who)]) -> str:
        """Greet whoever asks."""
        return f"Hello {person.name}, {person.age}"

    @server.tool(annotations=READ_ONLY)
    async def greet_late(ctx: Context, seconds: float) -> str:
        """Ask at once and greet later; before 2026-07-28 only."""
        answer = await ctx.elicit("Who are you?", Person)
        await anyio.sleep(seconds)
        return f"Hello {answer.data.name}" if answer.action == "accept" else f"Hello whoever, {answer.action}"

    @server.tool(annotations=READ_ONLY)
    async def insist_on_name(ctx: Context) -> str:
        """Fail where nobody answers; before 2026-07-28 only."""
        answer = await ctx.elicit("Who are you?", Person)
        if answer.action != "accept":
            raise MCPError(mcp_types.INVALID_REQUEST, "a name is needed")
        return answer.data.name

    @server.tool(annotations=READ_ONLY)
    async def tell_on(ctx: Context) -> str:
        """Fail, and say who was asked; before 2026-07-28 only."""
        answer = await ctx.elicit("Who are you?", Person)
        who = answer.data.name if answer.action == "accept" else answer.action
        raise MCPError(mcp_types.INVALID_REQUEST, f"{who} is not on the list")

    _ = greet, greet_late, insist_on_name, tell_on


def _add_endless_questions(server: MCPServer[Any]) -> None:
    @server.tool(annotations=READ_ONLY)
    async def pester(ctx: Context) -> str:
        """Ask without end; before 2026-07-28 only."""
        answered = 0
        for _ in range(ENDLESS):
            answered += (await ctx.elicit("And who are you?", Person)).action == "accept"
        return f"{answered} answers"

    @server.tool(annotations=READ_ONLY)
    async def pester_in_rounds() -> InputRequiredResult:
        """Ask in each round; since 2026-07-28 only."""
        params = ElicitRequestFormParams(message="And who are you?", requested_schema=_NAME)
        return InputRequiredResult(input_requests={"who": ElicitRequest(params=params)})

    _ = pester, pester_in_rounds


def _add_pages(server: MCPServer[Any]) -> None:
    visited: set[str] = set()

    @server.tool(annotations=READ_ONLY)
    async def send_away(ctx: Context) -> str | InputRequiredResult:
        """Send the user to a page; since 2026-07-28 only."""
        if ctx.input_responses is not None:
            return f"you {ctx.input_responses['page'].action}"  # type: ignore[union-attr] - an elicitation's
        params = ElicitRequestURLParams(message="Pay here", url="https://pay.example/1")
        return InputRequiredResult(input_requests={"page": ElicitRequest(params=params)})

    @server.tool(annotations=READ_ONLY)
    async def send_away_and_wait(ctx: Context, url: str) -> str:
        """Send the user to a page in the course of the call; before 2026-07-28 only."""
        return f"you {(await ctx.elicit_url('Pay here', url, 'pay-1')).action}"

    @server.tool(annotations=READ_ONLY)
    async def want_visit(page: str) -> str:
        """Work only after the user has been at a page; before 2026-07-28 only."""
        if page not in visited:
            visited.add(page)
            params = ElicitRequestURLParams(message="Sign in", url=f"https://sign.example/{page}", elicitation_id=page)
            raise UrlElicitationRequiredError([params])
        return "welcome"

    _ = send_away, send_away_and_wait, want_visit


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--legacy", action="store_true")
    options = parser.parse_args()
    server = build(legacy=options.legacy)
    if options.http is not None:
        serve_http(server.streamable_http_app(), options.http, "/mcp")
    elif options.legacy:
        anyio.run(serve_legacy_stdio, server)
    else:
        server.run()


if __name__ == "__main__":
    main()

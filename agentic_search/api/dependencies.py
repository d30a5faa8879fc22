"""What routes are given: the opened service, found in the state of the application that serves the request.

The functions are `async` though they await nothing: FastAPI sends plain ones to a thread, at each request.
"""

from typing import Annotated, NotRequired, TypedDict, cast

from fastapi import Depends, Request
from starlette.types import ASGIApp

from agentic_search.access.caller import Caller
from agentic_search.runs.service import SearchService, Service


class AppState(TypedDict):
    """What the application has while it serves."""

    service: Service
    caller: NotRequired[Caller]
    """Who asks; of each request."""
    nesting: int
    """Levels of lists and objects that a body may have."""
    mcp: ASGIApp
    """The MCP server."""


async def _service(request: Request) -> Service:
    return cast(Service, request.state.service)


ServiceDep = Annotated[Service, Depends(_service)]
"""Everything that is open."""


async def _searches(service: ServiceDep) -> SearchService:
    return service.searches


Searches = Annotated[SearchService, Depends(_searches)]
"""The service that starts and finds runs."""


async def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


CallerDep = Annotated[Caller, Depends(_caller)]
"""Who asks, and what they may do."""

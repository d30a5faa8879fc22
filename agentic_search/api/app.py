"""The application: settings flow in, an ASGI application flows out that opens the service for as long as it serves."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI

from agentic_search import __version__
from agentic_search.api import problems
from agentic_search.api.body_limit import BodyLimit
from agentic_search.api.openapi import describe
from agentic_search.api.routes import health, inventory, runs, search
from agentic_search.api.routes.page import PageFiles, page_router
from agentic_search.runs.service import Service
from agentic_search.settings import Settings
from agentic_search.wiring import open_service

_SUMMARY = "Plans tool calls for a question, runs them side by side on MCP servers, answers with real citations."


class _State(TypedDict):
    service: Service


def create_app(settings: Settings) -> FastAPI:
    """Build the application; nothing is opened before it is served."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[_State, None]:
        async with open_service(settings) as service:
            yield {"service": service}

    app = FastAPI(
        title="agentic-search",
        summary=_SUMMARY,
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit)
    problems.install(app)
    for router in (search.router, runs.router, inventory.router, health.router):
        app.include_router(router)
    app.include_router(page_router(settings.static))
    app.mount("/static", PageFiles(directory=settings.static), name="static")
    describe(app)
    return app

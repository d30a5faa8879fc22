"""The ASGI application: made from settings, it opens the service when it starts and closes it when it ends."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentic_search import __version__
from agentic_search.api import problems
from agentic_search.api.access import by_provider, keys, session, sign_in_page
from agentic_search.api.access.guard import Guard
from agentic_search.api.answering import EveryAnswer
from agentic_search.api.dependencies import AppState
from agentic_search.api.documents import routes as documents
from agentic_search.api.guide.pages import TOKENS
from agentic_search.api.guide.routes import guide_router
from agentic_search.api.hosts import OwnHostsOnly
from agentic_search.api.metrics import routes as metrics
from agentic_search.api.openapi import describe
from agentic_search.api.page.routes import page_router
from agentic_search.api.protocols.ag_ui import routes as ag_ui
from agentic_search.api.protocols.documentation import documentation_router
from agentic_search.api.protocols.mcp import McpHost, McpRoute
from agentic_search.api.protocols.openai import routes as openai
from agentic_search.api.protocols.openai.errors import OpenAIErrors
from agentic_search.api.protocols.openai.responses import routes as responses
from agentic_search.api.routes import continuing, exports, health, inventory, runs, schedules, search, sign_in, threads
from agentic_search.database.database import Database
from agentic_search.settings import Settings, environment
from agentic_search.tracing.switch import callers_traces, is_traced
from agentic_search.wiring import open_service

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes of a request's body."""

_DESCRIPTION = """HEAD is answered wherever GET is. A method that a path does not have is answered with 405, and `Allow`
names those that it has."""
_SUMMARY = "Plans tool calls for a question, runs them side by side on MCP servers, answers with real citations."


def create_app(settings: Settings, database: Database | None = None) -> FastAPI:
    """Build the application; nothing is opened before it is served, unless the database is open already."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[AppState, None]:
        async with open_service(settings, database) as service, McpHost.opened() as mcp:
            yield {"service": service, "nesting": settings.max_nesting, "mcp": mcp}

    app = FastAPI(
        title="agentic-search",
        summary=_SUMMARY,
        description=_DESCRIPTION,
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.add_middleware(BodyLimit, largest_document=settings.documents_max_bytes)
    app.add_middleware(Guard)
    app.add_middleware(OwnHostsOnly, names=settings.own_hosts)
    app.add_middleware(EveryAnswer)
    app.add_middleware(OpenAIErrors)
    if is_traced(settings.traces, environment()):
        app.add_middleware(callers_traces())
    problems.install(app)
    app.include_router(health.router)
    app.include_router(metrics.router)
    if settings.role != "worker":  # which is asked for nothing, but whether it lives and what it does
        for routes in (
            *(search, runs, continuing, exports, threads, schedules, inventory, sign_in),
            *(openai, responses, ag_ui, keys, session, sign_in_page, by_provider, documents),
        ):
            app.include_router(routes.router)
        app.router.routes.append(Route("/mcp", McpRoute(), name="mcp", include_in_schema=False))
        app.include_router(documentation_router(settings.static.parent / "docs"))
        app.include_router(page_router(settings.static))
        app.include_router(guide_router(settings.static.with_name("docs"), tokens=settings.static / TOKENS))
    describe(app)
    return app


class BodyLimit:
    """Refuses a body that grows past the limit while it is read, as a problem like any other.

    Starlette's own limit answers in plain text, whatever handlers an application has.
    """

    def __init__(self, app: ASGIApp, largest_document: int = LARGEST_REQUEST) -> None:
        """`largest_document`: bytes of a document that is put here."""
        self._app = app
        self._largest_document = max(largest_document, LARGEST_REQUEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received; reading past the limit raises inside the route, so the route's handlers answer."""
        puts = scope["type"] == "http" and scope["method"] == "PUT" and get_route_path(scope).startswith("/documents/")
        most = self._largest_document if puts else LARGEST_REQUEST
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, f"The request is larger than {most // 1024**2} MiB.")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)

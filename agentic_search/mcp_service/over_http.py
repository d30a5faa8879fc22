"""The MCP server over streamable HTTP, in the service itself: each request is carried out as its own caller's."""

from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import Context
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from agentic_search.mcp_service.searcher import OwnSearcher, Searcher
from agentic_search.mcp_service.server import build_server
from agentic_search.runs.service import Service

_CHECKED_BEFORE = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""Host and Origin were checked with those of all requests."""


def session_manager(*, idle: float, most: int) -> StreamableHTTPSessionManager:
    """What answers requests; to be run once. `idle`: seconds after which a session ends; `most` of them at once."""
    server = build_server(_searcher_of)
    server.streamable_http_app(
        session_idle_timeout=idle, max_sessions=most, transport_security=_CHECKED_BEFORE
    )  # it makes the manager; its application is not needed
    return server.session_manager


def user_of(caller_id: str | None) -> AuthenticatedUser | None:
    """Whose a session is: nobody else goes on with it."""
    if caller_id is None:
        return None
    return AuthenticatedUser(AccessToken(token="", client_id=caller_id, scopes=[]))


def _searcher_of(ctx: Context) -> Searcher:
    """The service as it is the caller's own, which the guard has put into each request."""
    request: Any = ctx.request_context.request
    service: Service = request.state.service
    return OwnSearcher(service, request.state.caller)

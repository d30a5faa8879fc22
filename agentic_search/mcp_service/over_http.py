"""The MCP server over streamable HTTP, in the service itself."""

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings

from agentic_search.mcp_service.searcher import OwnSearcher
from agentic_search.mcp_service.server import build_server
from agentic_search.runs.service import Service

_CHECKED_BEFORE = TransportSecuritySettings(enable_dns_rebinding_protection=False)
"""Host and Origin were checked with those of all requests."""


def session_manager(service: Service, *, idle: float, most: int) -> StreamableHTTPSessionManager:
    """What answers requests; to be run once. `idle`: seconds after which a session ends; `most` of them at once."""
    server = build_server(OwnSearcher(service))
    server.streamable_http_app(
        session_idle_timeout=idle, max_sessions=most, transport_security=_CHECKED_BEFORE
    )  # it makes the manager; its application is not needed
    return server.session_manager

"""How a connection to a server stands, and what people are told of it."""

from dataclasses import dataclass
from typing import Literal

from mcp import Client

from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import HttpEndpoint, StdioLaunch
from agentic_search.tools.provider import Offer

_TOLD_AFTER = 2.0
"""Seconds of a start from which on it is told how long it takes."""
_LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """An offer and a client only while the server is ready."""

    status: Literal["connecting", "ready", "unavailable", "needs_sign_in", "disabled"]
    error: str | None = None
    offer: Offer | None = None
    client: Client | None = None

    def why_not(self, reach: StdioLaunch | HttpEndpoint, connecting_for: float) -> str | None:
        """Why it cannot be used now, and how long it has been starting or connecting, in seconds."""
        if self.client is not None or connecting_for < _TOLD_AFTER:
            return self.error
        doing = "starting" if isinstance(reach, StdioLaunch) else "connecting"
        if self.error is None:
            return f"still {doing} ({connecting_for:.0f} s)"
        return f"{self.error}; {doing} again ({connecting_for:.0f} s)"

    def why_empty(self) -> str | None:
        """What a server that is ready says of tools that find nothing now, or of itself where it has no tools."""
        if self.offer is None:
            return None
        if self.offer.tools:
            return next((shortened(tool.empty, _LONGEST_NOTE) for tool in self.offer.tools if tool.empty), None)
        if not self.offer.instructions:
            return None
        return f"it offers no tools now; it says of itself: {shortened(self.offer.instructions, _LONGEST_NOTE)}"

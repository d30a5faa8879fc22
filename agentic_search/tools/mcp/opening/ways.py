"""The ways to open a session: mcp's usual one, and those that servers need which know an earlier protocol only.

What a server needed is remembered for the life of this process, so that it is not started in vain each time.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from agentic_search.errors import ServerUnavailable
from agentic_search.tools.mcp.opening.refusals import leaves


@dataclass(frozen=True, slots=True)
class Way:
    """How mcp's Client agrees with the server on a protocol, and by which transport."""

    mode: Literal["auto", "legacy"] = "auto"
    """Ask by `server/discover` and fall back to `initialize`, or begin with `initialize`."""
    older_transport: bool = False
    """HTTP with server-sent events, where the entry does not say which."""
    why: str = ""
    """Why this one is tried, for the log."""


FIRST_WAY = Way()
BY_INITIALIZE = Way("legacy", why="it did not come up when asked by server/discover; it is asked by initialize")
BY_OLDER_TRANSPORT = Way(
    "legacy", older_transport=True, why="it refuses streamable HTTP; the older HTTP with server-sent events is tried"
)


class TriedTransport(Protocol):
    """What a transport knows of a session that could not be opened."""

    @property
    def handshake_failed(self) -> bool:
        """Whether a process was asked by `server/discover`, and agreed on no protocol then."""
        ...

    @property
    def may_be_older(self) -> bool:
        """Whether an HTTP server refused as one of the older transport does."""
        ...


class Ways:
    """What is known of one server."""

    def __init__(self) -> None:
        self.first = FIRST_WAY
        self._tried: set[Way] = set()

    def __repr__(self) -> str:
        return f"<Ways: first {self.first}>"

    def learn(self, way: Way) -> None:
        """This one works, where the usual one does not."""
        self.first = way

    def forget(self) -> None:
        """What was known does not hold any more, as far as anybody can tell."""
        self.first = FIRST_WAY

    def is_new(self, way: Way) -> bool:
        """Whether this way is tried for the first time; of a server that stays away, the log says it once."""
        is_new = way not in self._tried
        self._tried.add(way)
        return is_new

    def other(self, tried: Way, transport: TriedTransport, error: Exception) -> Way | None:
        """What to try at once after `tried` failed; none where nothing else may do better."""
        if tried != FIRST_WAY or _was_never_there(error):
            return None
        if transport.may_be_older:
            return BY_OLDER_TRANSPORT
        return BY_INITIALIZE if transport.handshake_failed else None


def _was_never_there(error: BaseException) -> bool:
    """Whether the process could not even be started."""
    return any(isinstance(reason, ServerUnavailable) for reason in leaves(error))

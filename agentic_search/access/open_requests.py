"""The requests under way of who may use the service, each of which ends when its caller may no longer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from anyio import CancelScope

from agentic_search.access.caller import Caller
from agentic_search.clock import happens
from agentic_search.errors import StorageFailed, Unauthenticated

_INTERVAL = 2.0
"""Seconds from one look at all of them to the next."""

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenRequest:
    """One request under way."""

    ask_again: Callable[[], Awaitable[Caller]]
    """Who its caller is by now; raises Unauthenticated."""
    scope: CancelScope
    refused: Unauthenticated | None = None
    """Why it was ended, where it was."""


class OpenRequests:
    """Looks at all of them again and again."""

    def __init__(self) -> None:
        self._open: set[OpenRequest] = set()
        self._look, self._closing = asyncio.Event(), asyncio.Event()

    @contextmanager
    def under_way(self, ask_again: Callable[[], Awaitable[Caller]]) -> Generator[OpenRequest]:
        """A request in this block, which is left early where its caller may no longer."""
        with CancelScope() as scope:
            request = OpenRequest(ask_again, scope)
            self._open.add(request)
            try:
                yield request
            finally:
                self._open.discard(request)

    def look(self) -> None:
        """Somebody's key or sign-in is over: look at once."""
        self._look.set()

    async def look_on(self) -> None:
        """Look, until it is closed."""
        while not self._closing.is_set():
            await happens(self._look, within=_INTERVAL)
            self._look.clear()
            for request in [*self._open]:
                await _end_if_over(request)

    def close(self) -> None:
        """Have `look_on` end."""
        self._closing.set()
        self._look.set()


async def _end_if_over(request: OpenRequest) -> None:
    try:
        await request.ask_again()
    except Unauthenticated as error:
        request.refused = error
        request.scope.cancel()
    except StorageFailed:
        logger.debug("whether a caller may still use the service cannot be read for now")

"""Begins only a few requests at each turn of the event loop, so that a crowd that comes at once delays nobody else.

A request takes a millisecond until it first waits for something. Where a thousand clients connect in one moment, the
event loop would begin all their requests before it looks at anything else.
"""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

_AT_A_TURN = 4
_WAITS_FOR_NOBODY = frozenset({"/health"})


class FairStart:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._begun = 0
        """Requests that began at this turn; while there are any, the next turn is announced to the loop."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when it is its turn."""
        if scope["type"] == "http" and scope["path"] not in _WAITS_FOR_NOBODY:
            await self._turn()
        await self._app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if self._begun < _AT_A_TURN:
            if not self._begun:
                loop.call_soon(self._next_turn, loop)
            self._begun += 1
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _next_turn(self, loop: asyncio.AbstractEventLoop) -> None:
        self._begun = 0
        while self._waiting and self._begun < _AT_A_TURN:
            turn = self._waiting.popleft()
            if not turn.done():  # else the client has left
                turn.set_result(None)
                self._begun += 1
        if self._begun:
            loop.call_soon(self._next_turn, loop)

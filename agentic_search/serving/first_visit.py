"""Has what answers questions loaded as soon as somebody is there: before, an idle service has no use for it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from agentic_search.runs.service import Service

_NOBODY = frozenset({"/health", "/ready", "/metrics"})
"""What machines ask for, over and over, whether or not anybody uses the service."""


class FirstVisit:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then begin to load: whoever looks at the page or at the tools will ask soon."""
        await self._app(scope, receive, send)
        if scope["type"] == "http" and scope["path"] not in _NOBODY:
            service: Service = scope["state"]["service"]
            service.prepare()  # not awaited: a request that lasts holds up the end of the service

"""Requests of the `ollama` client flow in and on to the network, mended where the client leaves no choice."""

from collections.abc import AsyncIterator
from typing import cast

import httpx

from agentic_search.clock import Clock
from agentic_search.models.frames import Frames
from agentic_search.models.http_transport import HttpTransport
from agentic_search.models.ollama.address import is_cloud

MOST_CONNECTIONS = 512
"""Calls beyond it wait for another to end."""
PACE = 0.001
"""Seconds between two looks at an answer: text that comes faster than that is handled several tokens at a time."""


class OllamaTransport(httpx.AsyncBaseTransport):
    """Sends straight to the host asked for, past any proxy: prompts go nowhere else.

    The client puts OLLAMA_API_KEY, a key for ollama.com, on requests to every host; here it is taken off again.
    The client cannot say `truncate: false`; without it Ollama cuts a long prompt silently.
    The client parses frame by frame; here those that arrived together are joined.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._network = HttpTransport(most=MOST_CONNECTIONS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and give what came back."""
        if not is_cloud(str(request.url)):
            request.headers.pop("authorization", None)
        if not request.url.path.endswith("/api/chat"):
            return await self._network.handle_async_request(request)
        response = await self._network.handle_async_request(_refusing_to_truncate(request))
        if response.is_success and "content-encoding" not in response.headers:
            response.stream = _Joined(cast(httpx.AsyncByteStream, response.stream), self._clock)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        await self._network.aclose()


class _Joined(httpx.AsyncByteStream):
    """A chat's answer, in fewer frames."""

    def __init__(self, inner: httpx.AsyncByteStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    async def __aiter__(self) -> AsyncIterator[bytes]:
        frames = Frames()
        async for piece in self._inner:
            next_look = self._clock.now() + PACE
            if lines := frames.feed(piece):
                yield lines
            if (early := next_look - self._clock.now()) > 0:
                await self._clock.sleep(early)
        if rest := frames.finish():
            yield rest

    async def aclose(self) -> None:
        await self._inner.aclose()


def _refusing_to_truncate(request: httpx.Request) -> httpx.Request:
    """The same request with one more field, before the last brace of its body."""
    content = request.content.rstrip().removesuffix(b"}") + b',"truncate":false}'
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
    return httpx.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)

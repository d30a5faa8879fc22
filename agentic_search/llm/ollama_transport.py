"""Requests of the `ollama` client flow in and on to the network, mended where the client leaves no choice."""

import json

import httpx

from agentic_search.llm.ollama_address import is_cloud


class OllamaTransport(httpx.AsyncBaseTransport):
    """Sends straight to the host asked for, past any proxy: prompts go nowhere else.

    The client puts OLLAMA_API_KEY, a key for ollama.com, on requests to every host; here it is taken off again.
    The client cannot say `truncate: false`; without it Ollama cuts a long prompt silently.
    """

    def __init__(self) -> None:
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and give what came back."""
        if not is_cloud(str(request.url)):
            request.headers.pop("authorization", None)
        if request.url.path.endswith("/api/chat"):
            request = _refusing_to_truncate(request)
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._network.aclose()


def _refusing_to_truncate(request: httpx.Request) -> httpx.Request:
    body = json.loads(request.content) | {"truncate": False}
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, request.url, headers=headers, json=body, extensions=request.extensions)

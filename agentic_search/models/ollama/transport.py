"""What Ollama needs besides the network: its client adds a key where none belongs, and leaves out `truncate: false`."""

from typing import cast

import httpx

from agentic_search.clock import Clock
from agentic_search.models.network.transport import LONGEST_LINE, ModelTransport
from agentic_search.models.ollama.address import is_cloud
from agentic_search.models.ollama.chat_lines import ChatLines


class OllamaTransport(ModelTransport):
    """Sends to the Ollama at one URL.

    The client puts OLLAMA_API_KEY, a key for ollama.com, on requests to every host; here it is taken off again.
    The client cannot say `truncate: false`; without it Ollama cuts a long prompt silently.
    """

    def __init__(self, url: str, clock: Clock, *, longest_line: int = LONGEST_LINE) -> None:
        """`longest_line`: bytes of a line of a streamed chat."""
        super().__init__(url, clock)
        self._longest_line = longest_line

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and give what came back. Raises httpx.TransportError."""
        if not is_cloud(str(request.url)):
            request.headers.pop("authorization", None)
        if not request.url.path.endswith("/api/chat"):
            return await super().handle_async_request(request)
        response = await super().handle_async_request(_refusing_to_truncate(request))
        if response.is_success:
            response.stream = ChatLines(
                cast(httpx.AsyncByteStream, response.stream), self._clock, longest=self._longest_line
            )
        return response


def _refusing_to_truncate(request: httpx.Request) -> httpx.Request:
    """The same request with one more field, before the last brace of its body, for an answer that is not compressed."""
    content = request.content.rstrip().removesuffix(b"}") + b',"truncate":false}'
    headers = request.headers.copy()
    headers["accept-encoding"] = "identity"
    del headers["content-length"]
    return httpx.Request(request.method, request.url, headers=headers, content=content, extensions=request.extensions)

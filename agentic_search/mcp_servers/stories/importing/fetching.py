"""Fetches the bytes at a URL: retries failures that may pass, and says plainly which do not."""

import asyncio
import time
from collections.abc import Callable, Mapping

import httpx

from agentic_search.mcp_servers.stories.importing.report import SourceError

ATTEMPTS = 3
FIRST_WAIT = 0.5
MOST_WAIT = 30.0
MOST_BYTES = 64 * 1024 * 1024
STEP = 20.0
LONGEST = 120.0
"""Seconds to wait for the next piece of an answer, and for all of it, redirects included."""
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""
PACKINGS = "gzip, deflate"
"""What is asked for: each unpacks to at most a thousand times its size, others and packings of packings to any size."""
HEADERS = {"User-Agent": "agentic-search (stories import)", "Accept-Encoding": PACKINGS}


class Fetcher:
    """`wait` is how it passes the time between attempts, in seconds; an answer may take `longest` seconds."""

    def __init__(self, wait: Callable[[float], None] = time.sleep, *, longest: float = LONGEST) -> None:
        self._wait = wait
        self._longest = longest

    def get(self, url: str, parameters: Mapping[str, str | int] | None = None) -> bytes:
        """Raises SourceError."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return asyncio.run(self._in_time(url, parameters))
            except TimeoutError as error:
                raise SourceError(f"{url} takes longer than {self._longest:g} s to answer: try again later") from error
            except httpx.HTTPStatusError as error:
                if error.response.status_code not in PASSING or attempt == ATTEMPTS:
                    raise SourceError(f"{url} answered {_status(error.response)}") from error
                asked = _asked_wait(error.response)
                self._wait(FIRST_WAIT * attempt if asked is None else asked)
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise SourceError(f"{url} cannot be reached: {error or type(error).__name__}") from error
                self._wait(FIRST_WAIT * attempt)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise SourceError(f"{url} cannot be read: {error}") from error
        raise AssertionError("the last attempt returns or raises")

    async def _in_time(self, url: str, parameters: Mapping[str, str | int] | None) -> bytes:
        async with (
            asyncio.timeout(self._longest),
            httpx.AsyncClient(timeout=STEP, follow_redirects=True, headers=HEADERS) as client,
            client.stream("GET", url, params=parameters) as response,
        ):
            response.raise_for_status()
            packing = response.headers.get("Content-Encoding", "identity").strip().lower()
            if packing not in f"identity, {PACKINGS}".split(", "):
                raise SourceError(f"{url} answers packed as {packing[:40]!r}, though asked for {PACKINGS} or neither")
            data = bytearray()
            async for piece in response.aiter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    raise SourceError(f"{url} gives more than {MOST_BYTES // 2**20} MiB: that much is not read")
        return bytes(data)


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _asked_wait(response: httpx.Response) -> float | None:
    """What the server asks for, within reason."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), MOST_WAIT) if asked.isdecimal() else None

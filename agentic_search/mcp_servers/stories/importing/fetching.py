"""Fetches the bytes at a URL: retries failures that may pass, and says plainly which do not."""

import time
from collections.abc import Callable, Mapping

import httpx

from agentic_search.mcp_servers.stories.importing.report import SourceError

ATTEMPTS = 3
FIRST_WAIT = 0.5
MOST_WAIT = 30.0
MOST_BYTES = 64 * 1024 * 1024
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""


class Fetcher:
    """One client for all requests of an import; `wait` is how it passes the time between attempts, in seconds."""

    def __init__(self, client: httpx.Client, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._wait = wait

    def get(self, url: str, parameters: Mapping[str, str | int] | None = None) -> bytes:
        """Raises SourceError."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._get(url, parameters)
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

    def _get(self, url: str, parameters: Mapping[str, str | int] | None) -> bytes:
        with self._client.stream("GET", url, params=parameters) as response:
            response.raise_for_status()
            data = bytearray()
            for piece in response.iter_bytes():
                data += piece
                if len(data) > MOST_BYTES:
                    raise SourceError(f"{url} gives more than {MOST_BYTES // 2**20} MiB")
        return bytes(data)


def new_client() -> httpx.Client:
    """Follows redirects, waits 20 s for each step."""
    agent = "agentic-search (stories import)"
    return httpx.Client(timeout=20.0, follow_redirects=True, headers={"User-Agent": agent})


def _status(response: httpx.Response) -> str:
    return f"{response.status_code} {response.reason_phrase}".strip()


def _asked_wait(response: httpx.Response) -> float | None:
    """What the server asks for, within reason."""
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), MOST_WAIT) if asked.isdecimal() else None

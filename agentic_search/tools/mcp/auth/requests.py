"""Sends the requests of a sign-in: where they go is said by an MCP server, which anybody may have written.

Metadata, a registration and tokens are asked for at the MCP server's own host, which the operator has chosen, at
addresses of the public internet, and where a setting allows it.
"""

import asyncio
from dataclasses import replace

import aiohttp
import httpx2
from yarl import URL

from agentic_search.network.addresses import AddressRefused, AllowedPlaces, literal_address, read_url
from agentic_search.network.contacts import is_loopback
from agentic_search.network.requests import checked_request, why_unanswered

SIGN_IN_ALLOW = "AGENTIC_SEARCH_SIGN_IN_ALLOW"
LARGEST_ANSWER = 1024 * 1024
"""Bytes read of an authorization server's answer, or of a refusal."""
_TIMEOUT = 20.0
"""Seconds for each request: mcp's own have no limit."""
_PACKINGS = "gzip, deflate"
_PIECE = 16 * 1024
_OF_THE_CONNECTION = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}
"""Headers that are made anew for the connection."""
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}
"""Headers of an answer that hold no more once its body is read."""
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class NotSent(httpx2.ConnectError):
    """A request was held back because signing in failed; its text says why. To callers, as if nobody listened."""


class SignInRequests:
    """What is asked for signing in at one MCP server."""

    def __init__(self, server_url: str, allowed: AllowedPlaces) -> None:
        """`allowed`: beside the MCP server's own host; of a server on this machine that is each name of it."""
        server = httpx2.URL(server_url)
        own = _THIS_MACHINE if is_loopback(server.host) else frozenset({server.host.lower()})
        self._is_encrypted = server.scheme == "https"
        self._allowed = replace(allowed, names=allowed.names | own)

    def check(self, address: httpx2.URL) -> URL:
        """The address as far as it can be known by itself that it may be asked; raises NotSent.

        A server that is reached over TLS may not lead to where secrets are sent in the open.
        """
        if address.scheme != "https" and self._is_encrypted:
            raise NotSent(f"its sign-in leads to {address.scheme}://{address.host}, which is not encrypted")
        try:
            url = read_url(str(address))
            host = url.raw_host or ""
            if (literal := literal_address(host)) is not None and not self._allowed.names_host(host):
                self._allowed.check(literal)
        except AddressRefused as why:
            raise _astray(address, why) from why
        return url

    async def send(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, whatever its status; redirects are not followed. Raises NotSent."""
        url, host = self.check(request.url), request.url.host
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_THE_CONNECTION}
        headers["Accept-Encoding"] = _PACKINGS
        body = await request.aread() or None
        try:
            async with (
                asyncio.timeout(_TIMEOUT),
                checked_request(request.method, url, self._allowed, headers=headers, body=body) as answer,
            ):
                return httpx2.Response(
                    answer.status,
                    headers=[each for each in answer.headers.items() if each[0].lower() not in _OF_THE_BODY],
                    content=await _beginning(answer),
                    request=request,
                )
        except TimeoutError as error:
            raise NotSent(f"{host} took longer than {_TIMEOUT:g} s to answer") from error
        except AddressRefused as why:
            raise _astray(request.url, why) from why
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotSent(f"{host} cannot be reached ({why_unanswered(error)})") from error


def _astray(address: httpx2.URL, why: AddressRefused) -> NotSent:
    return NotSent(f"its sign-in leads to {address.scheme}://{address.host}, which is not asked: {why}")


async def _beginning(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) >= LARGEST_ANSWER:
            break
    return bytes(body[:LARGEST_ANSWER])

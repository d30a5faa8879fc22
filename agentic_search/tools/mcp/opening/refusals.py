"""What HTTP refusals and broken connections mean, in words for people: the cause first, then what to do."""

import os
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import cast

import httpx2

OLDER_TRANSPORT = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})
"""Statuses of a POST by which a server may mean that it speaks the older HTTP with server-sent events."""
WEB_PAGE = (
    'this is a web page, not an MCP endpoint: correct "url" (often it ends in /mcp or /sse); '
    'where the page is a sign-in, add "headers" with a key'
)

_RESOURCE_METADATA = re.compile(r'resource_metadata\s*=\s*"?([^",\s]+)', re.IGNORECASE)
_NO_SESSION = re.compile(
    r"""(?:no|unknown|invalid|missing|expired|bad|unrecogni[sz]ed)\s(?:valid\s|such\s|active\s)?(?:mcp[-\s_]?)?session
    | session(?:[-\s_]?id)?\b[^.\n]{0,80}?\b
      (?:not\s(?:be\s)?(?:found|valid|known|exist|recogni[sz]ed|initiali[sz]ed|active)|unknown|invalid|expired|missing
        |required|terminated|closed|gone|lost|no\slonger|does\snot\sexist|doesn't\sexist|timed?\sout)
    | server\s(?:is\s)?not\s(?:yet\s)?initiali[sz]ed
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ONLY_THAT = re.compile(r"[\s\w:'\"-]{0,80}[.!]?")
_CERTIFICATE_HINT = (
    "its certificate is not trusted ({}): name the file of the authority that signed it in the variable SSL_CERT_FILE"
)


def means_no_session(status: int, body: bytes) -> bool:
    """Whether an HTTP error says that the server does not know the session that was named; nothing was done then."""
    return status == HTTPStatus.NOT_FOUND or bool(_NO_SESSION.search(body.decode(errors="replace")))


def is_about_session_alone(message: str) -> bool:
    """Whether an error told with status 200 is that too: a tool may have sessions of its own, which have names."""
    return len(message) <= len("Bad Request: No valid session ID provided") + 20 and bool(
        _ONLY_THAT.fullmatch(message) and _NO_SESSION.search(message) and not re.search(r"\d|['\"]", message)
    )


def status_line(response: httpx2.Response) -> str:
    """The status in HTTP's words."""
    return f"HTTP {response.status_code} {response.reason_phrase}".rstrip()


def advice(method: str, status: int, headers: Mapping[str, str]) -> str:
    """What to do about an HTTP error; empty where that is not known. `method` is the request's."""
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            metadata = _RESOURCE_METADATA.search(headers.get("www-authenticate", ""))
            sign_in = f", or sign in by OAuth, which it describes at {metadata[1]}" if metadata else ""
            cause = "it wants to know who asks" if status == HTTPStatus.UNAUTHORIZED else "what is sent gives no access"
            return f'{cause}: give it a key by "headers", such as {{"Authorization": "Bearer …"}}{sign_in}'
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED if method == "GET":  # the older one's first request
            return 'the older transport is not spoken at this address: correct "url" or "type"'
        case HTTPStatus.NOT_FOUND | HTTPStatus.METHOD_NOT_ALLOWED:
            return (
                'there is no MCP endpoint at this address: correct "url", or add "type": "sse" for the older transport'
            )
        case HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return "the proxy wants a user and a password: put them into HTTP_PROXY and HTTPS_PROXY"
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.GATEWAY_TIMEOUT:
            return "what stands before the server cannot reach it now; it is tried again"
        case _:
            return ""


def is_web_page(response: httpx2.Response) -> bool:
    """Whether a request was answered by what a browser shows."""
    return response.headers.get("content-type", "").lower().startswith(("text/html", "application/xhtml"))


def reason(error: httpx2.TransportError) -> str:
    """Why a request was not answered: what the system said, where httpx2 says only that all attempts failed."""
    text = str(error) or type(error).__name__
    match error:
        case httpx2.ConnectTimeout():
            return "it takes too long to connect"
        case httpx2.ReadTimeout():
            return "it stopped answering"
        case httpx2.NetworkError():
            number = _system_error(error)
            return os.strerror(number) if number else text
        case _:
            return text


def explained(text: str, error: httpx2.TransportError, url: httpx2.URL) -> str:
    """The same with what to do."""
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError) or "certificate verify failed" in text:
        return _CERTIFICATE_HINT.format(text)
    if isinstance(cause, ssl.SSLError):
        return f'no secure connection ({text}): if it does not speak TLS, begin "url" with http://'
    if isinstance(cause, socket.gaierror):
        return f'no address is known for {url.host!r} ({text}): correct "url", or set HTTPS_PROXY if a proxy is needed'
    if isinstance(error, httpx2.ConnectTimeout):
        return f'{text}: check "url", the network, and the variables HTTPS_PROXY and NO_PROXY'
    if isinstance(cause, ConnectionRefusedError) or "refused" in text.lower():
        return f'{text}: nobody listens there; start the server, or correct "url"'
    return text


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions in a group of groups, or the one that it is."""
    if isinstance(error, BaseExceptionGroup):
        for inner in cast("BaseExceptionGroup[BaseException]", error).exceptions:
            yield from leaves(inner)
    else:
        yield error


def _root(error: BaseException | None) -> BaseException | None:
    """The error of the system or of TLS behind it, of several attempts the last one's."""
    match error:
        case None | ssl.SSLError() | socket.gaierror() | OSError(errno=int()):
            return error
        case BaseExceptionGroup(exceptions=[*_, last]):
            return _root(last)
        case _:
            return _root(error.__cause__ or error.__context__)


def _system_error(error: BaseException) -> int | None:
    match _root(error):
        case ssl.SSLError() | socket.gaierror():
            return None
        case OSError(errno=int(number)):
            return number
        case _:
            return None

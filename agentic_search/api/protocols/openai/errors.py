"""Turns every problem at /v1/ into an error as OpenAI's clients read it, whoever refused the request."""

from typing import Literal

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentic_search.api.problems import MEDIA_TYPE
from agentic_search.api.schemas import Problem
from agentic_search.domain.data import Frozen

PREFIX = "/v1/"
_CODE = "urn:agentic-search:"

ErrorKind = Literal[
    "invalid_request_error", "authentication_error", "permission_error", "rate_limit_error", "server_error"
]
_KINDS: dict[int, ErrorKind] = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


class ErrorDetail(Frozen):
    """What went wrong."""

    message: str
    """What happened and what to do."""
    type: ErrorKind
    param: str | None = None
    """The first bad field."""
    code: str | None = None
    """The error's stable name."""


class ErrorBody(Frozen):
    """An error, in the form of OpenAI."""

    error: ErrorDetail


def error_body(problem: Problem) -> ErrorBody:
    """The same as OpenAI's clients read it: all faults in one message."""
    faults = tuple(f"{fault.field}: {fault.message}" for fault in problem.errors or ())
    return ErrorBody(
        error=ErrorDetail(
            message=" ".join((problem.detail, *faults)),
            type=_KINDS.get(problem.status, "server_error" if problem.status >= 500 else "invalid_request_error"),
            param=problem.errors[0].field if problem.errors else None,
            code=problem.type.removeprefix(_CODE),
        )
    )


def status_of(problem: Problem) -> int:
    """OpenAI answers a field that is bad with 400."""
    return 400 if problem.status == 422 else problem.status


class OpenAIErrors:
    """Passes everything on, and rewrites problems that answer requests below /v1/."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: answer the request."""
        is_ours = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await self._app(scope, receive, _Rewriting(send).send if is_ours else send)


class _Rewriting:
    """One answer on its way."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        """Held, where the answer is a problem."""
        self._body = b""

    async def send(self, message: Message) -> None:
        """Pass it on, or hold it until the problem is whole."""
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith(MEDIA_TYPE):
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_error(self._start)
            return
        await self._send(message)

    async def _send_error(self, start: Message) -> None:
        problem = Problem.model_validate_json(self._body)
        body = error_body(problem).model_dump_json().encode()
        headers = MutableHeaders(raw=start["headers"])
        headers["Content-Type"] = "application/json"
        headers["Content-Length"] = str(len(body))
        if problem.run_id is not None:  # the whole search was made: a client that asks again makes another
            headers["X-Should-Retry"] = "false"
        await self._send({**start, "status": status_of(problem), "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})

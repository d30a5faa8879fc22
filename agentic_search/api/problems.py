"""Turns every error into application/problem+json, which says what happened and what to do."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match

from agentic_search import errors
from agentic_search.api.schemas import FieldError, Problem

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_STATUS: tuple[tuple[type[errors.AgenticSearchError], int], ...] = (
    (errors.PlanRefused, 422),
    (errors.NoSuchTool, 422),
    (errors.NotFound, 404),
    (errors.WrongState, 409),
    (errors.RequestError, 400),
    (errors.Unauthenticated, 401),
    (errors.TooManyRequests, 429),
    (errors.AccessRefused, 403),
    (errors.Overloaded, 503),
    (errors.ShuttingDown, 503),
    (errors.Interrupted, 503),
    (errors.StorageFailed, 503),
    (errors.ToolsNotReady, 503),
    (errors.DeadlinePassed, 504),
    (errors.AgenticSearchError, 502),
)
"""The first class that fits gives the status; so the narrower stands before the wider."""
_IN_OUR_WORDS = {
    "extra_forbidden": "There is no such field here; /openapi.json names those that there are.",
    "missing": "It is missing; it must be given.",
    "json_invalid": "It is no JSON; send one JSON object.",
    "bool_parsing": "It is neither true nor false; write one of them.",
    "bool_type": "It is neither true nor false; write one of them.",
    "dict_type": "It is no object; write {...}.",
    "model_attributes_type": "It is no object; write {...}.",
    "tuple_type": "It is no list; write [...], also around a single value.",
    "too_short": "It is empty; write at least one element, or leave the field out.",
}
"""By pydantic's name of the fault, where its own words leave open what to do."""
_UNREADABLE = "It is no JSON in UTF-8, or it is nested too deep, or a number is too long; send one JSON object."
_TOO_DEEP = (
    "Its lists and objects are nested deeper than AGENTIC_SEARCH_MAX_NESTING allows; nest them less, or raise it."
)
_LATER = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_STATUS_BY_CODE = {kind.code: status for kind, status in reversed(_STATUS)}


class RunProblem(Exception):
    """A run ended without an answer, and its caller waits for one."""

    def __init__(self, run_id: str, detail: str, code: str) -> None:
        super().__init__(detail)
        self.run_id = run_id
        self.code = code


def respond(problem: Problem, *, headers: dict[str, str] | None = None) -> Response:
    """The problem as an HTTP response."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Let every error of `app` leave as a problem."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(errors.AgenticSearchError, _ours)
    app.add_exception_handler(RunProblem, _run_failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, code: str, detail: str, **more: object) -> Problem:
    """What went wrong, under the stable name `code`; `more` are further fields of a Problem."""
    title = HTTPStatus(status).phrase
    return Problem.model_validate(
        {"type": f"urn:agentic-search:{code}", "title": title, "status": status, "detail": detail, **more}
    )


def _field(fault: Mapping[str, Any]) -> str:
    """Its path; of a body that cannot be read the whole."""
    steps = () if fault["type"] == "json_invalid" else fault["loc"]
    return ".".join(str(step) for step in steps if step != "body") or "body"


def _what_to_write(fault: Mapping[str, Any]) -> str:
    """What is wrong with a field, and what belongs there."""
    if isinstance(fault.get("input"), bytes):  # FastAPI reads no body that says it is something else
        return "It is not sent as JSON; send it with the header Content-Type: application/json."
    return _IN_OUR_WORDS.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")  # pydantic's words


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    bad = {_field(each): _what_to_write(each) for each in error.errors()}
    fields = tuple(
        FieldError(field=field, message=message)
        for field, message in bad.items()
        # A list that is too short only because each of its elements is bad is no fault of its own.
        if not any(other.startswith(f"{field}.") for other in bad)
    )
    detail = "The request has " + ("one bad field." if len(fields) == 1 else f"{len(fields)} bad fields.")
    return respond(problem(422, "invalid_request", detail, errors=fields))


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.AgenticSearchError)
    return refusal(error)


def status_of_error(error: errors.AgenticSearchError) -> int:
    """The status with which an error of ours is answered."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def refusal(error: errors.AgenticSearchError) -> Response:
    """The problem that an error of ours is."""
    status = status_of_error(error)
    complaints = error.complaints if isinstance(error, errors.PlanRefused) else ()
    fields = tuple(FieldError(field="plan", message=complaint) for complaint in complaints)
    seconds = error.retry_after if isinstance(error, errors.Overloaded | errors.TooManyRequests) else 1
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else _later(status, seconds)
    return respond(problem(status, error.code, str(error), errors=fields or None), headers=headers)


async def _run_failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RunProblem)
    status = _STATUS_BY_CODE.get(error.code, 502)
    headers = {"Location": f"/runs/{error.run_id}", **_later(status)}
    return respond(problem(status, error.code, str(error), run_id=error.run_id), headers=headers)


def _later(status: int, seconds: int = 1) -> dict[str, str]:
    return {"Retry-After": str(seconds)} if status in _LATER else {}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ValueError | RecursionError):  # while the body was read
        field = FieldError(
            field="body", message=_TOO_DEEP if isinstance(error.__cause__, RecursionError) else _UNREADABLE
        )
        return respond(problem(422, "invalid_request", "The request has one bad field.", errors=(field,)))
    headers = dict(error.headers) if error.headers else {}
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and "route" in request.scope:
        headers["Allow"] = ", ".join(_methods(request))
    name = HTTPStatus(error.status_code).name.lower()
    return respond(problem(error.status_code, name, _advice(request, error)), headers=headers)


def _methods(request: Request) -> Iterator[str]:
    """The methods that the request's path has; the route that refused it need not be the only one of this path."""
    for method in _METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            yield from ("GET", "HEAD") if method == "GET" else (method,)


def _advice(request: Request, error: HTTPException) -> str:
    match error.status_code:
        case 404:
            return f"There is nothing at {request.url.path}. The API is described at /openapi.json."
        case 405:
            return f"{request.method} is not possible at {request.url.path}. The API is described at /openapi.json."
        case _:
            return str(error.detail)


async def _unexpected(request: Request, error: Exception) -> Response:
    logger.error("%s %s broke down", request.method, request.url.path, exc_info=error)
    return respond(problem(500, "internal", "The service broke down at this request; its log has the details."))

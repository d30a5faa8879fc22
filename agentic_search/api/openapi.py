"""The OpenAPI description: each route with its events and problems, and the sentence under each field of a model.

Pydantic can read those sentences itself, at every start and for every class; here they are read when somebody asks.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from agentic_search.api.access.needs import documented
from agentic_search.api.problems import MEDIA_TYPE
from agentic_search.api.protocols.openai.errors import PREFIX, ErrorBody, ErrorDetail, error_body, status_of
from agentic_search.api.schemas import EventMessage, Problem
from agentic_search.domain.data import Frozen

_DETAILS = {
    400: ("bad_request", "The cursor 'x' names no run; begin again without one."),
    401: (
        "unauthenticated",
        "This needs a key: send it as `Authorization: Bearer KEY`, or sign in with it on the page.",
    ),
    403: ("foreign_page", "A page of 'https://other.example' may change nothing here: open the service by localhost."),
    404: ("not_found", "There is no run '3f2a'; ended runs are kept in memory only for a while."),
    408: ("request_timeout", "A request's head must come within 15 s, its body at 1000 bytes a second."),
    409: ("wrong_state", "Run '3f2a' has not ended. Stop it first: POST /runs/3f2a/cancel."),
    413: ("request_entity_too_large", "The request is larger than 4 MiB."),
    421: ("unknown_host", "There is no service of the name 'other.example' here: open the service by localhost."),
    422: ("invalid_request", "The request has one bad field."),
    429: ("too_many_requests", "This key may send 600 requests a minute."),
    431: ("request_header_fields_too_large", "A request's head may have 65536 bytes."),
    502: ("run_failed", "No tool gave a result, so there is nothing to answer from. t1: no such host."),
    503: ("overloaded", "32 searches run and 256 wait: try again in a moment."),
    504: ("deadline_passed", "The deadline of 20 s passed before there was a plan."),
}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds after which to ask again",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
_LATER = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
_SCHEMAS = "#/components/schemas/"
_OF_EVERY_ROUTE = (408, 421, 429, 431)
"""Problems that any route may answer with, before it is asked."""
_OF_EVERY_CHANGE = (403,)
_OF_EVERY_KEY = (401, 403)
_OF_EVERY_BODY = (413, 422)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with problems of these statuses."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    code, detail = _DETAILS[status]
    phrase = HTTPStatus(status).phrase
    example = Problem(type=f"urn:agentic-search:{code}", title=phrase, status=status, detail=detail)
    content = {MEDIA_TYPE: {"example": example.model_dump(exclude_none=True)}}
    response = {"model": Problem, "description": phrase, "content": content}
    return {**response, "headers": _RETRY_AFTER} if status in _LATER else response


def shows(example: BaseModel, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that succeeds with something like `example`."""
    return {status: {"content": {"application/json": {"example": example.model_dump(mode="json")}}}}


def events(example: str, *, of_run: bool = True) -> dict[str, Any]:
    """The content of an answer that is server-sent events; the data of those of a run are EventMessages."""
    form = {"$ref": f"{_SCHEMAS}{EventMessage.__name__}"} if of_run else {"type": "object"}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": form}
    fields = {"id": {"type": "string", "pattern": "^[1-9][0-9]*$"}, "event": {"type": "string"}, "data": data}
    required = ["id", "event", "data"] if of_run else ["event", "data"]
    item = {"type": "object", "properties": fields, "required": required}
    return {"text/event-stream": {"itemSchema": item, "example": example}}


def links_of_run(*, has_tasks: bool) -> dict[str, Any]:
    """Where the id in an answer leads to, and those of its tasks."""
    run = {"run_id": "$response.body#/id"}
    links: dict[str, Any] = {
        name: {"operationId": name, "parameters": run} for name in ("get_run", "run_events", "cancel_run", "forget_run")
    }
    if has_tasks:
        task = {**run, "task_id": "$response.body#/tasks/0/id"}
        for name in ("get_task", "approve_task", "deny_task"):
            links[name] = {"operationId": name, "parameters": task}
    return links


def describe(app: FastAPI) -> None:
    """Put the schema of problems under their own media type, where FastAPI put it under that of the route's success."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _corrected(generate())
        return app.openapi_schema

    app.openapi = openapi


def _corrected(schema: dict[str, Any]) -> dict[str, Any]:
    described = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            _move_problems(operation["responses"])
            needs = documented(method.upper(), path)
            if needs:
                operation["security"] = [{}, {"key": []}]  # where no key was ever made, none is asked for
                named = " and ".join(f"`{need}`" for need in needs)
                operation["description"] += f" Where keys are needed: the scope{'s'[: len(needs) - 1]} {named}."
            for status in _always_possible(method, operation):
                operation["responses"].setdefault(str(status), _reference(status))
            if path.startswith(PREFIX):
                _as_errors(operation["responses"])
    described |= {model.__name__: _schema_of(model) for model in (ErrorBody, ErrorDetail)}
    schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    message = _schema_of(EventMessage)
    described |= message.pop("$defs") | {EventMessage.__name__: message}
    for name in ("HTTPValidationError", "ValidationError"):
        described.pop(name, None)
    for model in _descendants(Frozen):
        if form := described.get(model.__name__):
            for name, text in field_docs(model).items():
                form["properties"].get(name, {}).setdefault("description", text)  # some are never written
    return schema


def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")


def _as_errors(responses: dict[str, Any]) -> None:
    """Below /v1/ problems are answered in OpenAI's form."""
    for status in [status for status, response in responses.items() if MEDIA_TYPE in response.get("content", {})]:
        response = responses.pop(status)
        problem = Problem.model_validate(response["content"][MEDIA_TYPE]["example"])
        example = error_body(problem).model_dump()
        content = {"schema": {"$ref": f"{_SCHEMAS}{ErrorBody.__name__}"}, "example": example}
        responses[str(status_of(problem))] = {**response, "content": {"application/json": content}}


def _always_possible(method: str, operation: dict[str, Any]) -> Iterator[int]:
    """The problems that a route need not name: what it takes says them."""
    yield from _OF_EVERY_ROUTE
    if "security" in operation:
        yield from _OF_EVERY_KEY
    if method != "get":
        yield from _OF_EVERY_CHANGE
    if "requestBody" in operation:
        yield from _OF_EVERY_BODY
    elif any(parameter["in"] == "query" for parameter in operation.get("parameters", ())):
        yield 422


def _reference(status: int) -> dict[str, Any]:
    """The problem of a status, where the description has its form already."""
    described = _response(status)
    (content,) = described["content"].values()
    form = {"$ref": f"{_SCHEMAS}{Problem.__name__}"}
    return {"description": described["description"], "content": {MEDIA_TYPE: {"schema": form, **content}}}


def _descendants(model: type[Frozen]) -> Iterator[type[Frozen]]:
    for child in model.__subclasses__():
        yield child
        yield from _descendants(child)


def _move_problems(responses: dict[str, Any]) -> None:
    """FastAPI lets every route with a parameter answer 422 in a form of its own: ours never do."""
    if "422" in responses and MEDIA_TYPE not in responses["422"]["content"]:
        del responses["422"]
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= HTTPStatus.BAD_REQUEST and MEDIA_TYPE in content:
            for other in content.keys() - {MEDIA_TYPE}:
                content[MEDIA_TYPE].update(content.pop(other))


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings of a model's fields by name, those of its bases included."""
    docs: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            docs |= dict(_documented(base))
    return docs


def _documented(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
            case _:
                continue

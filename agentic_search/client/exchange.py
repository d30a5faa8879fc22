"""Requests to a service and what comes back: checked data, events as they come, or what went wrong."""

from collections.abc import AsyncGenerator, AsyncIterator, Container, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from agentic_search.api.schemas import REFUSED, EventMessage, Problem
from agentic_search.errors import AgenticSearchError
from agentic_search.models.network.address import is_on_this_machine
from agentic_search.plain_json import json_bytes

Data = TypeVar("Data", bound=BaseModel)

_CONNECT = 10.0
"""Seconds; what a run takes is the service's to bound."""
_SHOWN = 200

_OURS = "urn:agentic-search:"


class ServiceProblem(AgenticSearchError):
    """The service refused a request, or could not carry it out; `problem` is what it said."""

    def __init__(self, problem: Problem, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds after which to ask again, where the service said."""
        fields = [f"{each.field}: {each.message}" for each in problem.errors or ()]
        super().__init__("\n  ".join([problem.detail, *fields]))
        self.problem = problem
        self.code = problem.type.removeprefix(_OURS)
        self.status = problem.status
        self.retry_after = retry_after


class NoService(AgenticSearchError):
    """Nothing answers at the service's address, or something else does."""

    code = "no_service"


class Exchange:
    """Sends requests. Every method raises ServiceProblem or NoService."""

    def __init__(self, url: str, *, key: str, transport: httpx.AsyncBaseTransport | None) -> None:
        """`transport`: how requests get there, where not by the network."""
        self.url = url.rstrip("/")
        self.http = httpx.AsyncClient(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=_CONNECT),
            transport=transport,
            trust_env=not is_on_this_machine(self.url),  # no proxy leads to this machine
        )

    async def get(self, kind: type[Data], path: str, **query: object) -> Data:
        """GET; parameters that are None are left out."""
        params = {name: str(value) for name, value in query.items() if value is not None}
        return _read(kind, await self.send("GET", path, params=params))

    async def post(self, kind: type[Data], path: str, body: object = None, **headers: str) -> Data:
        """POST of JSON."""
        return _read(kind, await self.send("POST", path, body=body, headers=headers))

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accepted: Container[int] = (),
    ) -> httpx.Response:
        """Any request; gives the whole answer of one that succeeded, or whose status is `accepted`."""
        content = None if body is None else json_bytes(body)
        sent = {**(headers or {}), **({} if body is None else {"Content-Type": "application/json"})}
        try:
            response = await self.http.request(method, path, content=content, params=params, headers=sent)
        except httpx.HTTPError as error:
            raise self._nobody(error) from error
        if not response.is_success and response.status_code not in accepted:
            raise _problem(response)
        return response

    async def events(self, path: str, *, after: int) -> AsyncIterator[EventMessage]:
        """The events after a number, to the terminal one; a connection that breaks is made again where it was."""
        seen = after
        while True:
            before = seen
            try:
                async with self._stream(path, after=seen) as response:
                    async for event in _messages(response):
                        seen = event.seq
                        yield event
                return
            except httpx.HTTPError as error:
                if seen == before:
                    raise self._nobody(error) from error

    @asynccontextmanager
    async def _stream(self, path: str, *, after: int) -> AsyncGenerator[httpx.Response]:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": str(after)} if after else {})}
        async with self.http.stream("GET", path, headers=headers) as response:
            if not response.is_success:
                await response.aread()
                raise _problem(response)
            yield response

    def _nobody(self, error: httpx.HTTPError) -> NoService:
        return NoService(
            f"Nothing answers at {self.url} ({str(error) or type(error).__name__}): start the service there, by"
            " `agentic-search serve`, or give its address."
        )


async def _messages(response: httpx.Response) -> AsyncIterator[EventMessage]:
    """The data of each server-sent event; the service writes each in one line. Raises ServiceProblem at its refusal."""
    refuses = False
    async for line in response.aiter_lines():
        if line.startswith("event:"):
            refuses = line.removeprefix("event:").strip() == REFUSED
        elif line.startswith("data:") and refuses:
            raise ServiceProblem(Problem.model_validate_json(line.removeprefix("data:"), extra="ignore"))
        elif line.startswith("data:"):
            yield EventMessage.model_validate_json(line.removeprefix("data:"), extra="ignore")


def _read(kind: type[Data], response: httpx.Response) -> Data:
    """What a newer service says besides is left out."""
    try:
        return kind.model_validate_json(response.content, extra="ignore")
    except ValidationError as error:
        raise NoService(
            f"What answers at {response.request.url} is no agentic-search, or one of another version:"
            f" {error.error_count()} fields are not as expected."
        ) from error


def _problem(response: httpx.Response) -> ServiceProblem:
    """As the service says it; a proxy before it may answer in its own way."""
    try:
        problem = Problem.model_validate_json(response.content, extra="ignore")
    except ValidationError:
        said = " ".join(response.text.split())[:_SHOWN]
        detail = f"{response.request.url} answered with {response.status_code} {response.reason_phrase}: {said}"
        problem = Problem(title=response.reason_phrase, status=response.status_code, detail=detail)
    seconds = response.headers.get("Retry-After", "")
    return ServiceProblem(problem, retry_after=float(seconds) if seconds.isdecimal() else None)

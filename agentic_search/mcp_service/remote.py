"""A service that runs beside this process, asked over its HTTP API."""

import json
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport, Started
from agentic_search.errors import AgenticSearchError, NotFound, RequestError
from agentic_search.mcp_service.answers import AvailableTool, AvailableTools
from agentic_search.settings import KEY_VARIABLE

_CONNECT = 2.0
_SILENCE = 60.0
"""Seconds; a service that lives sends something each 15."""


class _ListEntry(BaseModel):
    name: str
    server: str = ""
    reason: str = ""
    state: str = ""
    status: str = ""
    description: str = ""
    read_only: bool = False


class _Lists(BaseModel):
    """What lists of tools and servers have in common."""

    tools: tuple[_ListEntry, ...] = ()
    unusable: tuple[_ListEntry, ...] = ()
    servers: tuple[_ListEntry, ...] = ()


class _BadField(BaseModel):
    field: str
    message: str


class _Refused(BaseModel):
    detail: str
    errors: tuple[_BadField, ...] | None = None


class RemoteSearcher:
    """The service at a base URL; what it refuses is raised as an error of ours."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client` has the base URL, and the key where one is needed."""
        self._client = client

    @staticmethod
    def client(url: str, key: str = "") -> httpx.AsyncClient:
        """For a service at `url`."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(_SILENCE, connect=_CONNECT)
        return httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout, trust_env=False)

    async def start(self, query: Query) -> str:
        """Begin a search; the run's id."""
        body = query.model_dump(mode="json", exclude_defaults=True)
        response = await self._send("POST", "/search", json=body, headers={"Prefer": "respond-async"})
        return Started.model_validate_json(response.content).id

    async def steps(self, run_id: str) -> AsyncGenerator[str, None]:
        """Its thinking steps as they come, until it has ended."""
        try:
            async with self._client.stream("GET", f"/runs/{run_id}/events") as response:
                async for line in response.aiter_lines():
                    if line.startswith("data: "):
                        told = json.loads(line[6:])
                        if "status" in told:  # no event, but why there are no more: the key is over
                            raise RequestError(told["detail"])
                        if told["message"]:
                            yield told["message"]
        except httpx.HTTPError as error:
            raise AgenticSearchError(f"The service at {self._client.base_url} went away: {error!r}.") from error

    async def run(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        try:
            return RunReport.model_validate_json(await self._get(f"/runs/{run_id}"))
        except ValidationError as error:
            raise AgenticSearchError("The running service is of another version: start it anew.") from error

    async def cancel(self, run_id: str) -> None:
        """Stop it."""
        await self._send("POST", f"/runs/{run_id}/cancel")

    async def tools(self) -> AvailableTools:
        """What can be used now."""
        listed = _Lists.model_validate_json(await self._get("/tools"))
        servers = _Lists.model_validate_json(await self._get("/servers")).servers
        usable = (
            AvailableTool(name=it.name, server=it.server, description=it.description, read_only=it.read_only)
            for it in listed.tools
        )
        unusable = (f"{it.name} of {it.server}: {it.reason}" for it in listed.unusable)
        missing = (f"{it.name} {it.state}" for it in servers if it.status not in {"ready", "disabled"})
        return AvailableTools(tools=tuple(usable), unusable=(*unusable, *missing))

    async def _get(self, path: str) -> bytes:
        return (await self._send("GET", path)).content

    async def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise AgenticSearchError(f"No service answers at {self._client.base_url}: {error!r}.") from error
        if response.is_success:
            return response
        try:
            told = _Refused.model_validate_json(response.content)
        except ValidationError:
            raise AgenticSearchError(f"{method} {path} was answered with {response.status_code}.") from None
        faults = [f"{fault.field}: {fault.message}" for fault in told.errors or ()]
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            faults = [f"This program takes it from the variable {KEY_VARIABLE}."]
        kind = NotFound if response.status_code == HTTPStatus.NOT_FOUND else RequestError
        raise kind(" ".join((told.detail, *faults)))

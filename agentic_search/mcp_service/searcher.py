"""Who carries out what the tools ask for: the service in this process, or one that runs beside it."""

from collections.abc import AsyncGenerator
from typing import Protocol

from agentic_search.access.caller import ANYBODY, Caller, need
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunReport
from agentic_search.mcp_service.answers import AvailableTool, AvailableTools
from agentic_search.runs.service import Service


class Searcher(Protocol):
    """Starts runs and finds them; every method may raise AgenticSearchError."""

    async def start(self, query: Query) -> str:
        """Begin a search; the run's id."""
        ...

    def steps(self, run_id: str) -> AsyncGenerator[str, None]:
        """Its thinking steps as they come, until it has ended."""
        ...

    async def run(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        ...

    async def cancel(self, run_id: str) -> None:
        """Stop it; nothing happens to one that has ended."""
        ...

    async def tools(self) -> AvailableTools:
        """What can be used now."""
        ...


class OwnSearcher:
    """The service in this process, for whoever may do anything, or for one request of a caller."""

    def __init__(self, service: Service, caller: Caller = ANYBODY) -> None:
        """`service`: as it is for the caller."""
        self._service = service
        self._caller = caller
        self._begun = set[str]()
        """Runs of this request, whose answer is its caller's also where nothing else may be read."""

    async def start(self, query: Query) -> str:
        """Begin a search; the run's id."""
        run_id = (await self._service.searches.start(query)).id
        if not self._caller.may("read"):
            self._begun.add(run_id)
        return run_id

    async def steps(self, run_id: str) -> AsyncGenerator[str, None]:
        """Its thinking steps as they come, until it has ended."""
        async for come in self._service.searches.follow(run_id):
            for event in come:
                if event.fact.message:
                    yield event.fact.message

    async def run(self, run_id: str) -> RunReport:
        """The run as far as it has come; what was asked before only for who may read. Raises Forbidden."""
        if run_id not in self._begun:
            need(self._caller, "read", "read runs")
        return await self._service.searches.get(run_id)

    async def cancel(self, run_id: str) -> None:
        """Stop it."""
        await self._service.searches.cancel(run_id)

    async def tools(self) -> AvailableTools:
        """What can be used now; raises Forbidden."""
        need(self._caller, "read", "list tools")
        catalog = self._service.tools.catalog()
        usable = (
            AvailableTool(name=it.name, server=it.server, description=it.description, read_only=it.read_only)
            for it in catalog.tools
        )
        unusable = tuple(f"{it.tool} of {it.server}: {it.reason}" for it in catalog.left_out)
        missing = (it for it in self._service.tools.statuses() if it.status not in {"ready", "disabled"})
        return AvailableTools(tools=tuple(usable), unusable=(*unusable, *(f"{it.name} {it.state}" for it in missing)))

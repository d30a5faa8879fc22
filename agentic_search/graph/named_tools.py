"""The tools that a plan may name, also those of servers that are not connected now: "not here" is never "unknown".

A plan that was brought may need a server that is still starting: it is waited for. What was there before and is gone
for now stays known: its tasks fail by their server, and the others run.
"""

from collections.abc import Iterator, Sequence

from agentic_search.domain.query import Query
from agentic_search.domain.tool import BUILT_IN, ServerStatus, Tool
from agentic_search.errors import PlanRefused, ToolsNotReady
from agentic_search.planning.draft.wording import did_you_mean_tool
from agentic_search.tools.catalog import Catalog

_CONNECTING = "connecting"
_MOST_TOLD = 3


def usable_tools(catalog: Catalog, query: Query) -> tuple[Tool, ...]:
    """The tools that the query's plan may have; none where only the service's own are left, which search nothing.

    Who names tools, or brings a plan, may have those alone.
    """
    selected = catalog.select(query.tools, absent=query.brings_a_plan)
    if query.brings_a_plan:
        return selected
    usable = tuple(tool for tool in selected if tool.plannable and not tool.empty)
    return usable if query.tools or any(tool.server != BUILT_IN for tool in usable) else ()


class Missing:
    """The servers whose tools a refused plan may mean, by the names in it that no tool has."""

    def __init__(self, catalog: Catalog, statuses: Sequence[ServerStatus], refused: PlanRefused) -> None:
        self._refused, self._catalog = refused, catalog
        self._unusable = tuple(_unusable(catalog, refused.unknown_tools))
        self.servers: Sequence[ServerStatus] = ()
        if self._unusable or not refused.unknown_tools:
            return
        tools = (*catalog.tools, *catalog.absent)
        known, shared = {tool.server for tool in tools}, {tool.remote_name for tool in tools}
        unknown = [name for name in refused.unknown_tools if name not in shared]  # a name of several is no missing one
        self.servers = [
            status
            for status in statuses
            if status.status not in {"ready", "disabled"}
            and any(_may_offer(status, name, statuses, known) for name in unknown)
        ]

    @property
    def may_come(self) -> bool:
        """Whether any of them is still connecting."""
        return any(status.status == _CONNECTING for status in self.servers)

    def error(self) -> PlanRefused | ToolsNotReady:
        """What to tell the caller: that a server is not there, or else what is wrong with the plan."""
        unknown = self._refused.unknown_tools
        if self._unusable:
            return PlanRefused((*self._refused.complaints, *self._unusable), unknown_tools=unknown)
        if not self.servers:
            return self._refused
        names = ", ".join(f"{name!r}{did_you_mean_tool(name, self._catalog.tools)}" for name in unknown)
        known = f"The plan cannot be checked yet: no connected server has {names}".removesuffix("?")
        end = "?" if names.endswith("?") else "."
        return ToolsNotReady(f"{known}{end} {told_states(self.servers)}")


def told_states(servers: Sequence[ServerStatus]) -> str:
    """Why servers cannot be used now, those that may soon be first: a few of them, one sentence."""
    first = sorted(servers, key=lambda server: server.status != _CONNECTING)
    states = [f"server {it.name!r} {it.state}: {(it.error or 'wait for it').rstrip('.')}" for it in first[:_MOST_TOLD]]
    more = [f"{len(first) - _MOST_TOLD} more are named by GET /servers"] if len(first) > _MOST_TOLD else []
    return f"{'; '.join([*states, *more])}."


def _unusable(catalog: Catalog, names: Sequence[str]) -> Iterator[str]:
    """Why tools of these names, or of `server.tool`, are offered by their servers and cannot be used all the same."""
    for left in catalog.left_out:
        if {left.tool, f"{left.server}.{left.tool}"} & set(names):
            yield f"server {left.server!r} has {left.tool!r}, which cannot be used: {left.reason}"


def _may_offer(status: ServerStatus, name: str, statuses: Sequence[ServerStatus], known: set[str]) -> bool:
    """Whether the server may have the tool: the one that the name begins with, or any that was never connected."""
    named = [other.name for other in statuses if name.startswith(f"{other.name}.")]
    return status.name in named if named else status.name not in known

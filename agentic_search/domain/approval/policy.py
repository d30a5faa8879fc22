"""The rules by which a tool's calls run freely or wait for approval: plain data, the same for a run's whole life.

A plan that a model or the offline planner made is not trusted: of it only what changes nothing runs unasked, and what
the operator, the caller or an earlier word allows. A plan that the caller brings runs as it says, but for tools that
say that they delete or overwrite. Nothing that a model writes or a tool returns is read here.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from glob import escape
from typing import Literal, TypeAlias

from agentic_search.domain.approval.decision import ApprovalWhy, UnusedTool
from agentic_search.domain.tool import FUNCTIONS, Tool

ApprovalSetting: TypeAlias = Literal["writes", "always", "never"]
ToolKey: TypeAlias = tuple[str, str, str]
"""A tool for good: its server, what that server calls it, and what else must be the same for a word to hold."""

_REASONS: Mapping[ApprovalWhy, str] = {
    "writes": "it changes things",
    "destructive": "it may delete or overwrite",
    "unknown": "its server does not say that it only reads",
    "always": "every call is to be approved (AGENTIC_SEARCH_APPROVAL=always)",
}


def key_of(tool: Tool, *, allowed: bool = True) -> ToolKey:
    """By what a word on the tool is remembered.

    What is allowed is this program's tool as it is: another program under the name, or a new danger, is asked for
    anew. What is denied is denied by its name, whatever it says of itself later.
    """
    state = f"{tool.origin} destructive" if tool.destructive else tool.origin
    return (tool.server, tool.remote_name, state if allowed else "")


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """What holds for the tools of one run."""

    setting: ApprovalSetting = "writes"
    """The operator's, for all servers."""
    approve: tuple[str, ...] = ()
    """Globs over the names of tools that the caller lets run unasked."""
    given: bool = False
    """The caller brings the plan."""
    remembered: Mapping[ToolKey, bool] = field(default_factory=dict[ToolKey, bool])
    """What was said for good: whether calls of the tool are allowed."""

    def why_waits(self, tool: Tool) -> ApprovalWhy | None:
        """Why calls of the tool are not made unasked; None where they are. What is denied for good never is."""
        match self._word_on(tool):
            case True:
                return None
            case False:
                return self._by_nature(tool) or "unknown"
            case None:
                return self._by_nature(tool)

    def denies(self, tool: Tool) -> bool:
        """Whether somebody said for good that the tool is not to be called, and nobody says otherwise."""
        return self._word_on(tool) is False

    def allows(self, tool: Tool) -> bool:
        """Whether the caller, the operator or an earlier decision allows this very tool."""
        return self._word_on(tool) is True

    def _word_on(self, tool: Tool) -> bool | None:
        """What the caller, the operator or an earlier decision says of this very tool."""
        if tool.approved or any(fnmatchcase(name, glob) for name in _names(tool) for glob in self.approve):
            return True
        denied = self.remembered.get(key_of(tool, allowed=False)) is False
        return False if denied else self.remembered.get(key_of(tool))

    def _by_nature(self, tool: Tool) -> ApprovalWhy | None:
        if self.setting == "never":
            return None
        if tool.read_only:
            return "always" if self.setting == "always" and not self.given else None
        if tool.destructive:
            return "destructive"
        if self.given:
            return None
        return "writes" if tool.writes else "unknown"


def _names(tool: Tool) -> Iterable[str]:
    return (tool.name, tool.qualified_name)


def reason(why: ApprovalWhy) -> str:
    """Why a tool waits, as a clause for people."""
    return _REASONS[why]


def as_approved(tool: Tool) -> str:
    """What a request has to say so that this tool, and no other, runs unasked."""
    return f'"approve": {_as_glob(tool.name)}'


def _as_glob(name: str) -> str:
    """A server may call its tool `*`: what people copy must not allow all others with it."""
    return json.dumps([escape(name)], ensure_ascii=False)


def unused(tool: Tool, why: ApprovalWhy) -> UnusedTool:
    """That the tool was not used, and how it can be."""
    rule = "readOnly" if why == "unknown" else "approve"
    entry = f'"{rule}": {_as_glob(tool.remote_name)}'
    request = as_approved(tool)
    place = f"add {entry} to the entry of {tool.server} in mcp.json"
    if tool.server == FUNCTIONS:
        entry = "@tool(read_only=True)"
        place = f"declare it with {entry}"
    aim = "if it only reads" if why == "unknown" else "to allow it"
    how = f"{aim}, {place}, or add {request} to the request"
    return UnusedTool(tool=tool.name, server=tool.server, why=why, how=how, entry=entry, request=request)


STRICT = ApprovalRules()
"""Where nobody says anything: what does not only read waits."""

"""The rules by which a tool's calls run freely or wait for approval: plain data, the same for a run's whole life.

A plan that a model or the offline planner made is not trusted: of it only what changes nothing runs unasked, and what
the operator, the caller or an earlier word allows. A plan that the caller brings runs as it says, but for tools that
say that they delete or overwrite. Nothing that a model writes or a tool returns is read here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from agentic_search.domain.approval.decision import ApprovalWhy
from agentic_search.domain.tool import Tool

ApprovalSetting: TypeAlias = Literal["writes", "always", "never"]
ToolKey: TypeAlias = tuple[str, str]
"""A tool for good: its server, and what that server calls it."""

_REASONS: Mapping[ApprovalWhy, str] = {
    "writes": "it changes things",
    "destructive": "it may delete or overwrite",
    "unknown": "its server does not say that it only reads",
    "always": "every call is to be approved (AGENTIC_SEARCH_APPROVAL=always)",
}


def key_of(tool: Tool) -> ToolKey:
    """By what a word on the tool is remembered."""
    return (tool.server, tool.remote_name)


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

    def trusts(self, tool: Tool) -> bool:
        """Whether a planner that understands nothing may choose it: it runs freely, and nothing speaks against it.

        With the setting `never` everything runs freely; what says that it changes things is still not chosen by words.
        """
        return self.why_waits(tool) is None and (
            tool.read_only or self._word_on(tool) is True or not (tool.writes or tool.destructive)
        )

    def _word_on(self, tool: Tool) -> bool | None:
        """What the caller, the operator or an earlier decision says of this very tool."""
        if tool.approved or any(fnmatchcase(name, glob) for name in _names(tool) for glob in self.approve):
            return True
        return self.remembered.get(key_of(tool))

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


def how_to_allow(tool: Tool, why: ApprovalWhy) -> str:
    """What to do so that the tool runs unasked, as a clause for people."""
    rule = "readOnly" if why == "unknown" else "approve"
    entry = f'add "{rule}": ["{tool.remote_name}"] to the entry of {tool.server} in mcp.json'
    return f'{entry}, or "approve": ["{tool.name}"] to the request'


STRICT = ApprovalRules()
"""Where nobody says anything: what does not only read waits."""

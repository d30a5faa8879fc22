"""A call that could be made, and the tools that may be called at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentic_search.domain.approval.policy import ApprovalRules
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.arguments.roles import arguments_of
from agentic_search.planning.offline.choosing.searches import is_named_a_search
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.relevance import ScoredTool


@dataclass(frozen=True, slots=True)
class OfflineCall:
    """A tool with its arguments."""

    tool: Tool
    arguments: JsonObject
    links: "tuple[tuple[str, OfflineCall, str], ...]" = ()
    """Arguments that take a field of another call's result: the argument, the call, the field's path."""


def unique(calls: Sequence[OfflineCall]) -> list[OfflineCall]:
    """Each call once, in order."""
    return [call for index, call in enumerate(calls) if call not in calls[:index]]


def may_be_chosen(tool: Tool, rules: ApprovalRules) -> bool:
    """Whether nothing that is said of the tool speaks against it; it may have to be allowed first."""
    return rules.allows(tool) or not (rules.denies(tool) or (not tool.read_only and (tool.writes or tool.destructive)))


def that_read(scored: Sequence[ScoredTool], question: Question, rules: ApprovalRules) -> Iterator[ScoredTool]:
    """The tools that only read; of those that say nothing of it, what is named so or what the question points at."""
    for each in scored:
        tool = each.tool
        if not may_be_chosen(tool, rules):
            continue
        known = tool.read_only or rules.allows(tool) or is_named_a_search(tool)
        if known or (question.urls and any(argument.role == "url" for argument in arguments_of(tool))):
            yield each

"""Says why no tool can be called without a language model, and what to do."""

from collections.abc import Iterator, Sequence

from agentic_search.domain.approval.policy import ApprovalRules, reason, unused
from agentic_search.domain.tool import Tool
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.offline.arguments.filling import fill
from agentic_search.planning.offline.choosing.calls import may_be_chosen
from agentic_search.planning.offline.reading.question import Question
from agentic_search.planning.offline.reading.wording import intents
from agentic_search.planning.relevance import ScoredTool

_MOST_REASONS = 10
_WHAT_TO_DO = "start a language model (see /models), or give the plan with the request"


def why_not_written(question: Question) -> str:
    """What is asked for is a change of a file, which nothing but a model plans; empty where it is not."""
    if question.paths and "write" in intents(question.text):
        return f"without a language model nothing is written, moved or deleted, only looked up; {_WHAT_TO_DO}"
    return ""


def why_nothing_fits(scored: Sequence[ScoredTool], question: Question, rules: ApprovalRules) -> Iterator[str]:
    """The reasons, of the first few tools one by one."""
    if not scored:
        yield "there are no tools now; see /servers for what is wrong"
        return
    yield f"without a language model none of the {len(scored)} tools can be used; {_WHAT_TO_DO}"
    for each in scored[:_MOST_REASONS]:
        yield f"{each.tool.name!r} {_why_not(each.tool, question, rules)}"
    if len(scored) > _MOST_REASONS:
        yield f"and {len(scored) - _MOST_REASONS} more"


def _why_not(tool: Tool, question: Question, rules: ApprovalRules) -> str:
    if not may_be_chosen(tool, rules):
        return "may delete or overwrite" if tool.destructive else "changes things"
    filling = fill(tool, question)
    if missing := fill(tool, question, freely=True).missing or filling.missing:
        return f"needs {', '.join(map(repr, missing))}, which the question does not give"
    if complaints := argument_complaints(filling.arguments, tool):
        return f"cannot take what the question gives: {complaints[0]}"
    if (why := rules.why_waits(tool)) is not None:
        waits = "does not say that it only reads" if why == "unknown" else f"waits for approval: {reason(why)}"
        return f"{waits}; {unused(tool, why).how}"
    return "has nothing in common with the question"

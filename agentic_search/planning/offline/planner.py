"""Plans without any language model: independent calls that may answer the question.

Only tools that run unasked are called, and only with arguments that the question itself gives. What matches the
question best is taken, and with it a search on every other server, as far as there is room. Tools that say nothing of
themselves, and would have been taken did they not wait for approval, are named with the plan.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from pydantic import JsonValue

from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import ApprovalRules, reason, unused
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.draft.wording import purpose
from agentic_search.planning.offline.filling import ASKING, SEARCHING, Filling, fill
from agentic_search.planning.offline.question import Question, read_question
from agentic_search.planning.planner import DraftStarted, Planned, PlanRequest, PlanStep, TaskReady
from agentic_search.planning.relevance import ScoredTool, by_relevance
from agentic_search.text.lexicon import terms

_CLEARLY_WORSE = 0.4
"""A tool that matches with less than this share of the best match is about something else."""

_GENERAL = frozenset(
    terms("web internet online google bing duckduckgo wikipedia wiki document knowledge anything everything")
)
_MOST_REASONS = 10
_WHAT_TO_DO = "start a language model (see /models), or give the plan with the request"


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool that could be called, and how well it suits the question."""

    tool: Tool
    filling: Filling
    score: float

    @property
    def searches(self) -> bool:
        """It takes a search query."""
        said = {*terms(self.tool.name), *terms(f"{self.tool.title} {self.tool.description}")}
        return bool(ASKING & self.filling.roles) and bool(said & SEARCHING)

    @property
    def is_named_a_search(self) -> bool:
        """Its very name says that it searches."""
        return not SEARCHING.isdisjoint(terms(self.tool.name))

    @property
    def searches_anything(self) -> bool:
        """It takes a search query on any topic."""
        said = {*terms(f"{self.tool.server}_{self.tool.name}"), *terms(self.tool.description)}
        return self.searches and bool(said & _GENERAL)

    def is_about(self, asked: Set[str]) -> bool:
        """A word of the question is in what the tool says of itself, not only in what it says of its arguments."""
        tool = self.tool
        return not asked.isdisjoint(terms(f"{tool.name} {tool.title} {tool.server} {tool.description}"))

    @property
    def was_pointed_at(self) -> bool:
        """The question holds an address, and that is what the tool takes."""
        return "url" in self.filling.roles


class OfflinePlanner:
    """Plans by words alone; the same question and tools give the same plan."""

    def __init__(self, *, most_tasks: int = 4) -> None:
        self._most_tasks = most_tasks

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Make a plan of 1 to `most_tasks` calls; raises PlanRefused where no tool can be called.

        In later rounds it adds nothing, for the words match as they did before: but where what a model planned is
        `lacking`, it adds each call that the model did not plan.
        """
        if request.so_far.plans and not request.lacking:
            yield Planned((), "offline")
            return
        yield DraftStarted("offline", round=request.so_far.next_round)
        question, rules = read_question(request.query), request.approval
        scored = by_relevance(request.query, request.tools)
        calls, asked = list(_possible(scored, question, rules)), set(terms(request.query))
        free = [call for call in calls if rules.why_waits(call.tool) is None]
        chosen = _chosen(free, asked)[: self._most_tasks]
        not_used = tuple(_not_used(_chosen(calls, asked)[: self._most_tasks], rules))
        if not chosen:
            raise PlanRefused(tuple(_why_nothing_fits(scored, question, rules)))
        tasks = self._tasks(chosen, request)
        for task in tasks:
            yield TaskReady(task)
        yield Planned(tasks, "offline", not_used=not_used)

    def _tasks(self, chosen: Sequence[_Call], request: PlanRequest) -> tuple[Task, ...]:
        tools, so_far = request.tools, request.so_far
        planned = [(task.tool, task.arguments) for plan in so_far.plans for task in plan.tasks]
        new = [call for call in chosen if (call.tool.name, call.filling.arguments) not in planned]
        slow_first = sorted(new, key=lambda call: call.tool.slow_seconds, reverse=True)
        return check_added({"tasks": [_draft(call) for call in slow_first]}, tools, earlier=so_far.ids)


def _possible(scored: Sequence[ScoredTool], question: Question, rules: ApprovalRules) -> Iterator[_Call]:
    """Every call that can be made from the question alone, best first; also of tools that it would be good to allow."""
    for each in scored:
        if not _may_be_chosen(each.tool, rules):
            continue
        tried: list[Filling] = []
        for part in _parts(question):
            filling = fill(each.tool, part)
            call = _Call(each.tool, filling, each.score)
            if filling not in tried and _usable(filling, each.tool) and _seems_to_read(call, rules):
                tried.append(filling)
                yield call


def _may_be_chosen(tool: Tool, rules: ApprovalRules) -> bool:
    """Whether nothing that is said of the tool speaks against it; it may have to be allowed first."""
    return rules.allows(tool) or not (rules.denies(tool) or (not tool.read_only and (tool.writes or tool.destructive)))


def _seems_to_read(call: _Call, rules: ApprovalRules) -> bool:
    """A tool of which nothing is said is taken for one that only reads where its name says so, or the question does."""
    if call.tool.read_only or rules.allows(call.tool):
        return True
    return call.is_named_a_search or call.was_pointed_at


def _not_used(calls: Sequence[_Call], rules: ApprovalRules) -> Iterator[UnusedTool]:
    tools = {call.tool.name: call.tool for call in calls}
    for tool in tools.values():
        if (why := rules.why_waits(tool)) is not None:
            yield unused(tool, why)


def _parts(question: Question) -> list[Question]:
    """One question for each address in it, so that a tool for one address is called for all of them."""
    return [replace(question, urls=(url,)) for url in question.urls] or [question]


def _usable(filling: Filling, tool: Tool) -> bool:
    return not filling.missing and not argument_complaints(filling.arguments, tool)


def _chosen(calls: Sequence[_Call], asked: Set[str]) -> list[_Call]:
    """Where the question points, what matches it, what searches anything; failing that, a search on each server."""
    best = max((call.score for call in calls), default=0.0)
    pointed = [call for call in calls if call.was_pointed_at]
    near_best = [call for call in calls if best and call.score >= _CLEARLY_WORSE * best]
    matching = [call for call in near_best if call.is_about(asked) or not call.searches]
    general = [call for call in calls if call.searches_anything]
    elsewhere: Sequence[_Call] = () if matching else _best_of_each_server([call for call in calls if call.searches])
    return _unique([*pointed, *matching, *general, *elsewhere])


def _best_of_each_server(calls: Sequence[_Call]) -> Sequence[_Call]:
    """One search a server; all of them where there is one server only."""
    best: dict[str, _Call] = {}
    for call in sorted(calls, key=lambda call: not call.is_named_a_search):
        best.setdefault(call.tool.server, call)
    return [*best.values()] if len(best) > 1 else calls


def _unique(calls: Sequence[_Call]) -> list[_Call]:
    return [call for index, call in enumerate(calls) if call not in calls[:index]]


def _draft(call: _Call) -> JsonValue:
    return {"tool": call.tool.name, "arguments": call.filling.arguments, "purpose": purpose(call.tool)}


def _why_nothing_fits(scored: Sequence[ScoredTool], question: Question, rules: ApprovalRules) -> Iterator[str]:
    if not scored:
        yield "there are no tools now; see /servers for what is wrong"
        return
    yield f"without a language model none of the {len(scored)} tools can be used; {_WHAT_TO_DO}"
    for each in scored[:_MOST_REASONS]:
        yield f"{each.tool.name!r} {_why_not(each.tool, question, rules)}"
    if len(scored) > _MOST_REASONS:
        yield f"and {len(scored) - _MOST_REASONS} more"


def _why_not(tool: Tool, question: Question, rules: ApprovalRules) -> str:
    if not _may_be_chosen(tool, rules):
        return "may delete or overwrite" if tool.destructive else "changes things"
    filling = fill(tool, question)
    if filling.missing:
        return f"needs {', '.join(map(repr, filling.missing))}, which the question does not give"
    if complaints := argument_complaints(filling.arguments, tool):
        return f"cannot take what the question gives: {complaints[0]}"
    if (why := rules.why_waits(tool)) is not None:
        waits = "does not say that it only reads" if why == "unknown" else f"waits for approval: {reason(why)}"
        return f"{waits}; {unused(tool, why).how}"
    return "has nothing in common with the question"

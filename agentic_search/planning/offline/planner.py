"""Plans without any language model: independent calls that may answer the question.

Only tools that run unasked are called, and only with arguments that the question itself gives. What matches the
question best is taken, and with it a search on every other server, as far as there is room. Tools that say nothing of
themselves, and would have been taken did they not wait for approval, are named with the plan.

Among many tools some always share a word with the question, as `wait_for` does with "how do I wait for a task". So a
search counts for what all tools of its server say, and a tool that the question gives nothing but itself is called only
where one names much of the other.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
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
from agentic_search.planning.offline.filling import Filling, fill
from agentic_search.planning.offline.question import Question, read_question
from agentic_search.planning.offline.roles import Role
from agentic_search.planning.offline.searches import is_general, is_named_a_search, is_search
from agentic_search.planning.offline.tool_words import called_words, told_words
from agentic_search.planning.planner import DraftStarted, Planned, PlanRequest, PlanStep, TaskReady
from agentic_search.planning.relevance import ScoredTool, by_relevance
from agentic_search.text.lexicon import terms

_CLEARLY_WORSE = 0.4
"""A tool that matches with less than this share of the best match is about something else."""

_MUCH = 0.5
"""Share of the words of a question, or of a tool's name."""

_TYPED: frozenset[Role] = frozenset({"text"})
_MOST_REASONS = 10
_WHAT_TO_DO = "start a language model (see /models), or give the plan with the request"


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool that could be called, and how well it suits the question."""

    tool: Tool
    filling: Filling
    score: float
    """How well the tool matches; of a search, how well the best tool of its server does."""
    named: float
    """Which share of the question's words is in what the tool, or of a search any tool of its server, is for."""
    called: float
    """Which share of the words of the tool's name is in the question; 0 for a single word."""
    by_name: bool
    """A word of the question is in the names of the tool or of its server."""

    @property
    def searches(self) -> bool:
        """It takes a search query."""
        return is_search(self.tool, self.filling)

    @property
    def searches_anything(self) -> bool:
        """It takes a search query on any topic."""
        return self.searches and is_general(self.tool)

    @property
    def matches(self) -> bool:
        """Something of the question is what it is for; what is said of its arguments alone does not count."""
        if self.searches:  # what leaves this machine is not asked for a single word of its description
            return self.by_name or self.named > (_MUCH if self.tool.open_world else 0)
        is_given_something = bool(self.filling.arguments) and self.filling.roles != _TYPED
        return is_given_something or self.named > _MUCH or self.called >= _MUCH

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
        # For hundreds of tools it takes a tenth of a second.
        tasks, not_used = await asyncio.to_thread(self._planned, request)
        for task in tasks:
            yield TaskReady(task)
        yield Planned(tasks, "offline", not_used=not_used)

    def _planned(self, request: PlanRequest) -> tuple[tuple[Task, ...], tuple[UnusedTool, ...]]:
        """The tasks, and the tools that would have been called did they not wait for approval."""
        question, rules = read_question(request.query), request.approval
        scored = by_relevance(request.query, request.tools)
        calls = list(_possible(scored, question, rules))
        free = [call for call in calls if rules.why_waits(call.tool) is None]
        chosen = _chosen(_of_their_servers(free, scored, question))[: self._most_tasks]
        wished = _chosen(_of_their_servers(calls, scored, question))[: self._most_tasks]
        if not chosen:
            raise PlanRefused(tuple(_why_nothing_fits(scored, question, rules)))
        return self._tasks(chosen, request), tuple(_not_used(wished, rules))

    def _tasks(self, chosen: Sequence[_Call], request: PlanRequest) -> tuple[Task, ...]:
        tools, so_far = request.tools, request.so_far
        planned = [(task.tool, task.arguments) for plan in so_far.plans for task in plan.tasks]
        new = [call for call in chosen if (call.tool.name, call.filling.arguments) not in planned]
        slow_first = sorted(new, key=lambda call: call.tool.slow_seconds, reverse=True)
        return check_added({"tasks": [_draft(call) for call in slow_first]}, tools, earlier=so_far.ids)


def _possible(scored: Sequence[ScoredTool], question: Question, rules: ApprovalRules) -> Iterator[_Call]:
    """Every call that can be made from the question alone, best first; also of tools that it would be good to allow."""
    asked = frozenset(terms(question.text))
    for each in scored:
        if not _may_be_chosen(each.tool, rules):
            continue
        tried: list[Filling] = []
        for part in _parts(question):
            filling = fill(each.tool, part)
            named, by_name = asked & told_words(each.tool), asked & called_words(each.tool)
            call = _Call(each.tool, filling, each.score, _share(named, asked), _called(each.tool, asked), bool(by_name))
            if filling not in tried and _usable(filling, each.tool) and _seems_to_read(call, rules):
                tried.append(filling)
                yield call


def _of_their_servers(calls: Sequence[_Call], scored: Sequence[ScoredTool], question: Question) -> list[_Call]:
    """The calls, a search of each server weighed by all that the server's tools say."""
    asked = frozenset(terms(question.text))
    best: dict[str, float] = {}
    named: dict[str, frozenset[str]] = {}
    for each in scored:
        server = each.tool.server
        best[server] = max(each.score, best.get(server, 0.0))
        named[server] = named.get(server, frozenset()) | (asked & told_words(each.tool))
    searches = _search_of_each_server(calls)
    return [
        replace(call, score=best[call.tool.server], named=_share(named[call.tool.server], asked))
        if call is searches.get(call.tool.server)
        else call
        for call in calls
    ]


def _called(tool: Tool, asked: frozenset[str]) -> float:
    name = frozenset(terms(tool.name))
    return _share(name & asked, name) if len(name & asked) > 1 else 0.0


def _share(words: frozenset[str], of: frozenset[str]) -> float:
    return len(words) / max(1, len(of))


def _may_be_chosen(tool: Tool, rules: ApprovalRules) -> bool:
    """Whether nothing that is said of the tool speaks against it; it may have to be allowed first."""
    return rules.allows(tool) or not (rules.denies(tool) or (not tool.read_only and (tool.writes or tool.destructive)))


def _seems_to_read(call: _Call, rules: ApprovalRules) -> bool:
    """A tool of which nothing is said is taken for one that only reads where its name says so, or the question does."""
    if call.tool.read_only or rules.allows(call.tool):
        return True
    return is_named_a_search(call.tool) or call.was_pointed_at


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


def _chosen(calls: Sequence[_Call]) -> list[_Call]:
    """Where the question points, what matches it, what searches anything; failing that, a search on each server.

    Of those last, searches that leave this machine only where there is no other.

    Only where there is nothing of all that, what is as near as these to the question, though it names little of it.
    """
    best = max((call.score for call in calls), default=0.0)
    best_search = max((call.score for call in calls if call.searches), default=0.0)
    pointed = [call for call in calls if call.was_pointed_at]
    near_best = [
        call for call in calls if call.score and call.score >= _CLEARLY_WORSE * (best_search if call.searches else best)
    ]
    matching = sorted((call for call in near_best if call.matches), key=lambda call: -call.score)
    general = [call for call in calls if call.searches_anything]
    searches = [*_search_of_each_server(calls).values()]
    elsewhere = searches if len(searches) > 1 else [call for call in calls if call.searches]
    elsewhere = [call for call in elsewhere if not call.tool.open_world] or elsewhere
    return _unique([*pointed, *matching, *general, *(() if matching else elsewhere)]) or near_best


def _search_of_each_server(calls: Sequence[_Call]) -> dict[str, _Call]:
    """One search a server: the best of those whose very names say that they search, if there are any."""
    found: dict[str, _Call] = {}
    for call in sorted((call for call in calls if call.searches), key=lambda call: not is_named_a_search(call.tool)):
        found.setdefault(call.tool.server, call)
    return found


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

"""Plans without any language model: independent calls that may answer the question.

Only tools that run unasked are called, and only with arguments that the question itself gives: what it asks for by its
frame or points at, one search on every server that searches, and other tools where most of what they need is named.
Tools that say nothing of themselves, and would have been called did they not wait for approval, are named with it.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from pydantic import JsonValue

from agentic_search.domain.approval.decision import UnusedTool
from agentic_search.domain.approval.policy import ApprovalRules, unused
from agentic_search.domain.plan import Task
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.draft.wording import purpose
from agentic_search.planning.offline.choosing.calls import OfflineCall, that_read, unique
from agentic_search.planning.offline.choosing.chains import read_what_is_found
from agentic_search.planning.offline.choosing.fitting import fitting, fitting_beside
from agentic_search.planning.offline.choosing.intended import intended
from agentic_search.planning.offline.choosing.servers import searches
from agentic_search.planning.offline.reading.question import Question, read_question
from agentic_search.planning.offline.reading.wording import compared
from agentic_search.planning.offline.refusing import why_not_written, why_nothing_fits
from agentic_search.planning.planner import DraftStarted, Planned, PlanRequest, PlanStep, TaskReady, next_number
from agentic_search.planning.relevance import ScoredTool, by_relevance

_GAP = re.compile(r"\s{8,}")
"""Says no more than one blank does; patterns would try each place in thousands of blanks anew."""


class OfflinePlanner:
    """Plans by words alone; the same question and tools give the same plan."""

    def __init__(self, *, most_tasks: int = 8) -> None:
        self._most_tasks = most_tasks

    async def plan(self, request: PlanRequest) -> AsyncGenerator[PlanStep, None]:
        """Make a plan of searches and at most `most_tasks` other calls; raises PlanRefused where no tool can be called.

        In later rounds it adds nothing, for the words match as they did before: but where what a model planned is
        `lacking`, it adds each call that the model did not plan.
        """
        if request.so_far.plans and not request.lacking:
            yield Planned((), "offline")
            return
        yield DraftStarted("offline", round=request.so_far.next_round)
        # For hundreds of tools it takes some hundredths of a second.
        tasks, not_used = await asyncio.to_thread(self._planned, request)
        for task in tasks:
            yield TaskReady(task)
        yield Planned(tasks, "offline", not_used=not_used)

    def _planned(self, request: PlanRequest) -> tuple[tuple[Task, ...], tuple[UnusedTool, ...]]:
        """The tasks, and the tools that would have been called did they not wait for approval."""
        question, rules = read_question(_GAP.sub(" ", request.query)), request.approval
        if complaint := why_not_written(question):
            raise PlanRefused((complaint,))
        scored = by_relevance(request.query, request.tools)
        reading = list(that_read(scored, question, rules))
        free = [each for each in reading if rules.why_waits(each.tool) is None]
        chosen = self._chosen(free, question)
        wished = self._chosen(reading, question) if len(free) < len(reading) else chosen
        if not chosen:
            raise PlanRefused(tuple(why_nothing_fits(scored, question, rules)))
        return self._tasks(chosen, request), tuple(_not_used(wished, rules))

    def _chosen(self, scored: Sequence[ScoredTool], question: Question) -> list[OfflineCall]:
        """What is asked for, searches, and what else fits."""
        meant = intended([each.tool for each in scored], question)
        searched = searches(scored, question, compared(question.text))
        meant += read_what_is_found([each.tool for each in scored], searched, question)
        used = {call.tool.name for call in (*meant, *searched)}
        others = [each for each in scored if each.tool.name not in used]
        fits = fitting_beside(others, question) if used else fitting(others, question)
        return unique([*unique([*meant, *fits])[: self._most_tasks], *searched])

    def _tasks(self, chosen: Sequence[OfflineCall], request: PlanRequest) -> tuple[Task, ...]:
        tools, so_far = request.tools, request.so_far
        planned = [(task.tool, task.arguments) for plan in so_far.plans for task in plan.tasks]
        new = [call for call in chosen if (call.tool.name, call.arguments) not in planned]
        slow_first = sorted(new, key=lambda call: call.tool.slow_seconds, reverse=True)
        numbered = [*enumerate(slow_first, next_number(so_far.ids))]
        drafts = [draft for number, call in numbered for draft in _draft(number, call, numbered)]
        return check_added({"tasks": drafts}, tools, earlier=so_far.ids)


def _not_used(calls: Sequence[OfflineCall], rules: ApprovalRules) -> Iterator[UnusedTool]:
    tools = {call.tool.name: call.tool for call in calls}
    for tool in tools.values():
        if (why := rules.why_waits(tool)) is not None:
            yield unused(tool, why)


def _draft(number: int, call: OfflineCall, numbered: Sequence[tuple[int, OfflineCall]]) -> Iterator[JsonValue]:
    """The task as a draft; none where it takes what a task gives that is not in this plan."""
    linked = {
        name: f"${{t{place}{path}}}" for name, source, path in call.links for place, each in numbered if each == source
    }
    if len(linked) == len(call.links):
        arguments = {**call.arguments, **linked}
        yield {"id": f"t{number}", "tool": call.tool.name, "arguments": arguments, "purpose": purpose(call.tool)}

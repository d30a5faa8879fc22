"""Shows quotations while a model works: what the offline planner would call runs before the model has planned anything.

Only calls that read, on this machine, and that need no approval. They come after the calls of plans, and share with
them: an equal call of the plan takes the same result. How they fail is of no interest: the run goes on without them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from agentic_search.domain.outcome import Outcome
from agentic_search.domain.plan import Plan, Task
from agentic_search.domain.tool import Tool, by_any_name
from agentic_search.errors import PlanRefused
from agentic_search.events.facts import AnswerPreview, Emit
from agentic_search.planning.draft.check import needs
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import Planned, PlanRequest
from agentic_search.scheduler.runner import Runner
from agentic_search.synthesis.evidence.writer_input import WriterInput, in_thread_if_large, make_writer_input
from agentic_search.synthesis.extracts.quotations import quotations_of
from agentic_search.synthesis.markdown.html import AnswerHtml
from agentic_search.tracing.names import PREVIEW
from agentic_search.tracing.spans import spanned

logger = logging.getLogger(__name__)
_MOST_SHOWN = 3
"""Previews of one run: at once, and where more results change it."""


class Preview:
    """The preview of one run; an async context manager that leaves no call behind."""

    def __init__(self, make_runner: Callable[[], Runner], emit: Emit, *, barred: Container[str]) -> None:
        """`make_runner` gives a runner that emits nothing; one runs each call, so that each can be given up alone.

        `barred`: servers that are not to be called, whatever they say of their tools.
        """
        self._make_runner = make_runner
        self._emit = emit
        self._barred = barred
        self._tools: dict[str, Tool] = {}
        self._group = asyncio.TaskGroup()
        self._planning: asyncio.Task[None] | None = None
        self._calls: list[tuple[Task, asyncio.Task[None]]] = []
        self._plan = Plan.model_construct(tasks=())
        self._outcomes: dict[str, Outcome] = {}
        self._shown: list[AnswerPreview] = []

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        # The group is not told of the block's own error: it would wrap it in an exception group.
        await self._group.__aexit__(None, None, None)

    def begin(self, request: PlanRequest) -> None:
        """Plan, and make the calls, while the caller goes on."""
        self._planning = self._group.create_task(_supervised(self._prepare(request)), name="preview")

    def keep_only(self, tasks: Sequence[Task]) -> None:
        """Give up the calls under way that a plan of these tasks does not make."""
        wanted = [self._call_of(task) for task in tasks]
        for task, call in self._calls:
            if self._call_of(task) not in wanted:
                call.cancel()

    def end(self) -> None:
        """Give up every call, and show nothing more."""
        if self._planning:
            self._planning.cancel()
        for _, call in self._calls:
            call.cancel()

    def _call_of(self, task: Task) -> object:
        tool = self._tools.get(task.tool)
        return (tool.name, tool.whole_arguments(task.arguments)) if tool else (task.tool, task.arguments)

    def _is_allowed(self, tool: Tool, request: PlanRequest) -> bool:
        here = tool.open_world is False and tool.server not in self._barred
        return here and tool.read_only and request.approval.why_waits(tool) is None

    async def _prepare(self, request: PlanRequest) -> None:
        allowed = tuple(tool for tool in request.tools if self._is_allowed(tool, request))
        try:
            planned = await _planned(replace(request, tools=allowed)) if allowed else ()
        except PlanRefused:
            return
        self._tools = by_any_name(allowed)
        # What reads another task's result would come too late to be of use.
        self._plan = Plan.model_construct(tasks=tuple(task for task in planned if not needs(task)))
        for task in self._plan.tasks:
            call = self._group.create_task(_supervised(self._call(task, request)), name=f"preview {task.tool}")
            self._calls.append((task, call))

    async def _call(self, task: Task, request: PlanRequest) -> None:
        with spanned(lambda run: run.aside(PREVIEW)):
            runner = self._make_runner()
            runner.know(self._tools.values())
            self._outcomes |= await runner.run(Plan(tasks=(task,)))
        is_last = len(self._outcomes) == len(self._plan.tasks)
        if is_last or len(self._shown) < _MOST_SHOWN - 1:
            outcomes = dict(self._outcomes)
            make = partial(make_writer_input, request.query, self._plan, outcomes)
            found = await in_thread_if_large(outcomes, make)
            await self._show(replace(found, earlier=tuple(request.earlier)))

    async def _show(self, found: WriterInput) -> None:
        fact = await in_thread_if_large(found, lambda: preview_of(found))
        if fact is not None and len(self._shown) < _MOST_SHOWN and fact not in self._shown[-1:]:
            self._shown.append(fact)
            self._emit(fact)


def preview_of(found: WriterInput) -> AnswerPreview | None:
    """The quotations as they are shown; None where they do not answer the question. Marks are text, not links."""
    quotations = quotations_of(found)
    if quotations.nothing_found or not quotations.sources:
        return None
    return AnswerPreview(html=AnswerHtml(()).render(quotations.text), sources=quotations.sources)


async def _supervised(work: Awaitable[None]) -> None:
    """Whatever goes wrong with a preview costs the preview alone."""
    try:
        await work
    except Exception:
        logger.exception("A preview failed")


async def _planned(request: PlanRequest) -> tuple[Task, ...]:
    """What the offline planner would call; raises PlanRefused."""
    async for step in OfflinePlanner().plan(request):
        if isinstance(step, Planned):
            return step.tasks
    return ()

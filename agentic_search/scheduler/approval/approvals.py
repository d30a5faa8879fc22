"""Who has a say in one run: tasks that wait for somebody's word, and calls under way whose servers ask something.

Where nobody can be asked a task that waits is denied at once, and servers get no answer.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import TypeAdapter

from agentic_search.clock import PausableLimits
from agentic_search.domain.approval.decision import ApprovalWhy, Decision, WaitingCall
from agentic_search.domain.approval.policy import ApprovalRules, as_approved, key_of, reason, unused
from agentic_search.domain.approval.question import Ask, UserAnswer, UserQuestion
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.events.facts import ApprovalDenied, ApprovalGiven, ApprovalNeeded, Emit
from agentic_search.events.journal import Journal, NoJournal
from agentic_search.scheduler.approval.memory import ApprovalMemory

_DECISION = TypeAdapter(Decision)


@dataclass(frozen=True, slots=True)
class _Pending:
    """One thing that waits for a decision."""

    task: Task
    tool: Tool
    take: Callable[[Decision], None]
    name: str
    """Of the step that the decision is, in the run's journal."""
    call: WaitingCall
    """As it is told."""


class Approvals:
    """What waits in one run, and the decisions on it."""

    def __init__(
        self,
        emit: Emit,
        rules: ApprovalRules,
        memory: ApprovalMemory,
        *,
        attended: bool,
        journal: Journal | None = None,
    ) -> None:
        """`attended`: somebody follows the run and can be asked. `journal`: what is decided there is not asked."""
        self._emit = emit
        self._journal = journal or NoJournal()
        self._rules = rules
        self._memory = memory
        self._attended = attended
        self._pending: dict[str, _Pending] = {}
        self._asked: Counter[str] = Counter()
        """Questions of servers, by task."""
        self._asking: dict[str, asyncio.Lock] = {}
        """By task: of several calls of one task whose servers ask, one after another does."""

    def __repr__(self) -> str:
        return f"<Approvals: {len(self._pending)} tasks wait>"

    def why_held(self, tool: Tool | None) -> ApprovalWhy | None:
        """Why a task of the tool waits for somebody's word; a tool that nobody knows waits."""
        return "unknown" if tool is None else self._rules.why_waits(tool)

    def hold(self, task: Task, tool: Tool, waiting: WaitingCall, decided: Callable[[str | None], None]) -> None:
        """A task waits: `decided` is called once, with None where it may run, else with why it may not, for people."""
        if self._rules.denies(tool):
            self._emit(ApprovalDenied(id=task.id, tool=task.tool, by="always", always=True))
            decided(f"denied by the user for good; to allow it once, add {as_approved(tool)} to the request")
        elif not self._attended:
            why, how = reason(waiting.why), unused(tool, waiting.why).how
            decided(f"it waits for approval, and this caller cannot be asked: {why}; {how}")
        else:
            pending = _Pending(
                task,
                tool,
                lambda decision: decided(None if decision.allowed else "denied by the user"),
                name=f"decision {task.id} {tool.qualified_name}",
                call=waiting,
            )
            self._wait(pending)

    def decide(self, task_id: str, decision: Decision) -> None:
        """Somebody's word on a task; raises WrongState where it waits for none, or for another kind."""
        pending = self._pending.get(task_id)
        decision.refuse_unfit(task_id, pending and pending.call)
        assert pending is not None, "a decision on nothing is refused"
        self._settle(pending, decision)
        if decision.always:
            self._memory.note(key_of(pending.tool, allowed=decision.allowed), allowed=decision.allowed)
            for other in [each for each in self._pending.values() if not each.call.is_question]:
                if key_of(other.tool) == key_of(pending.tool):
                    self._settle(other, decision.model_copy(update={"by": "always"}))

    def forget(self, task_id: str) -> None:
        """The task has ended: nothing of it waits any more."""
        self._pending.pop(task_id, None)
        self._asking.pop(task_id, None)

    def questions(self, task: Task, tool: Tool | None, limits: PausableLimits) -> "CallQuestions":
        """What the server of a call that begins may ask; time spent on it does not count in the call's `limits`."""
        return CallQuestions(self, task, tool if self._attended else None, limits)

    async def ask(
        self, task: Task, tool: Tool, question: UserQuestion, answer: "asyncio.Future[Decision | None]"
    ) -> UserAnswer:
        """Ask the user; `answer` gets None where the question is void."""
        async with self._asking.setdefault(task.id, asyncio.Lock()):
            if answer.done():
                return UserAnswer(action="cancel")
            self._asked[task.id] += 1
            asked = WaitingCall(
                why="asked by the server",
                question=question.message,
                answer_schema=question.answer_schema,
                url=question.url,
            )
            pending = _Pending(
                task,
                tool,
                lambda decision: None if answer.done() else answer.set_result(decision),
                name=f"answer {task.id} {self._asked[task.id]} {question.message}",
                call=asked,
            )
            self._wait(pending)
            try:
                decision = await answer
            finally:
                if self._pending.get(task.id) is pending:
                    del self._pending[task.id]
        if decision is None:
            return UserAnswer(action="cancel")
        if not decision.allowed:
            return UserAnswer(action="decline")
        return UserAnswer(action="accept", content=decision.answer or {})

    def _wait(self, pending: _Pending) -> None:
        self._pending[pending.task.id] = pending
        self._emit(_needed(pending))
        if (before := self._journal.get(pending.name, _DECISION)) is not None:
            self._settle(pending, before)

    def _settle(self, pending: _Pending, decision: Decision) -> None:
        self._journal.put(pending.name, decision)
        kind = ApprovalGiven if decision.allowed else ApprovalDenied
        task = pending.task
        del self._pending[task.id]
        self._emit(kind(id=task.id, tool=task.tool, by=decision.by, always=decision.always))
        pending.take(decision)


class CallQuestions:
    """What the server of one call asks the user, until the call ends."""

    def __init__(self, approvals: Approvals, task: Task, tool: Tool | None, limits: PausableLimits) -> None:
        """Without a `tool` nobody can be asked."""
        self._approvals = approvals
        self._task = task
        self._tool = tool
        self._limits = limits
        self._open: set[asyncio.Future[Decision | None]] = set()
        self._closed = False

    @property
    def ask(self) -> Ask | None:
        """How the call asks; None where nobody can be asked."""
        tool = self._tool
        if tool is None:
            return None

        async def ask(question: UserQuestion) -> UserAnswer:
            if self._closed:
                return UserAnswer(action="cancel")
            answer: asyncio.Future[Decision | None] = asyncio.get_running_loop().create_future()
            self._open.add(answer)
            try:
                with self._limits.paused():
                    return await self._approvals.ask(self._task, tool, question, answer)
            finally:
                self._open.discard(answer)

        return ask

    def close(self) -> None:
        """The call has ended: whatever its server still asks is void."""
        self._closed = True
        for answer in self._open:
            if not answer.done():
                answer.set_result(None)


def _needed(pending: _Pending) -> ApprovalNeeded:
    task, told = pending.task, pending.call.model_dump()
    return ApprovalNeeded(id=task.id, tool=task.tool, server=pending.tool.server, purpose=task.purpose, **told)

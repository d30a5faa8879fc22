"""One run in memory: its channel, its record, and the supervisor that ends it with exactly one terminal fact."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Sequence
from typing import cast

from agentic_search.clock import Clock
from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.query import ContinuedQuery, ConversationQuery, Query
from agentic_search.domain.run import TaskRecord
from agentic_search.domain.spending import Spending, spending_of_run
from agentic_search.engine.past import Past
from agentic_search.engine.protocols import Decide, Observe, Program
from agentic_search.errors import AgenticSearchError, NotFound, WrongState
from agentic_search.events.channel import Channel
from agentic_search.events.event import Event
from agentic_search.events.facts import Fact, PlanFallback, RunCancelled, RunFailed, RunQueued
from agentic_search.events.journal import Journal, NoJournal
from agentic_search.events.log_lines import log_end
from agentic_search.events.record import RunRecord

_CUT_OFF = "The service was stopped while the plan was being written."
_ITSELF = "itself"
"""Who has cancelled a run that nobody else did."""

logger = logging.getLogger(__name__)


class LiveRun:
    """A run in this process, from its start to when it is forgotten."""

    def __init__(
        self,
        run_id: str,
        query: Query,
        *,
        thread_id: str,
        clock: Clock,
        on_end: Callable[[str], None],
        attended: bool = False,
        holds: bool = False,
        before: Sequence[Event] = (),
        created_at: str | None = None,
        observe: Observe | None = None,
    ) -> None:
        """`on_end` is called once, with the run's id, when its terminal fact was emitted; `observe` at every event.

        `holds`: nobody is told of an event before it is kept.
        `before` and `created_at`: what it emitted in a process that died, and when it was asked for.
        """
        self.id = run_id
        self.thread_id = thread_id
        self.query = query
        self.attended = attended
        self.earlier: tuple[Turn, ...] = ()
        """What was asked and answered in its conversation before it began."""
        self.journal: Journal = NoJournal()
        self.record = RunRecord(
            run_id,
            thread_id=thread_id,
            query=query.query,
            created_at=created_at or clock.wall().isoformat(timespec="milliseconds"),
        )
        for event in before:
            self.record.apply(event)
        self.channel = Channel(run_id, clock, observe=self._record_event, before=before, holds=holds)
        has_begun = any(not isinstance(event.fact, RunQueued) for event in before)
        self._past = Past(before) if has_begun else None
        channel, record = self.channel, self.record
        self.spent = Spending(lambda: channel.elapsed, lambda: record.tool_seconds, from_beginning=self._past is None)
        self._on_end = on_end
        self._observe = observe
        self._decide: Decide | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled_by: str | None = None

    def __repr__(self) -> str:
        return f"<LiveRun {self.id!r} {self.record.status}>"

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self.channel.elapsed

    @property
    def goes_on(self) -> bool:
        """Whether it began in a process that died."""
        return self._past is not None

    def emit(self, fact: Fact) -> None:
        """Emit a fact of this run, unless it has told it in a process that died."""
        if self._past is None or not self._past.has(fact):
            self.channel.emit(fact)

    def void_draft(self) -> None:
        """Tell that a plan which was being written when the process died is not used."""
        if self._past is not None and self._past.in_draft:
            self._past.drop_draft()
            self.channel.emit(PlanFallback(reason=_CUT_OFF, instead="It is planned anew."))

    def on_decision(self, decide: Decide) -> None:
        """Have decisions on the run's tasks given to `decide`."""
        self._decide = decide

    def decide(self, task_id: str, decision: Decision) -> TaskRecord:
        """Somebody's word on a task; gives the task as it is then. Raises NotFound or WrongState."""
        if self.record.task(task_id) is None:
            raise NotFound(f"Run {self.id!r} has no task {task_id!r}.")
        if self.channel.closed or self._decide is None:
            raise WrongState(f"Run {self.id!r} {'has ended' if self.channel.closed else 'has not begun'}.")
        self._decide(task_id, decision)
        task = self.record.task(task_id)
        assert task is not None, "a task that was there stays"
        return task

    def _record_event(self, event: Event) -> None:
        self.record.apply(event)
        log_end(event, self.record)
        if self._observe is not None:
            self._observe(event, self.record)
        if event.fact.terminal:
            self._let_go()
            self._on_end(self.id)

    def _let_go(self) -> None:
        """Keep nothing that only a run that lives needs.

        Else a run that is kept keeps the answers of those that are forgotten; and what refers to the run in a circle
        would stay, with all results, until the garbage collector looks at old objects, which it rarely does.
        """
        self.earlier, self.journal, self._past = (), NoJournal(), None
        if isinstance(self.query, ContinuedQuery):
            self.query = self.query.model_copy(update={"kept": {}, "done": {}, "plan": None})
        elif isinstance(self.query, ConversationQuery):
            self.query = self.query.model_copy(update={"turns": ()})
        self._decide = self._task = None

    def begin(self, program: Program, group: asyncio.TaskGroup) -> "asyncio.Task[None]":
        """Leave the queue: carry the program out in a task of `group`."""
        self.channel.restart_clock()
        task = self._task = group.create_task(self._supervise(program), name=f"run {self.id}")
        task.add_done_callback(self._end_if_never_begun)
        return task

    def cancel(self, by: str) -> None:
        """Stop it; only the first call counts."""
        if self.channel.closed or self._cancelled_by:
            return
        self._cancelled_by = by
        if self._task is None:
            self.emit(RunCancelled(by=by))
        else:
            self._task.cancel()

    def leave(self) -> None:
        """Stop it without an end: another process, or the next start of this one, goes on with it."""
        self.channel.leave()
        if self._task is not None:
            self._task.cancel()

    async def _supervise(self, program: Program) -> None:
        """Whatever happens in the program, the run ends with one terminal fact and nothing escapes but cancellation."""
        self.spent.begin()
        spending_of_run.set(self.spent)
        try:
            self.emit(await program(self, self.query))
        except asyncio.CancelledError as cancelled:
            self._emit_cancelled()
            _clear_frames(cancelled)
            raise
        except AgenticSearchError as error:
            self._emit_failed(str(error), error.code)
            _clear_frames(error)
        except Exception as error:
            logger.exception("run %s broke down", self.id)
            text = "The search broke down because of a fault in the service; its log has the details."
            self._emit_failed(text, "internal")
            _clear_frames(error)

    def _end_if_never_begun(self, _: "asyncio.Task[None]") -> None:
        """A task that is cancelled before its first step runs none of its code: its run must end all the same."""
        if not self.channel.closed:
            self._emit_cancelled()

    def _emit_failed(self, error: str, code: str) -> None:
        spent = self.spent
        self.emit(
            RunFailed(
                error=error,
                code=code,
                timings=spent.timings(),
                usage=spent.usage,
                process=spent.process(),
                receipt=spent.receipt,
            )
        )

    def _emit_cancelled(self) -> None:
        by = self._cancelled_by or _ITSELF
        spent = self.spent
        self.emit(
            RunCancelled(
                by=by,
                timings=spent.timings(),
                usage=spent.usage,
                process=spent.process(),
                receipt=spent.receipt,
            )
        )


def _clear_frames(error: BaseException) -> None:
    """Clear what an error's frames hold: some hold the error itself, and with it, as a circle, all of the run."""
    seen: set[BaseException] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.add(each)
        traceback.clear_frames(each.__traceback__)
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", each).exceptions

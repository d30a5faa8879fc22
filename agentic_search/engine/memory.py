"""The engine that keeps runs in the memory of this process: they are gone when it ends."""

import asyncio
import sys
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import takewhile
from math import ceil
from types import TracebackType

from agentic_search.clock import Clock
from agentic_search.domain.answer import Turn
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.query import Query
from agentic_search.domain.run import RunCounts, RunReport, RunStatus, RunSummary, TaskRecord
from agentic_search.engine.live_run import LiveRun
from agentic_search.engine.protocols import Observe, Program
from agentic_search.errors import NotFound, Overloaded, ShuttingDown, WrongState
from agentic_search.events.event import Event
from agentic_search.events.facts import SHUTDOWN, RunQueued

_OF_NEWEST = 0.1
"""Share of the newest run in what runs usually take."""
_SHORTEST = 0.01
_LONGEST_WAIT = 600
"""Seconds; who is turned away asks again after no more."""

_MOST_TURNS = 20
"""Turns of its conversation that a run is given."""


class MemoryEngine:
    """Owns the tasks of all runs; an async context manager that ends them when it is left."""

    def __init__(
        self,
        program: Program,
        *,
        clock: Clock,
        max_concurrent: int,
        max_queued: int,
        max_kept: int,
        max_kept_bytes: int = sys.maxsize,
        holds: bool = False,
        observe: Observe | None = None,
    ) -> None:
        """At most `max_concurrent` runs live at once, `max_queued` wait, `max_kept` ended ones are remembered.

        `holds`: nobody is told of an event before `keep` says that it is kept.
        Of ended ones all together take `max_kept_bytes` at most, or there is only one. `observe` sees every event.
        """
        self._program = program
        self._clock = clock
        self._max_concurrent = max_concurrent
        self._max_queued = max_queued
        self._max_kept = max_kept
        self._max_kept_bytes = max_kept_bytes
        self._holds = holds
        self._observe = observe
        self._group = asyncio.TaskGroup()
        self._runs: dict[str, LiveRun] = {}
        self._of_thread: defaultdict[str, dict[str, LiveRun]] = defaultdict(dict)
        """The runs of each conversation, in the order in which they were asked for."""
        self._ended: dict[str, int] = {}
        """The bytes that each ended run takes, about, by its id, in the order in which they ended."""
        self._kept_bytes = 0
        """Of all ended runs. Added up as they come and go: to sum them at each end takes longer than a short run."""
        self._queue: deque[LiveRun] = deque()
        self._living: dict[asyncio.Task[None], LiveRun] = {}
        self._ends = False
        self._usual_seconds = 0.0
        """How long runs take, the latest ones counting most."""

    def __repr__(self) -> str:
        return f"<MemoryEngine {len(self._living)} living, {len(self._queue)} queued, {len(self._runs)} known>"

    async def __aenter__(self) -> "MemoryEngine":
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.end()
        await self._group.__aexit__(kind, error, trace)

    @property
    def free(self) -> int:
        """How many runs would begin at once."""
        return 0 if self._ends else max(self._max_concurrent - len(self._living) - len(self._queue), 0)

    async def start(
        self, run_id: str, query: Query, *, thread_id: str, attended: bool = False, asked_by: str | None = None
    ) -> RunStatus:
        """Begin a run, or queue it; gives its status. Raises Overloaded where the queue is full.

        `asked_by` is noted by whoever keeps the runs of this engine.
        """
        if self._ends:
            raise ShuttingDown("The service is ending: ask again when it is back.")
        if len(self._living) >= self._max_concurrent and len(self._queue) >= self._max_queued:
            told = f"{len(self._living)} searches run and {len(self._queue)} wait: try again in a moment."
            raise Overloaded(told, retry_after=self._seconds_of_queue())
        run = self._new_run(run_id, query, thread_id, attended)
        self._take(run)
        if run in self._queue:
            run.emit(RunQueued(before=len(self._queue) - 1))
        return run.record.status

    def go_on(
        self, run_id: str, query: Query, *, thread_id: str, attended: bool, before: Sequence[Event], created_at: str
    ) -> None:
        """Go on with a run that another process began, after the events it has emitted; the queue may be full."""
        self._take(self._new_run(run_id, query, thread_id, attended, before=before, created_at=created_at))

    def _new_run(
        self,
        run_id: str,
        query: Query,
        thread_id: str,
        attended: bool,
        *,
        before: Sequence[Event] = (),
        created_at: str | None = None,
    ) -> LiveRun:
        return LiveRun(
            run_id,
            query,
            thread_id=thread_id,
            clock=self._clock,
            on_end=self._note_end,
            attended=attended,
            holds=self._holds,
            before=before,
            created_at=created_at,
            observe=self._observe,
        )

    def _take(self, run: LiveRun) -> None:
        while len(self._ended) >= self._max_kept:
            self._forget_oldest()
        self._runs[run.id] = self._of_thread[run.thread_id][run.id] = run
        self._queue.append(run)
        self._begin_queued()

    def _seconds_of_queue(self) -> int:
        """In how many seconds those that wait will have begun, if runs take as long as they usually do."""
        ends_a_second = self._max_concurrent / max(self._usual_seconds, _SHORTEST)
        return min(_LONGEST_WAIT, ceil(len(self._queue) / ends_a_second) or 1)

    async def cancel(self, run_id: str, *, by: str) -> None:
        """Stop a run and all it does; nothing happens to one that has ended."""
        run = self._known(run_id)
        run.cancel(by)
        if run in self._queue:
            self._queue.remove(run)

    async def end(self) -> None:
        """Take no more runs, and end those there are: each has emitted its terminal event when this returns."""
        self._ends = True
        runs = [*self._queue, *self._living.values()]
        self._queue.clear()
        for run in runs:
            run.cancel(SHUTDOWN)
        for run in runs:
            await run.channel.ended()

    async def leave(self) -> None:
        """Take no more runs, and stop those there are without an end: they go on elsewhere, or at the next start."""
        self._ends = True
        runs, tasks = [*self._queue, *self._living.values()], [*self._living]
        self._queue.clear()
        for run in runs:
            run.leave()
        if tasks:
            await asyncio.wait(tasks)

    def give_up(self, run_id: str) -> None:
        """Stop a run without an end, and forget it: another process goes on with it."""
        run = self._runs.get(run_id)
        if run is None or run.channel.closed:
            return
        del self._runs[run_id], self._of_thread[run.thread_id][run_id]
        if run in self._queue:
            self._queue.remove(run)
        run.leave()

    async def forget(self, run_id: str) -> None:
        """Drop a run that has ended; raises WrongState for one that lives."""
        if not self._known(run_id).channel.closed:
            raise WrongState(f"Run {run_id!r} has not ended. Stop it first: POST /runs/{run_id}/cancel.")
        self._forget(run_id)

    def follow(self, run_id: str, *, after: int = 0, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after` until the terminal one, or, if not `live`, those so far."""
        return self._known(run_id).channel.follow(after, live=live)

    def follow_to_keep(self, run_id: str, *, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """As `follow`, for whoever keeps the events: also those that nobody is told of yet."""
        return self._known(run_id).channel.follow_to_keep(after)

    def keep(self, run_id: str, number: int) -> None:
        """The run's events up to this number are kept, or are not waited for."""
        if run := self._runs.get(run_id):
            run.channel.keep(number)

    async def has_no_more(self, run_id: str, *, after: int) -> bool:
        """Whether the run has ended, and event number `after` is its last, or would come later."""
        return self._known(run_id).channel.has_no_more(after)

    async def ended(self, run_id: str) -> RunReport:
        """Wait for the run's end."""
        run = self._known(run_id)
        await run.channel.ended()
        return run.record.report()

    async def report(self, run_id: str) -> RunReport:
        """The run as far as it has come."""
        return self._known(run_id).record.report()

    async def query(self, run_id: str) -> Query:
        """What was asked; of one that went on from another, without the outcomes that it kept."""
        return self._known(run_id).query

    async def task(self, run_id: str, task_id: str) -> TaskRecord:
        """One task as far as it has come."""
        if task := self._known(run_id).record.task(task_id):
            return task
        raise NotFound(f"Run {run_id!r} has no task {task_id!r}.")

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Somebody's word on a task that waits for it; gives the task."""
        return self._known(run_id).decide(task_id, decision)

    def counts(self) -> RunCounts:
        """How many runs there are here, and how many listen to them."""
        return RunCounts(
            queued=len(self._queue),
            running=len(self._living),
            kept=len(self._ended),
            open_streams=sum(run.channel.listeners for run in self._runs.values()),
        )

    async def summaries(self) -> Iterator[RunSummary]:
        """Every run there is, newest first."""
        return (run.record.summary() for run in reversed([*self._runs.values()]))

    def _known(self, run_id: str) -> LiveRun:
        try:
            return self._runs[run_id]
        except KeyError:
            raise NotFound(f"There is no run {run_id!r}; ended runs are kept in memory only for a while.") from None

    def _begin_queued(self) -> None:
        while self._queue and len(self._living) < self._max_concurrent:
            run = self._queue.popleft()
            run.earlier = self._turns_before(run)
            task = run.begin(self._program, self._group)
            self._living[task] = run
            task.add_done_callback(self._run_ended)

    def _turns_before(self, run: LiveRun) -> tuple[Turn, ...]:
        """The newest runs of its conversation that were asked before it and have ended, oldest first."""
        asked_before = takewhile(lambda other: other is not run, self._of_thread[run.thread_id].values())
        ended = [each.record for each in asked_before if each.channel.closed]
        return tuple(record.turn() for record in ended[-_MOST_TURNS:])

    def _run_ended(self, task: asyncio.Task[None]) -> None:
        took = self._living.pop(task).elapsed
        self._usual_seconds += _OF_NEWEST * (took - self._usual_seconds)
        self._begin_queued()
        while self._kept_bytes > self._max_kept_bytes and len(self._ended) > 1:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._forget(next(iter(self._ended)))

    def _note_end(self, run_id: str) -> None:
        self._ended[run_id] = size = self._runs[run_id].channel.kept_bytes
        self._kept_bytes += size

    def _forget(self, run_id: str) -> None:
        run = self._runs.pop(run_id)
        self._kept_bytes -= self._ended.pop(run_id)
        of_thread = self._of_thread[run.thread_id]
        del of_thread[run_id]
        if not of_thread:
            del self._of_thread[run.thread_id]

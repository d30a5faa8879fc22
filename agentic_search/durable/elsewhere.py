"""Runs that other processes carry out, or that wait for one: followed, stopped and decided on through the database."""

import asyncio
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from agentic_search.clock import Clock, happens
from agentic_search.database.notices import Notices, of_run
from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.run import ENDED, RunReport, TaskRecord
from agentic_search.durable.messages import RunMessage, send
from agentic_search.errors import NotFound, StorageFailed, WrongState
from agentic_search.events.channel import Channel
from agentic_search.events.event import Event
from agentic_search.events.facts import ApprovalDenied, ApprovalGiven
from agentic_search.history.history import History
from agentic_search.history.recorder import Recorder
from agentic_search.history.stored_runs import events_after, record_of

_LOOK = 2.0
"""Seconds after which a run is looked at again that nothing was heard of: a notice may be lost."""
_CHUNKS = 1_000_000
"""Of events, read at once: all that there are."""
_TAKEN = (ApprovalGiven, ApprovalDenied)
_TAKING = 5.0
"""Seconds that a decision is waited for until the process that has the run has taken it."""


class RunsElsewhere:
    """Those that are followed from here, each read once however many follow it; an async context manager."""

    def __init__(self, recorder: Recorder, history: History, notices: Notices, *, clock: Clock) -> None:
        self._recorder = recorder
        self._history = history
        self._notices = notices
        self._clock = clock
        self._followed: dict[str, _Followed] = {}
        self._group = asyncio.TaskGroup()
        self._ends = False

    def __repr__(self) -> str:
        return f"<RunsElsewhere, {len(self._followed)} followed>"

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        await self._group.__aexit__(None, None, None)

    @property
    def listeners(self) -> int:
        """How many follow runs that are elsewhere."""
        return sum(each.channel.listeners for each in self._followed.values())

    async def follow(self, run_id: str, *, after: int, live: bool = True) -> AsyncIterator[Sequence[Event]]:
        """The run's events above number `after` until the terminal one, or, if not `live`, those so far.

        Raises NotFound.
        """
        if not live or await self._has_ended(run_id) or self._ends:
            async for events in self._history.events(run_id, after=after):
                yield events
            return
        with self._channel(run_id) as channel:
            async for events in channel.follow(after):
                yield events

    async def ended(self, run_id: str) -> RunReport:
        """Wait for the run's end, or for that of this process. Raises NotFound."""
        if not (await self._has_ended(run_id) or self._ends):
            with self._channel(run_id) as channel:
                await channel.ended()
        return await self._history.report(run_id)

    async def cancel(self, run_id: str, *, by: str) -> None:
        """Have a run stopped; nothing happens to one that has ended. Raises NotFound."""
        await self._send(run_id, RunMessage(cancelled_by=by))

    async def decide(self, run_id: str, task_id: str, decision: Decision) -> TaskRecord:
        """Somebody's word on a task that waits for it; gives the task. Raises NotFound or WrongState."""
        record, last = await self._recorder.transact(record_of, run_id)
        report = record.report()
        task = task_of(report, task_id)
        if report.status in ENDED:
            raise WrongState(f"Run {run_id!r} has ended.")
        waits_with = task.approval if task.status == "waiting" else None
        decision.refuse_unfit(task_id, waits_with)
        await self._send(run_id, RunMessage(task_id=task_id, waits_with=waits_with, decision=decision))
        if self._ends:
            return task
        with self._channel(run_id) as channel, suppress(TimeoutError):
            async with asyncio.timeout(_TAKING):
                async for events in channel.follow(last.seq if last else 0):
                    if any(isinstance(event.fact, _TAKEN) and event.fact.id == task_id for event in events):
                        break
        return task_of(await self._history.report(run_id), task_id)

    def leave(self) -> None:
        """Let go whoever follows: this process ends, and the runs do not."""
        self._ends = True
        for each in self._followed.values():
            each.channel.leave()
            each.reading.cancel()

    @contextmanager
    def _channel(self, run_id: str) -> Generator[Channel]:
        """A channel that gets the run's events, for as long as somebody uses it."""
        followed = self._followed.get(run_id)
        if followed is None:
            channel = Channel(run_id, self._clock)
            reading = self._group.create_task(self._read(channel), name=f"read {run_id}")
            followed = self._followed[run_id] = _Followed(channel, reading)
        followed.users += 1
        try:
            yield followed.channel
        finally:
            followed.users -= 1
            if not followed.users:
                followed.reading.cancel()
                del self._followed[run_id]

    async def _read(self, channel: Channel) -> None:
        with self._notices.heard(of_run(channel.run_id)) as news:
            while not channel.closed:
                news.clear()
                try:
                    channel.add(await self._recorder.transact(events_after, channel.run_id, channel.last, _CHUNKS))
                except NotFound:
                    channel.leave()
                    return
                except StorageFailed:  # it may come back
                    pass
                if not channel.closed:
                    await happens(news, within=_LOOK)

    async def _has_ended(self, run_id: str) -> bool:
        """False also while the database is away: it may come back."""
        try:
            return await self._history.last(run_id) is not None
        except StorageFailed:
            return False

    async def _send(self, run_id: str, message: RunMessage) -> None:
        await self._recorder.transact(send, run_id, message, self._clock.wall().timestamp())


@dataclass(slots=True)
class _Followed:
    """A run that somebody follows from here."""

    channel: Channel
    reading: asyncio.Task[None]
    users: int = 0


def task_of(report: RunReport, task_id: str) -> TaskRecord:
    """The task of a run; raises NotFound."""
    for task in report.tasks:
        if task.id == task_id:
            return task
    raise NotFound(f"Run {report.id!r} has no task {task_id!r}.")

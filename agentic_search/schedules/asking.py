"""Carries one run of a standing question through, from its begin to what is new in it, over restarts."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from agentic_search.access.caller import Caller
from agentic_search.clock import Clock
from agentic_search.database.rows import Rows
from agentic_search.domain.outcome import Passage
from agentic_search.domain.query import Query, StandingQuery
from agentic_search.domain.run import ENDED, RunReport, Started
from agentic_search.errors import AgenticSearchError, NotFound, Overloaded, ShuttingDown, StorageFailed
from agentic_search.events.event import Event
from agentic_search.events.facts import SourcesFound
from agentic_search.schedules import stored
from agentic_search.schedules.comparing import Known, compare, known_of, still_known
from agentic_search.schedules.schedule import News
from agentic_search.schedules.stored import OpenRun, StoredSchedule

_FULL = 600.0
"""Seconds for which a run is offered to a service that is full."""
_LOOK = 5.0
"""Seconds between two looks at a run that another process carries out, or at a database that is away."""

logger = logging.getLogger(__name__)


class Searching(Protocol):
    """What standing questions use of the service that searches."""

    async def start(
        self, query: Query, *, attended: bool = False, run_id: str | None = None, asked_by: str | None = None
    ) -> Started:
        """Begin somebody's search under an id; raises Overloaded."""
        ...

    def room_for(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """The block in which a caller begins a run; raises TooManyRequests where they may have no more."""
        ...

    async def wait(self, run_id: str) -> RunReport:
        """The run, when it has ended, or as far as it has come elsewhere; raises NotFound."""
        ...

    def follow(self, run_id: str, *, after: int = 0) -> AsyncIterator[Sequence[Event]]:
        """The run's events; raises NotFound."""
        ...


def standing_query(schedule: StoredSchedule) -> StandingQuery:
    """What is asked: a batch, in the conversation of its own, without quotations that nobody sees."""
    given: dict[str, Any] = dict(stored.search_of(schedule))
    given |= {"thread_id": schedule.thread_id, "batch": True, "preview": False, "schedule_id": schedule.id}
    return StandingQuery.model_validate(given)


class Asking:
    """Begins runs and sees to their ends."""

    def __init__(self, rows: Rows, searches: Searching, *, clock: Clock, ended: Callable[[], None]) -> None:
        """`ended` is called when a run has ended, and it is written what is new."""
        self._rows = rows
        self._searches = searches
        self._clock = clock
        self._ended = ended

    async def start(self, run: OpenRun) -> Started:
        """Begin it; where that is not possible, that is how it ended. Raises AgenticSearchError."""
        try:
            return await self._begin(run)
        except ShuttingDown:  # it begins after the restart
            raise
        except AgenticSearchError as error:
            await self._end_failed(run, "failed", str(error))
            raise

    async def carry_through(self, run: OpenRun, *, begins_at: float) -> None:
        """Wait for its end, begun here or elsewhere, and write what is new.

        `begins_at`: from then on it is begun here, where nobody else has.
        """
        while True:
            try:
                report = await self._report(run, begins_at)
                if report is not None and report.status in ENDED:
                    return await self._end(run, report)
                await self._clock.sleep(_LOOK)
            except ShuttingDown:
                return None
            except StorageFailed as error:
                logger.warning("the standing question %s waits for the database: %s", run.schedule.id, error)
                await self._clock.sleep(_LOOK)
            except Overloaded as error:
                if self._now() > run.asked_at + _FULL:
                    return await self._end_failed(run, "failed", str(error))
                await self._clock.sleep(error.retry_after)
            except AgenticSearchError as error:
                return await self._end_failed(run, "failed", str(error))

    async def give_up(self, run: OpenRun, error: Exception) -> None:
        """End it where something of ours broke down; the run itself may have an answer."""
        await self._end_failed(run, "failed", f"What is new could not be told: {error!r}. The log has the details.")

    async def _report(self, run: OpenRun, begins_at: float) -> RunReport | None:
        try:
            return await self._searches.wait(run.run_id)
        except NotFound:
            if self._now() < begins_at:  # the process that has it may be about to begin it
                return None
            await self._begin(run)
            return await self._searches.wait(run.run_id)

    async def _begin(self, run: OpenRun) -> Started:
        return await self._searches.start(
            standing_query(run.schedule), run_id=run.run_id, asked_by=run.schedule.asked_by
        )

    async def _end(self, run: OpenRun, report: RunReport) -> None:
        if report.status not in {"completed", "partial"}:
            why = report.error or ("It was cancelled." if report.status == "cancelled" else "It gave no answer.")
            return await self._end_failed(run, report.status, why)
        passages: dict[str, list[Passage]] = {}
        async for events in self._searches.follow(run.run_id):
            for event in events:
                if isinstance(fact := event.fact, SourcesFound):
                    passages.setdefault(fact.task_id, []).extend(fact.sources)
        before = await self._rows.do(stored.known, run.schedule.id)
        whole = report.status == "completed"
        chosen = stored.search_of(run.schedule).brings_a_plan

        def compared() -> tuple[News, Known]:
            now = known_of(report, passages, run.asked_at, chosen=chosen)
            return compare(before, now, whole=whole), still_known(before, now, whole=whole)

        news, next_known = await asyncio.to_thread(compared)
        await self._write(run, status=report.status, news=news, next_known=next_known)
        return None

    async def _end_failed(self, run: OpenRun, status: str, why: str) -> None:
        logger.warning("the standing question %s got no answer: %s", run.schedule.id, why)
        await self._write(run, status=status, error=why)

    async def _write(
        self,
        run: OpenRun,
        *,
        status: str,
        error: str | None = None,
        news: News | None = None,
        next_known: Known | None = None,
    ) -> None:
        await self._rows.do(
            stored.end,
            run.schedule,
            run.run_id,
            status=status,
            now=self._now(),
            error=error,
            news=news,
            next_known=next_known,
        )
        self._ended()

    def _now(self) -> float:
        return self._clock.wall().timestamp()

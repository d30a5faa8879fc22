"""Keeps the history within its bounds, and deletes for good what was deleted a while ago; each minute, in a thread."""

import asyncio
import logging
from collections import Counter
from types import TracebackType
from typing import Self

from agentic_search.clock import Clock
from agentic_search.errors import StorageFailed
from agentic_search.history.deleting import UNDO_SECONDS, KeptBounds, outdated, purge
from agentic_search.history.recorder import Recorder

_EVERY = 60.0
"""Seconds."""

logger = logging.getLogger(__name__)


class Retention:
    """Deletes what is too much while it is entered; an async context manager."""

    def __init__(self, recorder: Recorder, bounds: KeptBounds, *, clock: Clock) -> None:
        self.gone: Counter[str] = Counter()
        """How many runs went for good, by why: age, count, bytes, or user, who had deleted them."""
        self._recorder = recorder
        self._bounds = bounds
        self._clock = clock
        self._at_once = asyncio.Lock()
        self._group = asyncio.TaskGroup()
        self._task: asyncio.Task[None]

    def __repr__(self) -> str:
        return f"<Retention {self._bounds} {dict(self.gone)}>"

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._task = self._group.create_task(self._sweep_on(), name="retention")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        await self._group.__aexit__(None, None, None)

    async def sweep(self) -> list[str]:
        """Delete what is too much now; gives the ids of what went. Raises StorageFailed."""
        gone: list[str] = []
        async with self._at_once:  # else two would count the same runs
            while some := await self._recorder.use(self._sweep_some):
                gone += some
        return gone

    async def _sweep_on(self) -> None:
        while True:
            try:
                await self.sweep()
            except StorageFailed as error:
                logger.warning("what is too much cannot be deleted for now: %s", error)
            await self._clock.sleep(_EVERY)

    def _sweep_some(self) -> list[str]:
        with self._recorder.database.transaction() as connection:
            why, found = outdated(connection, self._bounds, self._clock.wall().timestamp())
            if found:
                purge(connection, [run.number for run in found])
        if found:
            self.gone[why] += len(found)
            dates = sorted(run.created_at for run in found)
            logger.info("%d searches of %s to %s are gone: %s", len(found), dates[0], dates[-1], self._reason(why))
        return [run.id for run in found]

    def _reason(self, why: str) -> str:
        return {
            "age": f"older than the {self._bounds.days:g} days of AGENTIC_SEARCH_HISTORY_DAYS",
            "count": f"more than the {self._bounds.runs} of AGENTIC_SEARCH_HISTORY_RUNS",
            "bytes": f"beyond the {self._bounds.bytes} bytes of AGENTIC_SEARCH_HISTORY_BYTES",
        }.get(why, f"deleted by somebody more than {UNDO_SECONDS:g} s ago")

"""The worker processes: orders flow in, each to a process of its own for as long as it takes; endings flow out."""

import asyncio

from agentic_search.functions.progress import Sink
from agentic_search.functions.work import Ending
from agentic_search.functions.worker import Worker, WorkerDied


class WorkerPool:
    """At most `size` processes, started when first needed and kept; a dead one is replaced when next needed.

    Its owner must call `close` in the end; if the service is killed, the processes end by themselves.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._places = asyncio.Semaphore(size)
        self._idle: list[Worker] = []
        self._workers: set[Worker] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<WorkerPool: {len(self._workers) - len(self._idle)} working, {len(self._idle)} idle>"

    @property
    def pids(self) -> frozenset[int]:
        """The processes that there are now."""
        return frozenset(worker.pid for worker in self._workers if worker.pid is not None)

    @property
    def full(self) -> str:
        """Why a call had to wait."""
        return f"all {self._size} worker processes were busy"

    def has_place(self) -> bool:
        """Whether a call would begin at once."""
        return not self._places.locked()

    async def perform(self, order: bytes, on_progress: Sink) -> Ending:
        """Make one call; raises WorkerDied, and OSError where no process can be started.

        An idle worker that turns out to be dead costs nothing: the order goes to another.
        """
        async with self._places:
            while True:
                worker, is_new = await self._take()
                try:
                    return await worker.perform(order, on_progress)
                except WorkerDied as death:
                    if death.began or is_new:
                        raise
                finally:
                    await self._put_back(worker)

    async def close(self) -> None:
        """End every process, whatever it is at."""
        self._closed = True
        workers = tuple(self._workers)
        for worker in workers:
            worker.kill()
        for worker in workers:
            await worker.gone()
        self._workers.clear()
        self._idle.clear()

    async def _take(self) -> tuple[Worker, bool]:
        """The worker that was idle for the shortest time, or a new one."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker, False
            self._workers.discard(worker)
        worker = await Worker.start()
        self._workers.add(worker)
        if self._closed:
            worker.kill()
        return worker, True

    async def _put_back(self, worker: Worker) -> None:
        """Its place is free for another only when a killed process is really gone."""
        if worker.is_alive:
            self._idle.append(worker)
            return
        try:
            await worker.gone()
        finally:
            self._workers.discard(worker)

"""The pool of worker processes: each order gets one process for as long as the work takes, and gives its ending."""

import asyncio

from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending
from agentic_search.workers.progress import Sink
from agentic_search.workers.worker import Worker, WorkerDied


class WorkerPool:
    """At most `size` processes, started when first needed and kept; a dead one is replaced when next needed.

    Its owner must call `close` in the end; if the program is killed, the processes end by themselves.
    """

    def __init__(self, size: int, *, bounds: Bounds | None = None, idle_timeout: float | None = None) -> None:
        """`idle_timeout`: seconds after which a process without work is ended; None: never."""
        self._size = size
        self._bounds = bounds or Bounds()
        self._idle_timeout = idle_timeout
        self._slots = asyncio.Semaphore(size)
        self._idle: dict[Worker, asyncio.TimerHandle | None] = {}
        self._workers: set[Worker] = set()
        self._starting: set[asyncio.Task[Worker]] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<WorkerPool: {len(self._workers) - len(self._idle)} working, {len(self._idle)} idle>"

    @property
    def pids(self) -> frozenset[int]:
        """The ids of the processes that run now."""
        return frozenset(worker.pid for worker in self._workers if worker.pid is not None)

    @property
    def why_waiting(self) -> str:
        """Why an order had to wait."""
        return f"all {self._size} worker processes were busy"

    def has_free_slot(self) -> bool:
        """Whether an order would be started at once."""
        return not self._slots.locked()

    async def perform(self, order: bytes, on_progress: Sink | None = None, *, timeout: float | None = None) -> Ending:
        """Have one order carried out, in `timeout` seconds from when a process has started it.

        Raises WorkerDied, TimeoutError, and OSError where no process can be started. When it takes too long or is
        cancelled, its process is killed. An idle worker that turns out to be dead costs nothing: the order goes to
        another.
        """
        async with self._slots:
            while True:
                worker, is_new = await self._take()
                try:
                    async with asyncio.timeout(timeout):
                        return await worker.perform(order, on_progress)
                except WorkerDied as death:
                    if death.began or is_new:
                        raise
                finally:
                    await self._put_back(worker)

    async def close(self) -> None:
        """End every process, also in the middle of its work."""
        self._closed = True
        for worker in self._workers:
            worker.kill()
        try:
            await self._all_gone()
        except asyncio.CancelledError:
            await self._all_gone()  # a killed process takes a moment to end, and nobody else waits for it
            raise

    async def _all_gone(self) -> None:
        if self._starting:
            await asyncio.wait(self._starting)
        for worker in tuple(self._workers):
            await worker.gone()

    async def _take(self) -> tuple[Worker, bool]:
        """The worker that was idle for the shortest time, or a new one."""
        if self._closed:
            raise WorkerDied("its worker process was ended by the service", began=False)
        while self._idle:
            worker, timer = self._idle.popitem()
            if timer is not None:
                timer.cancel()
            if worker.is_alive:
                return worker, False
        starting = asyncio.create_task(self._start())  # noqa: TID251 - close() waits for it
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            # asyncio leaves the pipes of a process open, and the process itself, where its start is cancelled.
            return await asyncio.shield(starting), True
        except asyncio.CancelledError:
            starting.add_done_callback(_end_unwanted)
            raise

    async def _start(self) -> Worker:
        worker = await Worker.start(self._bounds, self._forget)
        if not worker.has_ended:
            self._workers.add(worker)
        if self._closed:
            worker.kill()
        return worker

    async def _put_back(self, worker: Worker) -> None:
        """The slot is free for another order only when a killed process is really gone."""
        if worker.is_alive:
            self._idle[worker] = self._idle_timer(worker)
        else:
            await worker.gone()

    def _idle_timer(self, worker: Worker) -> asyncio.TimerHandle | None:
        if self._idle_timeout is None:
            return None
        return asyncio.get_running_loop().call_later(self._idle_timeout, worker.kill)

    def _forget(self, worker: Worker) -> None:
        """The process has ended, whatever it was doing."""
        self._workers.discard(worker)
        timer = self._idle.pop(worker, None)
        if timer is not None:
            timer.cancel()


def _end_unwanted(starting: asyncio.Task[Worker]) -> None:
    """Whoever asked for the process has been cancelled meanwhile."""
    if not starting.cancelled() and starting.exception() is None:
        starting.result().kill()

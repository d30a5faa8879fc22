"""Whoever is cancelled while a worker process starts leaves neither a process nor an open pipe behind."""

import asyncio
import gc
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from agentic_search.workers.pool import WorkerPool


def children() -> set[str]:
    """The processes that this one has started and that are there, dead ones that nobody has asked after included."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells of a process's children")
@pytest.mark.parametrize("turns", range(16))
@pytest.mark.parametrize("times", [1, 2])
def test_a_start_that_is_cancelled_is_ended_by_the_pool(turns: int, times: int) -> None:
    gc.collect()  # what other tests have left is not counted
    before, pipes = children(), open_descriptors()

    async def cancelled() -> None:
        pool = WorkerPool(2)
        orders = [asyncio.ensure_future(pool.perform(b"")) for _ in range(2)]
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(times):
            for order in orders:
                order.cancel()
            await asyncio.sleep(0)
        for order in orders:
            with suppress(asyncio.CancelledError):
                await order
        await pool.close()
        assert not pool.pids

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(cancelled())
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert children() <= before
    assert open_descriptors() == pipes

"""Work in processes: what comes back, what a death costs, and that no process is left behind, whoever ends first."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.frames import Order, pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.worker import WorkerDied
from tests.mcp_servers.processes import is_alive, linux_only
from tests.support.service import ROOT

PATIENCE = 60.0
"""Seconds that anything here may take: far more than any of it needs on a busy machine."""
SAMPLES = "tests.workers.samples"


def order(name: str, *, progress: str | None = None, **arguments: object) -> bytes:
    """A sample, to be done."""
    return pack_order(Order(SAMPLES, name, arguments, progress))


@asynccontextmanager
async def workers(
    size: int = 2, *, bounds: Bounds | None = None, idle_timeout: float | None = None
) -> AsyncGenerator[WorkerPool]:
    """A pool of which nothing is left."""
    pool = WorkerPool(size, bounds=bounds, idle_timeout=idle_timeout)
    pids: frozenset[int] = frozenset()
    try:
        async with asyncio.timeout(2 * PATIENCE):
            yield pool
        pids = pool.pids
    finally:
        await pool.close()
    assert not pool.pids
    assert not any(map(is_alive, pids))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - another process gives no signal
            await asyncio.sleep(0.005)


async def begun(path: Path) -> list[int]:
    """The processes of a `hold`, once it is at work."""
    await until(path.exists)
    return _pids(path)


def _pids(path: Path) -> list[int]:
    return [int(pid) for pid in path.read_text().split()]


async def pid_of_next(pool: WorkerPool) -> int:
    ending = await pool.perform(order("whoami"))
    assert isinstance(ending, Returned)
    return int(ending.body)


async def test_an_ending_comes_back_as_it_was_given() -> None:
    async with workers() as pool:
        assert await pool.perform(order("refuse", why="no such page")) == Raised("no such page")
        assert await pid_of_next(pool) in pool.pids - {os.getpid()}


async def test_progress_is_reported_in_order() -> None:
    reported: list[tuple[float, float | None, str]] = []

    def hear(done: float, total: float | None, text: str) -> None:
        reported.append((done, total, text))

    async with workers() as pool:
        given = order("count", to=2, progress="reporting")
        assert await pool.perform(given, hear) == Returned(b"counted")
        assert await pool.perform(given) == Returned(b"counted")
    assert reported == [(0, 2, "at 0"), (1, 2, "at 1")]


async def test_what_work_prints_and_reads_does_not_disturb_its_answer(capfd: pytest.CaptureFixture[str]) -> None:
    async with workers() as pool:
        assert await pool.perform(order("chatter", text="hello")) == Returned(b"")
    printed = capfd.readouterr()
    assert (printed.out, printed.err.count("hello")) == ("", 3)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (order("die", how="raise"), "ValueError: not like this"),
        (order("die", how="leave"), "SystemExit: 4"),
        (order("nothing"), "TypeError: tests.workers.samples.nothing returned a NoneType, not an ending"),
        (order("absent"), "AttributeError: module 'tests.workers.samples' has no attribute 'absent'"),
        (pack_order(Order("no.such.module", "f", {})), "ModuleNotFoundError: No module named 'no'"),
        (order("refuse"), "TypeError: refuse() missing 1 required positional argument: 'why'"),
        (b"O" + (4).to_bytes(8, "big") + b"odd!", "UnpicklingError: "),
    ],
)
async def test_work_that_fails_says_why_and_keeps_its_process(given: bytes, why: str) -> None:
    async with workers(1) as pool:
        before = await pid_of_next(pool)
        ending = await pool.perform(given)
        assert isinstance(ending, Raised)
        assert ending.why.startswith(why)
        assert ending.trace
        assert await pid_of_next(pool) == before


@pytest.mark.parametrize(("how", "message"), [("exit", "exited with status 3"), ("segfault", "by signal SIGSEGV")])
async def test_work_that_kills_its_process_costs_only_itself(how: str, message: str, tmp_path: Path) -> None:
    async with workers() as pool, asyncio.TaskGroup() as group:
        other = group.create_task(pool.perform(order("hold", started=tmp_path / "a")))
        await begun(tmp_path / "a")
        with pytest.raises(WorkerDied, match=message) as death:
            await pool.perform(order("die", how=how))
        assert death.value.began
        assert await pid_of_next(pool)
        assert not other.done()
        other.cancel()


async def test_work_that_hangs_is_ended_in_time_with_what_it_has_started(tmp_path: Path) -> None:
    async with workers(1) as pool:
        assert await pid_of_next(pool)
        with pytest.raises(TimeoutError):
            await pool.perform(order("hold", started=tmp_path / "a", child=True), timeout=5)
        pids = await begun(tmp_path / "a")
        await until(lambda: not any(map(is_alive, pids)))
        assert await pid_of_next(pool) not in pids


async def test_waiting_for_a_process_is_no_part_of_an_orders_time(tmp_path: Path) -> None:
    async with workers(1) as pool, asyncio.TaskGroup() as group:
        held = group.create_task(pool.perform(order("hold", started=tmp_path / "a")))
        await begun(tmp_path / "a")
        waiting = group.create_task(pool.perform(order("whoami"), timeout=PATIENCE))
        await asyncio.sleep(0)
        assert not pool.has_free_slot()
        held.cancel()
        assert isinstance(await waiting, Returned)


async def test_cancelling_ends_the_work_and_what_it_has_started(tmp_path: Path) -> None:
    async with workers(1) as pool:
        async with asyncio.TaskGroup() as group:
            work = group.create_task(pool.perform(order("hold", started=tmp_path / "a", child=True)))
            pids = await begun(tmp_path / "a")
            work.cancel()
        assert not is_alive(pids[0])
        assert not pool.pids
        await until(lambda: not any(map(is_alive, pids)))


async def test_closing_ends_work_under_way_though_whoever_closes_is_cancelled(tmp_path: Path) -> None:
    async with workers() as pool, asyncio.TaskGroup() as group:
        held = group.create_task(ended(pool, tmp_path / "a"))
        [pid] = await begun(tmp_path / "a")
        assert await pid_of_next(pool)
        closing = group.create_task(pool.close())
        await asyncio.sleep(0)
        closing.cancel()
        await asyncio.wait([closing])
        assert closing.cancelled()
        assert not is_alive(pid)
        assert not pool.pids
        assert await held == "its worker process was ended by the service"
        with pytest.raises(WorkerDied):
            await pool.perform(order("whoami"))


async def ended(pool: WorkerPool, started: Path) -> str:
    """How the process of a `hold` ended."""
    with pytest.raises(WorkerDied) as death:
        await pool.perform(order("hold", started=started))
    return str(death.value)


async def test_a_process_without_work_rests_and_then_ends_and_one_with_work_does_not(tmp_path: Path) -> None:
    async with workers(idle_timeout=0.05) as pool, asyncio.TaskGroup() as group:
        held = group.create_task(pool.perform(order("hold", started=tmp_path / "a")))
        [pid] = await begun(tmp_path / "a")
        first = await pid_of_next(pool)
        await until(lambda: pool.pids == frozenset({pid}))
        assert not is_alive(first)
        assert await pid_of_next(pool) != first
        assert is_alive(pid)
        held.cancel()


async def test_a_process_without_an_idle_timeout_is_kept_and_used_again() -> None:
    async with workers(2) as pool:
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(pid_of_next(pool)) for _ in range(9)]
        assert {call.result() for call in calls} == pool.pids
        assert len(pool.pids) <= 2
        assert repr(pool).startswith("<WorkerPool: 0 working, ")


@linux_only
async def test_a_process_killed_while_it_rests_costs_nothing() -> None:
    async with workers(1) as pool:
        first = await pid_of_next(pool)
        os.kill(first, signal.SIGKILL)
        assert await pid_of_next(pool) != first


@linux_only
async def test_a_process_keeps_within_its_bounds() -> None:
    async with workers(1, bounds=Bounds(niceness=3, memory=2**30)) as pool:
        assert await pool.perform(order("eat", size=2**20)) == Returned(b"1048576")
        greedy: Ending = await pool.perform(order("eat", size=2**31))
        assert isinstance(greedy, Raised)
        assert greedy.why == "MemoryError"
        niceness = await pool.perform(order("niceness"))
        assert isinstance(niceness, Returned)
        own, *session = niceness.body.split()
        assert int(own) == os.nice(0) + 3
        assert session in ([b"3"], [])


async def test_the_work_ends_at_once_when_the_program_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.workers.test_pool import order, workers\n"
        "async def main():\n"
        "    async with workers() as pool, asyncio.TaskGroup() as group:\n"
        "        await pool.perform(order('whoami'))\n"
        "        print(*pool.pids, flush=True)\n"
        "        group.create_task(pool.perform(order('hold', started=Path(sys.argv[1]), child=True)))\n"
        "        group.create_task(pool.perform(order('hold', started=Path(sys.argv[2]))))\n"
        "asyncio.run(main())\n"
    )
    paths = [str(tmp_path / name) for name in "ab"]
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *paths, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    pids = [pid for path in paths for pid in await begun(Path(path))]
    assert len(pids) == 3
    assert all(map(is_alive, pids))
    service.kill()
    async with asyncio.timeout(PATIENCE):
        await service.wait()
        await until(lambda: not any(map(is_alive, pids)))

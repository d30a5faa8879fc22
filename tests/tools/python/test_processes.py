"""Worker processes: they die alone, are killed with their work, are replaced, and are gone with the service."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest

from agentic_search.errors import ToolError, ToolFailed, ToolTimeout
from tests.support.service import ROOT
from tests.tools.python.calling import PATIENCE, Opened, opened, runs, until


async def begun(path: Path) -> list[int]:
    """The processes that do the work of a `hold`, once it runs."""
    await until(path.exists)
    return _pids(path)


def _pids(path: Path) -> list[int]:
    return [int(pid) for pid in path.read_text().split()]


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ("exit", "its worker process exited with status 3, in the middle of the call"),
        ("segfault", "its worker process was ended by signal SIGSEGV, in the middle of the call"),
        ("forked", "its worker process exited with status 5, in the middle of the call"),
        (
            "babble",
            "its worker process was ended by the service: its work wrote into its pipe, in the middle of the call",
        ),
        ("memory", "MemoryError"),
        ("sys.exit", "SystemExit: 4"),
    ],
)
async def test_a_worker_that_dies_is_an_error_of_its_call_only(how: str, text: str, tmp_path: Path) -> None:
    async with opened() as functions, asyncio.TaskGroup() as group:
        other = group.create_task(functions.value("hold", started=str(tmp_path / "other")))
        await begun(tmp_path / "other")
        with pytest.raises(ToolFailed) as failed:
            await functions.result("crash", how=how)
        assert str(failed.value) == text
        assert not other.done()
        (tmp_path / "other.stop").touch()
        assert await other == "held"
        assert await functions.value("count_in_process", to=1) == 1


async def test_a_worker_killed_from_outside_in_the_middle_of_a_call_is_replaced(tmp_path: Path) -> None:
    async with opened(processes=1) as functions, asyncio.TaskGroup() as group:
        held = group.create_task(failure(functions, tmp_path / "a"))
        [pid] = await begun(tmp_path / "a")
        os.kill(pid, signal.SIGKILL)
        assert "was ended by signal SIGKILL, perhaps for want of memory, in the middle of the call" in await held
        assert await functions.value("count_in_process", to=1) == 1
        assert functions.provider.pids.isdisjoint({pid})


async def failure(functions: Opened, started: Path, *, timeout: float = PATIENCE) -> str:
    """Why a `hold` failed."""
    with pytest.raises(ToolError) as failed:
        await functions.result("hold", started=str(started), timeout=timeout)
    return str(failed.value)


async def test_a_worker_that_died_while_idle_costs_no_call() -> None:
    async with opened(processes=1) as functions:
        assert await functions.value("count_in_process", to=1) == 1
        [pid] = functions.provider.pids
        os.kill(pid, signal.SIGKILL)
        assert await functions.value("count_in_process", to=2) == 2
        assert functions.provider.pids.isdisjoint({pid})


async def test_cancelling_a_call_kills_its_work_and_what_the_work_has_started(tmp_path: Path) -> None:
    async with opened(processes=1) as functions:
        for n in range(2):
            async with asyncio.TaskGroup() as group:
                call = group.create_task(functions.value("hold", started=str(tmp_path / f"{n}"), child=True))
                pids = await begun(tmp_path / f"{n}")
                assert all(map(runs, pids))
                call.cancel()
            assert call.cancelled()
            assert not runs(pids[0])
            await until(lambda pids=pids: not any(map(runs, pids)))
            assert not functions.provider.pids
        assert await functions.value("count_in_process", to=1) == 1


async def test_a_call_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    async with opened(processes=1) as functions, asyncio.TaskGroup() as group:
        await functions.value("count_in_process", to=1)  # the start of the process is no part of what is limited
        call = group.create_task(failure(functions, tmp_path / "a", timeout=5))
        [pid] = await begun(tmp_path / "a")
        with pytest.raises(ToolTimeout, match="all 1 worker processes were busy when it came"):
            await functions.result("count_in_process", to=1, timeout=0.05)
        assert await call == "hold took longer than 5 s"
        assert not runs(pid)


async def test_cancelling_while_a_process_starts_leaves_none_behind() -> None:
    async with opened(processes=1) as functions:
        for wait in (0, 0.001, 0.003, 0.01, 0.03):
            async with asyncio.TaskGroup() as group:
                call = group.create_task(functions.value("count_in_process", to=1))
                await asyncio.sleep(wait)
                call.cancel()
        assert len(functions.provider.pids) <= 1
        assert await functions.value("count_in_process", to=1) == 1
        await until(lambda: len(children()) == len(functions.provider.pids))


def children() -> set[int]:
    """The worker processes that this process has."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return {pid for pid in map(int, listed.split()) if b"workers.child" in Path(f"/proc/{pid}/cmdline").read_bytes()}


async def test_closing_kills_what_still_runs(tmp_path: Path) -> None:
    async with asyncio.TaskGroup() as group:
        async with opened() as functions:
            held = group.create_task(failure(functions, tmp_path / "a"))
            [pid] = await begun(tmp_path / "a")
        assert not runs(pid)
        assert await held == "its worker process was ended by the service, in the middle of the call"


async def test_there_are_never_more_processes_than_allowed_and_they_are_used_again(tmp_path: Path) -> None:
    async with opened(processes=2) as functions:
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(functions.value("square", number=n)) for n in range(12)]
        values = [cast("dict[str, int]", call.result()) for call in calls]
        assert [value["square"] for value in values] == [n**2 for n in range(12)]
        assert len({value["pid"] for value in values}) <= 2
        assert len(functions.provider.pids) <= 2


async def test_what_a_function_prints_and_reads_does_not_disturb_its_answer() -> None:
    async with opened() as functions:
        assert await functions.value("noisy", text="hello") == "hello"


async def test_the_work_ends_at_once_when_the_service_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.tools.python.calling import opened\n"
        "async def main():\n"
        "    async with opened('tests.tools.python.samples:hold') as functions:\n"
        "        await functions.value('hold', started=sys.argv[1], child=True)\n"
        "asyncio.run(main())\n"
    )
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path / "a"), cwd=ROOT, stderr=subprocess.DEVNULL
    )
    pids = await begun(tmp_path / "a")
    assert all(map(runs, pids))
    service.kill()
    async with asyncio.timeout(PATIENCE):
        await service.wait()
        await until(lambda: not any(map(runs, pids)))

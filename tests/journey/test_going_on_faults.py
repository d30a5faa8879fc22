"""A run that goes on meets a full disk, or steps that cannot be read: it ends, and changes nothing twice."""

import asyncio
import resource
import signal
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.journey.test_going_on import PLAN, WRITES, assert_whole, calls, service, stop
from tests.support.service import RunningService

DAMAGED = {
    "cut off": "substr(packed, 1, length(packed) / 2)",
    "of another form": "x'78018b8e0500011500b9'",
    "empty": "x''",
}
"""What stands in place of a step; the second is an empty list, packed."""


@contextmanager
def full_disk(running: RunningService) -> Generator[None]:
    """No file of the service may grow beyond a few bytes; SQLite is told so as of a full disk."""
    if sys.platform != "linux":
        pytest.skip("only Linux limits another process")
    before = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        yield
    finally:
        if running.process.returncode is None:
            resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, before)


async def trouble(running: RunningService, *, ends: bool) -> None:
    """Wait until the service says that nothing can be written, or that all is written again."""
    async with asyncio.timeout(30):
        while ((await running.client.get("/health")).json().get("trouble") is None) is not ends:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.05)


async def killed_under_way(folder: Path) -> tuple[str, int]:
    """Begin a run, and kill the service in the middle; gives its id and how many events were told."""
    async with service(folder) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("Where is the lamp?", plan=PLAN, model="offline")
        seen = await running.events(run_id, until="task.progress")
        await stop(running, signal.SIGKILL)
    return run_id, len(seen)


async def test_a_disk_that_is_full_while_a_run_goes_on(tmp_path: Path) -> None:
    run_id, seen = await killed_under_way(tmp_path)
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        with full_disk(running):
            rest = await running.events(run_id, after=seen)
            assert rest[-1].event == "run.completed"
            await trouble(running, ends=False)
        await trouble(running, ends=True)
        told = await running.events(run_id)
        assert_whole(told)
        await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        assert await running.events(run_id) == told
        assert (await running.report(run_id))["status"] == "completed"
    assert calls(tmp_path, "finished") == {"quick": 1, "Row 1": 1, "Row 2": 1, "Row 3": 1}


async def test_a_service_that_is_killed_while_the_disk_is_full_goes_on_from_what_was_written(tmp_path: Path) -> None:
    run_id, seen = await killed_under_way(tmp_path)
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        with full_disk(running):
            assert (await running.events(run_id, after=seen))[-1].event == "run.completed"
            await trouble(running, ends=False)
            await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        assert_whole(await running.events(run_id))
        assert (await running.report(run_id))["tasks"][2]["result"] == [f"slept Row {number}" for number in (1, 2, 3)]
    finished = calls(tmp_path, "finished")
    assert (finished["quick"], finished["Row 1"]) == (1, 1)
    assert set(finished) == {"quick", "Row 1", "Row 2", "Row 3"}


def damage(folder: Path, how: str) -> int:
    """Damage what is kept of calls; gives how many steps that is."""
    with closing(sqlite3.connect(folder / "data" / "runs.sqlite")) as connection, connection:
        return connection.execute(
            f"UPDATE history_steps SET packed = {DAMAGED[how]} WHERE name LIKE '%call %'"
        ).rowcount


@pytest.mark.parametrize("how", DAMAGED)
async def test_steps_that_cannot_be_read_are_made_again(how: str, tmp_path: Path) -> None:
    run_id, _ = await killed_under_way(tmp_path)
    assert damage(tmp_path, how) >= 2
    async with service(tmp_path) as running:
        told = await running.events(run_id)
        assert_whole(told)
        report = await running.report(run_id)
        assert (report["status"], report["error"]) == ("completed", None)
        assert report["tasks"][2]["result"] == [f"slept Row {number}" for number in (1, 2, 3)]
        assert report["tasks"][3]["result"] == "after slept quick"
        assert "cannot be read" in "".join(running.log)
    assert calls(tmp_path, "finished") == {"quick": 2, "Row 1": 2, "Row 2": 1, "Row 3": 1}


@pytest.mark.parametrize("how", DAMAGED)
async def test_a_call_that_may_have_changed_something_is_not_made_again_where_its_note_cannot_be_read(
    how: str, tmp_path: Path
) -> None:
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("Write it", plan=WRITES)
        await running.events(run_id, until="task.completed")
        await stop(running, signal.SIGKILL)
    assert damage(tmp_path, how) > 0
    async with service(tmp_path) as running:
        assert_whole(await running.events(run_id))
        tasks = {task["id"]: task for task in (await running.report(run_id))["tasks"]}
        assert (tasks["writes"]["status"], tasks["reads"]["status"]) == ("failed", "completed")
        assert "whether it has is not known" in tasks["writes"]["error"]
    assert calls(tmp_path, "started") == {"writes": 1}

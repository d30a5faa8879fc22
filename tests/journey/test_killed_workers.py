"""Workers are killed again and again at random moments: every run ends, told whole, and hardly a call is made twice.

AGENTIC_SEARCH_TEST_KILLS sets how often.
"""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.journey.test_going_on import assert_whole, calls
from tests.journey.test_roles import Cluster
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService
from tests.support.sse import Message

KILLS = int(os.environ.get("AGENTIC_SEARCH_TEST_KILLS", "3"))
WORKERS = 2
AT_ONCE = 6
"""Runs."""
READS = 6
"""Calls of each run that only read; one more may change something."""


class Load:
    """Runs, one after another in several places, until somebody says that it is enough."""

    def __init__(self, web: RunningService) -> None:
        self.told: dict[str, list[Message]] = {}
        self.is_over = False
        self._web = web
        self._numbers = count()

    async def go_on(self) -> None:
        """One run after another, each followed to its end."""
        while not self.is_over:
            number = next(self._numbers)
            reads = [_task("sleep_for", f"r{n}", number, after=f"r{n - 1}" if n else None) for n in range(READS)]
            plan = {"tasks": [*reads, _task("hang", "w", number, after="r2")]}
            run_id = await self._web.begin(f"Run {number}", plan=plan, model="offline", approve=["hang"])
            self.told[run_id] = await self._web.events(run_id)


def _task(tool: str, task_id: str, number: int, *, after: str | None) -> dict[str, object]:
    arguments = {"seconds": 0.05, "label": f"{tool} {number} {task_id}"}
    return {"id": task_id, "tool": tool, "arguments": arguments, "depends_on": [after] if after else []}


@pytest.mark.timeout(180 + 10 * KILLS)
async def test_every_run_ends_and_no_call_that_writes_is_made_twice(tmp_path: Path, postgres: RunningPostgres) -> None:
    moments = random.Random(12)
    async with AsyncExitStack() as stack:
        cluster = Cluster(tmp_path, postgres.new_database(), stack, limits={})
        web = await cluster.start("web")
        workers = [await cluster.start("worker") for _ in range(WORKERS)]
        load = Load(web)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(load.go_on())
            for _ in range(KILLS):
                await asyncio.sleep(moments.uniform(1, 3))
                killed = workers.pop(moments.randrange(WORKERS))
                killed.process.send_signal(signal.SIGKILL)
                workers.append(await cluster.start("worker"))
            load.is_over = True
        for told in load.told.values():
            assert_whole(told)
        failed = Counter[str]()
        for run_id in load.told:
            failed.update(task["id"][0] for task in (await web.report(run_id))["tasks"] if task["status"] == "failed")
    finished, started = calls(tmp_path, "finished"), calls(tmp_path, "started")
    again = sum(times - 1 for label, times in finished.items() if label.startswith("sleep_for"))
    print(f"{len(load.told)} runs, {sum(finished.values())} calls, {again} finished ones again, {dict(failed)} failed")
    assert {label: times for label, times in started.items() if label.startswith("hang") and times > 1} == {}
    assert again <= max(KILLS, 0.005 * sum(finished.values()))
    assert failed["r"] == 0 and failed["w"] <= KILLS * AT_ONCE

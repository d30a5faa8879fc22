"""Workers are killed again and again at random moments: every run ends, told whole, and hardly a call is made twice.

AGENTIC_SEARCH_TEST_KILLS sets how often.
"""

import asyncio
import os
import random
import signal
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.journey.test_going_on import assert_whole, calls
from tests.journey.test_roles import Cluster
from tests.support.mcp_processes import events as written
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService
from tests.support.sse import Message

KILLS = int(os.environ.get("AGENTIC_SEARCH_TEST_KILLS", "3"))
WORKERS = 2
AT_ONCE = 2
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
        load, kills = Load(web), list[int]()
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(load.go_on())
            for _ in range(KILLS):
                await asyncio.sleep(moments.uniform(2, 6))
                killed = workers.pop(moments.randrange(WORKERS))
                kills.append(len(written(tmp_path / "calls")))
                killed.process.send_signal(signal.SIGKILL)
                workers.append(await cluster.start("worker"))
            load.is_over = True
        for told in load.told.values():
            assert_whole(told)
        failed = Counter[str]()
        for run_id in load.told:
            failed.update(task["id"][0] for task in (await web.report(run_id))["tasks"] if task["status"] == "failed")
    finished, again = calls(tmp_path, "finished"), made_again(written(tmp_path / "calls"), kills)
    print(f"{len(load.told)} runs, {sum(finished.values())} calls, {again} finished ones again, {dict(failed)} failed")
    assert [each for each, times in calls(tmp_path, "started").items() if each.startswith("hang") and times > 1] == []
    assert again <= KILLS * AT_ONCE  # on a busy machine what has finished is kept some tenths of a second later
    assert failed["r"] == 0 and failed["w"] <= KILLS * AT_ONCE


def made_again(log: list[dict[str, Any]], kills: list[int]) -> int:
    """How many calls had finished when their worker was killed, and were made again; `kills`: lines of the log then.

    What was under way is finished by the worker's server after its death, which tells nobody.
    """
    last_start = {entry["pid"]: number for number, entry in enumerate(log) if entry["event"] == "started"}
    killed = {pid: next((kill for kill in kills if kill > number), len(log)) for pid, number in last_start.items()}
    ended: defaultdict[str, list[bool]] = defaultdict(list)
    for number, entry in enumerate(log):
        if entry["event"] == "finished":
            ended[entry["label"]].append(number < killed[entry["pid"]])
    return sum(max(sum(before) - 1, 0) for before in ended.values())

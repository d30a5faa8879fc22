"""A process is killed again and again at random moments: each run goes on and ends once, no event is missing or double.

AGENTIC_SEARCH_TEST_KILLS sets how often, on each database.
"""

import asyncio
import os
import random
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress
from agentic_search.durable.kept_runs import KeptRuns
from tests.history.opening import events, kept_runs
from tests.support.kept_runs import write

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("AGENTIC_SEARCH_TEST_KILLS", "6"))


class ToldOfRuns:
    """What a process has told before it was killed."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.seen: defaultdict[str, list[str]] = defaultdict(list)
        self.ended: dict[str, str] = {}

    def take(self, line: str) -> None:
        """Take in a line; see tests.support.kept_runs."""
        match line.split():
            case ["started", run_id]:
                self.started.append(run_id)
            case ["seen", run_id, seq, kind]:
                self.seen[run_id].append(f"{seq} {kind}")
            case ["ended", run_id, status]:
                self.ended[run_id] = status
            case _:
                raise AssertionError(line)


def run_until_killed(url: str, prefix: str, told: ToldOfRuns, *, seconds: float) -> None:
    """Start the process and kill it so many seconds after its first line; a line cut short is none."""
    command = [sys.executable, "-m", "tests.support.kept_runs", url, prefix]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told.take(process.stdout.readline())
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        for line in process.stdout:
            if line.endswith("\n"):
                told.take(line)
        killer.cancel()


async def check(engine: KeptRuns, told: ToldOfRuns) -> int:
    """Everything that was told is kept, and every run ends once; gives how many had not ended when it was killed."""
    summaries = {run.id: run for run in await engine.summaries()}
    assert set(told.started) <= set(summaries)
    for run_id in summaries:
        await engine.ended(run_id)
        stored, report = await events(engine, run_id), await engine.report(run_id)
        assert [event.seq for event in stored] == [*range(1, len(stored) + 1)]
        assert [event.seq for event in stored if event.fact.terminal] == [len(stored)]
        assert report.status == "completed"
        assert [task.result for task in report.tasks] == [[run_id] * 1_000]
        assert [event.fact.kind for event in stored].count("task.completed") == 1
        kinds = [f"{event.seq} {event.fact.kind}" for event in stored]
        assert told.seen[run_id] == kinds[: len(told.seen[run_id])]
        assert run_id not in told.ended or len(told.seen[run_id]) == len(kinds)
    assert all(summaries[run_id].status == status == "completed" for run_id, status in told.ended.items())
    return sum(run.status != "completed" for run in summaries.values())


@pytest.mark.timeout(120 + 15 * KILLS)
async def test_a_process_that_is_killed_loses_no_run_and_ends_each_once(lasting: DatabaseAddress) -> None:
    moments = random.Random(12)
    went_on = 0
    url = str(lasting.postgres.render_as_string() if lasting.postgres else f"sqlite:///{lasting.file}")
    for kill in range(KILLS):
        told = ToldOfRuns()
        await asyncio.to_thread(run_until_killed, url, f"k{kill}", told, seconds=moments.uniform(0, 0.4))
        async with asyncio.timeout(60), kept_runs(lasting, write) as engine:
            went_on += await check(engine, told)
            for run in [*await engine.summaries()]:
                await engine.forget(run.id)
    assert went_on or not KILLS

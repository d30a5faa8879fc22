"""Cancelling at any moment: whatever a run was at, nothing of it stays, and the service goes on.

The whole service in this process, so that its tasks can be counted; servers and workers are processes of their own.
"""

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from agentic_search.domain.plan import Plan
from agentic_search.domain.query import Query
from agentic_search.domain.run import ENDED, RunReport
from agentic_search.events.event import Event
from agentic_search.runs.service import Service
from agentic_search.settings import Settings
from agentic_search.tools.python.provider import MOST_PROCESSES
from agentic_search.wiring import open_service
from tests.support.mcp_processes import PATIENCE, events, http_server, is_running
from tests.support.service import NOBODY, stdio_entry

MOMENTS = 36
AT_ONCE = 9
SEED = 20_261_121
SHORT, LONG = 0.03, 60.0
"""Seconds that a call takes: so that runs come to their end, and so that cancellation alone ends it."""
STANDSTILL = 0.5
"""Seconds for a run to emit as much as is waited for: with long calls it may never do."""


@dataclass(frozen=True)
class House:
    """The service and where everybody writes down what happens to calls."""

    service: Service
    log: Path

    def query(self, label: str, seconds: float = SHORT) -> Query:
        """Slow calls of every kind: over stdio and HTTP, shared, tried again, for each of a list, in each executor.

        What nobody waits for takes `seconds`, but in a thread, which cannot be ended.
        """

        def call(task_id: str, tool: str, seconds: float, **more: Any) -> dict[str, Any]:
            arguments = {"seconds": seconds, "label": f"{label} {task_id}", **more}
            return {"id": task_id, "tool": tool, "arguments": arguments}

        log = str(self.log)
        tasks = [
            call("first", "slow.sleep_for", SHORT, steps=2),
            {"id": "list", "tool": "web.rows", "arguments": {"n": 3}},
            call("each", "web.sleep_for", seconds, label=f"{label} ${{item.title}}") | {"for_each": "${list}"},
            call("shared", "slow.sleep_for", seconds, label="shared"),
            call("loop", "pause_on_loop", seconds, log=log),
            call("thread", "pause_in_thread", SHORT, log=log),
            call("process", "pause_in_process", seconds, log=log) | {"depends_on": ["first"]},
            call("last", "web.sleep_for", seconds) | {"depends_on": ["list", "thread"]},
        ]
        return Query(query=f"What of {label}?", plan=Plan.model_validate({"tasks": tasks}))

    def under_way(self) -> Counter[str]:
        """Calls that began somewhere and have not ended, but for those whose process is no more."""
        calls: Counter[str] = Counter()
        for entry in events(self.log):
            if entry["event"] == "started":
                calls[entry["label"]] += 1 if is_running(entry["pid"]) else 0
            else:
                calls[entry["label"]] -= 1
        return +calls


@asynccontextmanager
async def house(folder: Path) -> AsyncGenerator[House]:
    """A service whose servers take few calls at once, so that a slot that is not given back is missed."""
    log = folder / "log"
    async with http_server("--name", "web", "--shaky", "5", "--log", str(log)) as url:
        few = {"maxConcurrency": 4, "limits": {"sleep_for": {"maxConcurrency": 3}}, "breaker": False, "retries": 9}
        servers = {"slow": {**stdio_entry("--log", str(log)), **few}, "web": {"url": url, **few}}
        (folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
        settings = Settings(
            servers_file=folder / "mcp.json",
            bundled_servers=False,
            functions=("tests.support.slow_functions",),
            workflows=folder,
            model="offline",
            ollama_host=NOBODY,
            cache_max_age=0.0,
        )
        async with open_service(settings) as service:
            await service.tools.settled(PATIENCE)
            yield House(service, log)


async def run_to_its_end(house: House, label: str) -> RunReport:
    searches = house.service.searches
    async with asyncio.timeout(PATIENCE):
        return await searches.wait((await searches.start(house.query(label))).id)


async def cancel_at(house: House, query: Query, moment: int, turns: int) -> None:
    """Cancel a run when it has emitted so much, and so many turns of the loop later; 0 is before its first step."""
    searches = house.service.searches
    run_id = (await searches.start(query)).id
    if moment:
        with suppress(TimeoutError):
            async with asyncio.timeout(STANDSTILL):
                await emitted(house, run_id, moment)
        for _ in range(turns):
            await asyncio.sleep(0)
    had_ended = (await searches.get(run_id)).status in ENDED
    await searches.cancel(run_id)
    async with asyncio.timeout(PATIENCE):
        report = await searches.wait(run_id)
    assert had_ended or report.status == "cancelled", f"{report.query} at event {moment}: {report.status}"


async def emitted(house: House, run_id: str, moment: int) -> None:
    async with aclosing(cast("AsyncGenerator[Sequence[Event]]", house.service.searches.follow(run_id))) as events_of:
        async for come in events_of:
            if come[-1].seq >= moment:
                return


def children() -> set[int]:
    """The processes that this one has started and not yet seen the end of."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid():
            found.add(int(stat.parent.name))
    return found


def tasks_now() -> Counter[str]:
    """The tasks of this process, by what they do."""
    return Counter(f"{task.get_name().rstrip('0123456789')}: {_doing(task)}" for task in asyncio.all_tasks())


def _doing(task: asyncio.Task[Any]) -> str:
    return getattr(task.get_coro(), "__qualname__", "?")


async def eventually(nothing: Callable[[], object], what: str) -> None:
    """Wait until nothing is left; what is left is the test's failure."""
    left: object = None
    try:
        async with asyncio.timeout(PATIENCE):
            while left := nothing():  # noqa: ASYNC110 - other processes give no signal
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what}: {left}") from None


async def test_cancelling_at_any_moment_leaves_nothing_behind(tmp_path: Path) -> None:
    async with http_server("--name", "first"):
        pass  # what starts servers is there from now on, and stays
    chance, ours = random.Random(SEED), children()
    async with house(tmp_path) as it:
        servers = children() - ours
        whole = await run_to_its_end(it, "whole")
        assert {task.status for task in whole.tasks} == {"completed"}
        assert max(task.attempts for task in whole.tasks) > 1, "something was tried again"
        idle, last = tasks_now(), len(whole.thinking_steps) + 1
        moments = [round(number * last / (MOMENTS - 1)) for number in range(MOMENTS)]
        chance.shuffle(moments)
        for begin in range(0, MOMENTS, AT_ONCE):
            async with asyncio.TaskGroup() as group:
                for number, moment in enumerate(moments[begin : begin + AT_ONCE], start=begin):
                    query = it.query(f"run {number}", chance.choice([SHORT, LONG]))
                    group.create_task(cancel_at(it, query, moment, chance.randrange(6)))
            await eventually(it.under_way, "calls are still under way")
            await eventually(lambda: tasks_now() - idle, "tasks are left")
            workers = children() - ours - servers
            assert len(workers) <= MOST_PROCESSES, f"{workers} are more than the workers that are kept"
        async with asyncio.TaskGroup() as group:
            again = [group.create_task(run_to_its_end(it, f"again {number}")) for number in range(3)]
        assert {task.status for run in again for task in run.result().tasks} == {"completed"}
    assert children() == ours

"""Several processes on one Postgres: web processes take requests, workers carry runs out, whichever of them dies."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.journey.test_going_on import HELD, PLAN, SLOW, assert_whole, calls
from tests.journey.test_many_listeners import listen
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService, running_service, stdio_entry

QUICK: dict[str, Any] = {"tasks": [{"tool": "echo", "arguments": {"text": "quick"}}]}


@dataclass
class Cluster:
    """Processes that share a database and a folder."""

    folder: Path
    database: str
    stack: AsyncExitStack
    limits: dict[str, Any] = field(default_factory=lambda: {"sleep_for": {"maxConcurrency": 1}})
    """Of the server `slow`."""

    async def start(self, role: str, **settings: str) -> RunningService:
        """One more process."""
        return await self.stack.enter_async_context(self.process(role, **settings))

    def process(self, role: str, **settings: str) -> AbstractAsyncContextManager[RunningService]:
        """One more process, until it is left."""
        servers = {
            "slow": {
                **stdio_entry("--log", str(self.folder / "calls")),
                "limits": self.limits,
            },
            "notes": stdio_entry("--folder", str(self.folder), program="guarded_server"),
        }
        given = {"DATABASE_URL": self.database, "ROLE": role, **settings}
        return running_service(self.folder, servers=servers, settings=given)


@pytest.fixture
async def cluster(tmp_path: Path, postgres: RunningPostgres) -> AsyncGenerator[Cluster]:
    async with AsyncExitStack() as stack:
        yield Cluster(tmp_path, postgres.new_database(), stack)


async def test_any_web_process_starts_shows_decides_on_and_stops_any_run(cluster: Cluster) -> None:
    (cluster.folder / "here").write_text("a note")
    one, other = await cluster.start("web"), await cluster.start("web")
    await cluster.start("worker")
    asked = await one.ask("Where is the lamp?", plan=QUICK, model="offline")
    assert (asked["status"], asked["tasks"][0]["result"]) == ("completed", "quick")
    assert await other.report(asked["id"]) == await one.report(asked["id"])
    told = [await each.events(asked["id"]) for each in (one, other)]
    assert_whole(told[0])
    assert told[0] == told[1]

    held = await one.begin("May I?", plan=HELD, model="offline")
    await other.events(held, until="approval.needed")
    refused = await other.client.post(f"/runs/{held}/tasks/move/approve", json={"answer": {"a": 1}})
    assert refused.status_code == 409, refused.text
    approved = await other.client.post(f"/runs/{held}/tasks/move/approve", json={"always": True})
    assert approved.status_code == 200, approved.text
    assert_whole(await one.events(held))
    assert (cluster.folder / "there").exists()
    refused = await other.client.post(f"/runs/{held}/tasks/move/approve")
    assert refused.status_code == 409, refused.text

    late = await cluster.start("all")
    await late.ready_servers("notes")
    tools = {tool["name"]: tool for tool in (await late.client.get("/tools")).json()["tools"]}
    assert tools["move_file"]["waits"] is None, "it was approved for good at another process"
    slow = await one.begin("Slow?", plan=SLOW, model="offline")
    following = asyncio.ensure_future(one.events(slow))
    await other.events(slow, until="task.started")
    living = await one.client.delete(f"/runs/{slow}")
    assert living.status_code == 409 and "has not ended" in living.text
    assert (await other.client.post(f"/runs/{slow}/cancel")).status_code == 202
    assert (await following)[-1].event == "run.cancelled"
    assert (await other.client.delete(f"/runs/{slow}")).status_code == 200


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
async def test_what_a_worker_leaves_another_one_goes_on_with(how: signal.Signals, cluster: Cluster) -> None:
    web, worker = await cluster.start("web"), await cluster.start("worker")
    run_id = await web.begin("Where is the lamp?", plan=PLAN, model="offline")
    following = asyncio.ensure_future(web.events(run_id))
    await web.events(run_id, until="task.progress")
    await cluster.start("worker")
    worker.process.send_signal(how)
    told = await following
    assert_whole(told)
    if how == signal.SIGSTOP:
        worker.process.send_signal(signal.SIGCONT)
        await until_it_answers(worker)
    assert await web.events(run_id) == told
    report = await web.report(run_id)
    assert [task["status"] for task in report["tasks"]] == ["completed"] * 4
    assert report["tasks"][2]["result"] == [f"slept Row {number}" for number in (1, 2, 3)]
    finished = calls(cluster.folder, "finished")
    assert (finished["quick"], finished["Row 1"]) == (1, 1)
    again = await web.ask("And now?", plan=QUICK, model="offline")
    assert again["status"] == "completed"
    assert "Traceback" not in "\n".join([*web.log, *worker.log])


async def until_it_answers(worker: RunningService) -> None:
    """What it had is another's now: it goes on as a worker without runs."""
    async with asyncio.timeout(10):
        while True:
            health = (await worker.client.get("/health", params={"verbose": ""})).json()
            if not health["load"]["runs"]["running"]:
                return
            await asyncio.sleep(0.05)


async def test_people_come_before_batches_and_a_full_queue_turns_away(cluster: Cluster) -> None:
    web = await cluster.start("web", MAX_QUEUED_RUNS="3")
    batch = await web.begin("later", plan=QUICK, model="offline", batch=True)
    first, second = [await web.begin(query, plan=QUICK, model="offline") for query in ("first", "second")]
    assert (await web.report(second))["status"] == "queued"
    away = await web.client.post("/search", json={"query": "too much"})
    assert (away.status_code, away.json()["type"]) == (503, "urn:agentic-search:overloaded")
    assert int(away.headers["Retry-After"]) > 0
    assert (await web.client.post(f"/runs/{first}/cancel")).json()["status"] == "cancelled"
    assert [message.event for message in await web.events(first)] == ["run.queued", "run.cancelled"]
    await cluster.start("worker", MAX_CONCURRENT_RUNS="1")
    ended = [asyncio.ensure_future(note_end(web, run_id)) for run_id in (batch, second)]
    assert await ended[1] < await ended[0]


async def note_end(web: RunningService, run_id: str) -> float:
    """When the run ended."""
    await web.events(run_id)
    return asyncio.get_running_loop().time()


async def test_runs_outlive_a_restart_of_postgres(tmp_path: Path, own_postgres: RunningPostgres) -> None:
    async with AsyncExitStack() as stack:
        cluster = Cluster(tmp_path, own_postgres.new_database(), stack)
        web = await cluster.start("web")
        for _ in range(2):
            await cluster.start("worker", MAX_CONCURRENT_RUNS="20")
        echo = {"tool": "echo", "arguments": {"text": "quick"}}
        sleep = {"tool": "sleep_for", "arguments": {"seconds": 0.05}, "depends_on": ["a", "b"]}
        plan = {"tasks": [{"id": "a", **echo}, {"id": "b", **echo}, {"id": "end", **sleep}]}
        runs = [await web.begin(f"Run {number}", plan=plan, model="offline") for number in range(40)]
        following = [asyncio.ensure_future(listen([web.client], run_id, 0)) for run_id in runs]
        await web.events(runs[0], until="run.started")
        own_postgres.stop()
        await asyncio.sleep(1)
        own_postgres.start()
        for run_id, each in zip(runs, following, strict=True):
            told = await web.events(run_id)
            assert_whole(told)
            assert await each == [f"{message.id} {message.event}" for message in told]
        reports = [await web.report(run_id) for run_id in runs]
        assert Counter(report["status"] for report in reports) == {"completed": 40}


async def test_a_role_needs_a_database_that_others_share(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="AGENTIC_SEARCH_DATABASE_URL to postgresql"):
        async with running_service(tmp_path, settings={"ROLE": "worker"}):
            pass


async def test_a_worker_answers_whether_it_lives_and_nothing_else(cluster: Cluster) -> None:
    worker = await cluster.start("worker")
    assert (await worker.client.get("/health")).json()["status"] == "ok"
    assert "agentic_search_runs_total" in (await worker.client.get("/metrics")).text
    assert (await worker.client.post("/search", json={"query": "x"})).status_code == 404

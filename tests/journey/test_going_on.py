"""Runs outlive the service: killed or ended, it goes on with them when it is started again, and does nothing twice."""

import asyncio
import signal
from collections import Counter
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support.mcp_processes import events as written
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import Message

PLAN: dict[str, Any] = {
    "tasks": [
        {"id": "quick", "tool": "sleep_for", "arguments": {"seconds": 0, "label": "quick"}},
        {"id": "rows", "tool": "rows", "arguments": {"n": 3}},
        {
            "id": "each",
            "tool": "sleep_for",
            "for_each": "${rows}",
            "arguments": {"seconds": 1, "label": "${item.title}"},
        },
        {"id": "late", "tool": "echo", "arguments": {"text": "after ${quick}"}, "depends_on": ["each"]},
    ]
}
SLOW: dict[str, Any] = {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": 60}}]}
HELD: dict[str, Any] = {
    "tasks": [{"id": "move", "tool": "move_file", "arguments": {"source": "here", "destination": "there"}}]
}
WRITES: dict[str, Any] = {
    "tasks": [
        {"id": "writes", "tool": "hang", "arguments": {"seconds": 60, "label": "writes"}},
        {"id": "reads", "tool": "echo", "arguments": {"text": "all the same"}},
    ]
}


def service(folder: Path, **settings: str) -> AbstractAsyncContextManager[RunningService]:
    """The service, on the database of the folder unless a setting names another."""
    servers = {
        "slow": {**stdio_entry("--log", str(folder / "calls")), "limits": {"sleep_for": {"maxConcurrency": 1}}},
        "notes": stdio_entry("--folder", str(folder), program="guarded_server"),
    }
    return running_service(folder, servers=servers, settings=settings)


async def stop(running: RunningService, how: signal.Signals) -> None:
    """Kill or end the service."""
    running.process.send_signal(how)
    assert await running.process.wait() == -how, running.log


def calls(folder: Path, event: str) -> Counter[str]:
    """How many calls of each label the server has begun or finished."""
    return Counter(entry["label"] for entry in written(folder / "calls") if entry["event"] == event)


def assert_whole(told: list[Message]) -> None:
    """Numbered without a hole, and ended once."""
    assert [int(message.id) for message in told] == [*range(1, len(told) + 1)]
    assert [message.event.startswith(("run.comp", "run.f", "run.can")) for message in told][:-1] == [False] * (
        len(told) - 1
    )
    assert told[-1].event == "run.completed"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("where", ["SQLite", "Postgres"])
async def test_a_run_goes_on_and_makes_no_finished_call_again(
    how: signal.Signals, where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings: dict[str, str] = {}
    if where == "Postgres":
        server: RunningPostgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = server.new_database()
    async with service(tmp_path, **settings) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("Where is the lamp?", plan=PLAN, model="offline")
        seen = await running.events(run_id, until="task.progress")
        await stop(running, how)
    assert calls(tmp_path, "finished") == {"quick": 1, "Row 1": 1}
    async with service(tmp_path, **settings) as running:
        rest = await running.events(run_id, after=len(seen))  # as who followed it asks on
        assert_whole(seen + rest)
        assert await running.events(run_id) == seen + rest
        report = await running.report(run_id)
        assert (report["status"], report["error"]) == ("completed", None)
        assert [(task["id"], task["status"]) for task in report["tasks"]] == [
            ("quick", "completed"),
            ("rows", "completed"),
            ("each", "completed"),
            ("late", "completed"),
        ]
        assert report["tasks"][2]["result"] == [f"slept Row {number}" for number in (1, 2, 3)]
        assert report["tasks"][3]["result"] == "after slept quick"
        told = Counter((message.event, message.data["data"].get("id")) for message in seen + rest)
        assert [each for each, times in told.items() if times > 1 and each[0].startswith(("task.s", "task.c"))] == []
    assert calls(tmp_path, "finished") == {"quick": 1, "Row 1": 1, "Row 2": 1, "Row 3": 1}


async def test_what_waits_for_approval_and_what_waits_for_its_turn_go_on(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a note")
    async with service(tmp_path, MAX_CONCURRENT_RUNS="1") as running:
        await running.ready_servers("slow", "notes")
        waits = await running.begin("may I?", plan=HELD)
        queued = await running.begin("and I?", plan={"tasks": [PLAN["tasks"][0]]})
        seen = await running.events(waits, until="approval.needed")
        await stop(running, signal.SIGKILL)
    async with service(tmp_path, MAX_CONCURRENT_RUNS="2") as running:
        await running.ready_servers("slow", "notes")
        assert (await running.events(queued))[-1].event == "run.completed"
        report = await running.report(waits)
        assert (report["status"], report["tasks"][0]["status"]) == ("waiting", "waiting")
        approved = await running.client.post(f"/runs/{waits}/tasks/move/approve")
        assert approved.status_code == 200, approved.text
        told = await running.events(waits)
        assert told[: len(seen)] == seen
        assert [message.event for message in told].count("approval.needed") == 1
        assert (await running.report(waits))["tasks"][0]["status"] == "completed"


async def test_a_call_that_may_have_changed_something_is_not_made_again(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("Write it", plan=WRITES)
        await running.events(run_id, until="task.completed")
        await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        told = await running.events(run_id)
        assert_whole(told)
        tasks = {task["id"]: task for task in (await running.report(run_id))["tasks"]}
        assert (tasks["writes"]["status"], tasks["reads"]["status"]) == ("failed", "completed")
        assert "whether it has is not known" in tasks["writes"]["error"]
    assert calls(tmp_path, "started") == {"writes": 1}


async def test_a_call_that_failed_is_not_made_again(tmp_path: Path) -> None:
    writes = {**WRITES["tasks"][0], "timeout": 1}
    reads = {"id": "reads", "tool": "sleep_for", "arguments": {"seconds": 3, "label": "reads"}}
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("Write it", plan={"tasks": [writes, reads]}, model="offline")
        seen = await running.events(run_id, until="task.failed")
        await asyncio.sleep(0.5)  # until that is kept
        await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        rest = await running.events(run_id, after=len(seen))
        assert_whole(seen + rest)
        assert [message.event for message in rest].count("task.failed") == 0
        tasks = {task["id"]: task for task in (await running.report(run_id))["tasks"]}
        assert (tasks["writes"]["status"], tasks["reads"]["status"]) == ("failed", "completed")
        assert "took longer" in tasks["writes"]["error"]
    assert calls(tmp_path, "started")["writes"] == 1


async def test_a_run_that_goes_on_from_another_keeps_what_that_found(tmp_path: Path) -> None:
    odd = {"id": "odd", "tool": "sleep_for", "timeout": 1, "arguments": {"seconds": 2, "label": "odd"}}
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        first = await running.ask("Where is the lamp?", plan={"tasks": [PLAN["tasks"][0], odd]}, model="offline")
        again = await running.client.post(f"/runs/{first['id']}/retry", headers={"Prefer": "respond-async"})
        run_id = again.json()["id"]
        await running.events(run_id, until="task.started")
        await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        assert (await running.events(run_id))[-1].event in {"run.completed", "run.failed"}
        report = await running.report(run_id)
        assert report["tasks"][0]["result"] == "slept quick" and report["retry_of"] == first["id"]
    assert calls(tmp_path, "finished") == {"quick": 1}


async def test_who_waits_or_listens_when_the_service_ends_is_told_where_the_run_is_found(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run_id = await running.begin("slow?", plan=PLAN)
        following = asyncio.ensure_future(running.events(run_id))
        waiting = asyncio.ensure_future(running.client.post("/search", json={"query": "x", "plan": PLAN}))
        await running.events(run_id, until="task.started")
        await stop(running, signal.SIGTERM)
        assert (await following)[-1].event not in {"run.completed", "run.failed", "run.cancelled"}
        answered = await waiting
        assert (answered.status_code, answered.json()["type"]) == (503, "urn:agentic-search:shutting_down")
        assert "Traceback" not in "".join(running.log)
        other = answered.json()["run_id"]
    async with service(tmp_path) as running:
        for each in (run_id, other):
            assert (await running.events(each))[-1].event == "run.completed"


async def test_a_run_that_its_processes_die_of_is_ended(tmp_path: Path) -> None:
    run_id = ""
    for _ in range(4):
        async with service(tmp_path) as running:
            if not run_id:
                await running.ready_servers("slow")
                run_id = await running.begin("slow?", plan=SLOW)
            await running.ready_servers("slow")
            await running.events(run_id, until="task.started")
            await stop(running, signal.SIGKILL)
    async with service(tmp_path) as running:
        assert (await running.events(run_id))[-1].event == "run.failed"
        report = await running.report(run_id)
        assert (report["status"], report["error_code"]) == ("failed", "interrupted")

"""The service on its database: killed and started again it shows its runs as they were; see also test_going_on."""

import asyncio
import shutil
import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import RunningPostgres
from tests.support.service import ROOT, RunningService, environment_for, running_service, stdio_entry

PLAN: dict[str, Any] = {
    "tasks": [
        {"id": "find", "tool": "search_rows", "arguments": {"query": "lamp"}},
        {"id": "say", "tool": "echo", "arguments": {"text": "größer: ${find}"}},
    ]
}


def service(folder: Path, **settings: str) -> AbstractAsyncContextManager[RunningService]:
    """The service, on the database of the folder unless a setting names another."""
    return running_service(folder, servers={"slow": stdio_entry()}, settings=settings)


async def kill(running: RunningService) -> None:
    """As a crash ends it."""
    running.process.kill()
    await running.process.wait()


async def get(running: RunningService, path: str, **params: str) -> Any:
    """The answer of a GET, which is 200."""
    response = await running.client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("ends", ["by SIGTERM", "by SIGKILL", "by SIGKILL, on Postgres"])
async def test_what_has_ended_is_shown_as_before(ends: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings: dict[str, str] = {}
    shown: dict[str, Any] = {}
    if ends.endswith("Postgres"):
        server: RunningPostgres = request.getfixturevalue("postgres")
        settings["DATABASE_URL"] = server.new_database()
    async with service(tmp_path, **settings) as running:
        await running.ready_servers("slow")
        run = await running.ask("Where is the lamp?", plan=PLAN, model="offline")
        path, thread = f"/runs/{run['id']}", f"/threads/{run['thread_id']}"
        if "KILL" in ends:  # at once: who was told of its end finds it afterwards
            before, told = run, None
            await kill(running)
        else:
            before, told = await running.report(run["id"]), await running.events(run["id"])
            paths = (f"{path}/tasks/find", "/runs", "/threads", thread)
            shown = {each: await get(running, each) for each in paths}
    async with service(tmp_path, **settings) as running:
        assert await running.report(run["id"]) == before
        again = await running.events(run["id"])
        assert told is None or again == told
        assert [int(message.id) for message in again] == [*range(1, len(again) + 1)]
        assert await running.events(run["id"], after=4) == again[4:]
        for each, before in shown.items():
            assert await get(running, each) == before
        assert [each["id"] for each in (await get(running, "/runs", q="LAMPS where"))["runs"]] == [run["id"]]
        seen_all = await running.client.get(f"{path}/events", headers={"Last-Event-ID": str(len(again))})
        assert seen_all.status_code == 204
        follow_up = await running.ask("And now?", plan=PLAN, model="offline", thread_id=run["thread_id"])
        assert [each["id"] for each in (await get(running, thread))["runs"]] == [run["id"], follow_up["id"]]


async def test_a_run_of_before_can_be_gone_on_from_and_exported(tmp_path: Path) -> None:
    plan = {"tasks": [*PLAN["tasks"], {"id": "odd", "tool": "fail", "arguments": {"message": "no"}}]}
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run = await running.ask("Where is the lamp?", plan=plan, model="offline")
        told = [(task["id"], task["status"]) for task in run["tasks"]]
        assert told == [("find", "completed"), ("say", "completed"), ("odd", "failed")]
        await kill(running)
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        path = f"/runs/{run['id']}"
        for form in ("md", "json", "html"):
            exported = await running.client.get(f"{path}/export", params={"format": form})
            assert exported.status_code == 200 and "lamp" in exported.text
        again = (await running.client.post(f"{path}/retry")).json()
        assert (again["retry_of"], again["thread_id"]) == (run["id"], run["thread_id"])
        assert again["tasks"][0]["result"] == run["tasks"][0]["result"]
        await kill(running)
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        written = (await running.client.post(f"/runs/{again['id']}/synthesize")).json()
        assert written["status"] in {"completed", "partial"} and written["retry_of"] == again["id"]


async def test_a_second_service_on_the_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    async with service(tmp_path) as running:
        second = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, str(ROOT / "server.py")],
            cwd=tmp_path,
            env=environment_for(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr.startswith("Another process has ") and second.stderr.count("\n") == 1
        assert str(tmp_path / "data" / "runs.sqlite") in second.stderr
        assert (await running.client.get("/health")).status_code == 200


async def test_a_deleted_conversation_comes_back_by_the_request_that_the_answer_names(tmp_path: Path) -> None:
    async with service(tmp_path, DATABASE_URL="memory:") as running:
        await running.ready_servers("slow")
        run = await running.ask("Where is the lamp?", plan=PLAN, model="offline")
        path = f"/threads/{run['thread_id']}"
        renamed = await running.client.patch(path, json={"title": "Lamps"})
        assert (renamed.status_code, renamed.json()["title"]) == (200, "Lamps")
        for bad in ({}, {"title": ""}, {"title": "  "}, {"title": "x" * 201}, {"title": 7}):
            assert (await running.client.patch(path, json=bad)).status_code == 422
        for owned in (path, f"/runs/{run['id']}"):
            deleted = (await running.client.delete(owned)).json()
            assert (await running.client.get(f"/runs/{run['id']}")).status_code == 404
            assert (await get(running, "/runs"))["runs"] == []
            method, _, undo = deleted["undo"].partition(" ")
            assert (await running.client.request(method, undo)).status_code == 200
            assert (await running.client.get(owned)).status_code == 200
            assert [each["title"] for each in (await get(running, "/threads", q="LAMP"))["threads"]] == ["Lamps"]
        load = (await get(running, "/health", verbose="1"))["load"]["history"]
        assert (load["database"], load["runs"], load["unwritten"], load["lost"]) == ("memory:", 1, 0, 0)


async def test_a_backup_that_is_made_while_it_runs_can_be_restored(tmp_path: Path) -> None:
    """As docs/operating.md says."""
    backup = tmp_path / "backup.sqlite"
    async with service(tmp_path) as running:
        await running.ready_servers("slow")
        run = await running.ask("Where is the lamp?", plan=PLAN, model="offline")
        copying = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', [sys.argv[2]])"
        command = [sys.executable, "-c", copying, str(tmp_path / "data" / "runs.sqlite"), str(backup)]
        await asyncio.to_thread(subprocess.run, command, check=True, timeout=60)
        later = await running.ask("After the backup", plan=PLAN, model="offline")
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    shutil.copy(backup, moved / "runs.sqlite")
    async with service(tmp_path, DATABASE_URL=f"sqlite:///{moved / 'runs.sqlite'}") as running:
        assert (await running.report(run["id"]))["answer"] == run["answer"]
        assert (await running.client.get(f"/runs/{later['id']}")).status_code == 404

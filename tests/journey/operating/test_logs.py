"""The log of a real service: one line for each run, task and change of a server, at any level and in both forms."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import RunningService, running_service, stdio_entry

SECRET = "Where does nobody look?"
TASKS = [
    {"tool": "rows", "arguments": {"n": 2}, "purpose": "Find rows"},
    {"tool": "fail", "arguments": {"message": "no\n2026-01-01 INFO forged: line"}},
    {"id": "after", "tool": "echo", "arguments": {"text": "${t2}"}},
]


async def log_of(folder: Path, query: str = SECRET, plan: object = TASKS, **settings: str) -> list[str]:
    """The lines of a service that ran that plan and was told to end."""
    servers = {"slow": stdio_entry(), "absent": stdio_entry("--exit", "no licence found")}
    async with running_service(folder, servers=servers, settings=settings) as service:
        await service.ready_servers("slow")
        run_id = await service.begin(query, plan=plan)
        await service.events(run_id)
        while "connecting" in (await service.client.get("/servers")).text:
            pass  # the other is to fail before the service ends
    return service.log


def fields(lines: Sequence[str], **wanted: str) -> list[dict[str, Any]]:
    """The records with those fields."""
    records = [json.loads(line) for line in lines]
    return [each for each in records if wanted.items() <= each.items()]


async def test_runs_tasks_and_servers_are_told_with_their_fields(tmp_path: Path) -> None:
    lines = await log_of(tmp_path, LOG_FORMAT="json")
    (run,) = [each for each in fields(lines) if "tasks" in each]
    assert (run["status"], run["tasks"], run["tasks_completed"], run["tasks_failed"]) == ("partial", 3, 1, 1)
    assert run["ms"] >= 0 and run["level"] == "info" and run["run_id"] in run["message"]
    tasks = {each["task_id"]: each for each in fields(lines, run_id=run["run_id"]) if "task_id" in each}
    assert {task_id: (task["tool"], task["status"]) for task_id, task in tasks.items()} == {
        "t1": ("rows", "completed"),
        "t2": ("fail", "failed"),
        "after": ("echo", "skipped"),
    }
    assert tasks["t1"]["server"] == "slow" and isinstance(tasks["t1"]["ms"], int) and tasks["after"]["ms"] is None
    first = next(each for each in fields(lines, server="slow") if "was" in each)
    assert (first["was"], first["status"]) == ("connecting", "ready")
    (failed,) = [each for each in fields(lines, server="absent", status="unavailable") if each["was"] == "connecting"]
    assert "no licence found" in failed["message"]
    assert not any(SECRET in line or "Text of row" in line for line in lines)


async def test_as_text_no_stranger_begins_a_line(tmp_path: Path) -> None:
    lines = await log_of(tmp_path, query=f"{SECRET}\nforged", LOG_LEVEL="info")
    assert not [line for line in lines if line.startswith(("forged", "2026-01-01 INFO forged"))]
    (told,) = [line for line in lines if "task t2 of run" in line]
    assert "slow.fail failed in" in told and "no 2026-01-01 INFO forged" in told


async def test_at_debug_other_libraries_are_quiet_and_servers_are_named(tmp_path: Path) -> None:
    lines = await log_of(tmp_path, plan=[{"tool": "die"}], LOG_LEVEL="debug", LOG_FORMAT="json")
    own = fields(lines, level="debug")
    assert own and all(each["logger"].startswith("agentic_search") for each in own)
    assert fields(lines, message="slow: about to die")


async def test_at_its_end_the_service_tells_of_the_runs_that_it_ends(service_with_a_long_run: RunningService) -> None:
    (told,) = [line for line in service_with_a_long_run.log if " cancelled in " in line]
    assert "1 task (1 cancelled)" in told


@pytest.fixture
async def service_with_a_long_run(tmp_path: Path) -> RunningService:
    """A service that has been ended while a task slept."""
    async with running_service(
        tmp_path, servers={"slow": stdio_entry()}, settings={"DATABASE_URL": "memory:"}
    ) as service:
        await service.ready_servers("slow")
        run_id = await service.begin("q", plan=[{"tool": "sleep_for", "arguments": {"seconds": 60}}])
        await service.events(run_id, until="task.started")
    return service

"""Functions in the real service: named in its settings, listed, called by a plan, killed with the run."""

import subprocess
import sys
from pathlib import Path

from tests.support.service import ROOT, environment_for, running_service
from tests.tools.python.calling import SAMPLES, runs, until


async def test_functions_named_in_the_settings_are_tools_of_every_run_and_die_with_it(tmp_path: Path) -> None:
    started = tmp_path / "started"
    async with running_service(tmp_path, settings={"FUNCTIONS": SAMPLES}) as service:
        [server] = (await service.client.get("/servers")).json()["servers"]
        assert (server["name"], server["status"], server["transport"]) == ("functions", "ready", "python")
        tasks = [
            {"id": "find", "tool": "find", "arguments": {"query": "rain"}},
            {"id": "square", "tool": "square", "arguments": {"number": "${length(find)}"}},
            {"id": "crash", "tool": "crash", "arguments": {"how": "segfault"}},
        ]
        run = await service.ask("rain", plan={"tasks": tasks}, model="offline")
        assert {task["id"]: task["status"] for task in run["tasks"]} == {
            "find": "completed",
            "square": "completed",
            "crash": "failed",
        }
        [square] = [task["result"] for task in run["tasks"] if task["id"] == "square"]
        assert square["square"] == 4
        assert run["sources"][0]["url"] == "https://example.org/0"
        hold = {"tool": "hold", "arguments": {"started": str(started)}}
        run_id = await service.begin("hold", plan={"tasks": [hold]}, model="offline")
        await until(started.exists)
        pid = int(started.read_text())
        assert runs(pid)
        await service.client.post(f"/runs/{run_id}/cancel")
        await until(lambda: not runs(pid))
    assert not runs(square["pid"])


def test_a_service_whose_functions_cannot_be_used_does_not_start_and_says_why(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, str(ROOT / "server.py")],
        cwd=tmp_path,
        env=environment_for(tmp_path, settings={"FUNCTIONS": "absent, json:JSONDecoder"}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    assert "'absent': there is no module 'absent'" in ended.stderr
    assert "'json:JSONDecoder': it is a class, not a function" in ended.stderr


def test_functions_are_found_in_the_folder_that_the_service_is_started_in(tmp_path: Path) -> None:
    (tmp_path / "here_only.py").write_text("def f(a: int): ...\n")
    program = (
        "from agentic_search.tools.python.load import load_functions as load; print(load(['here_only:f'])[0].name)"
    )
    ended = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env=environment_for(tmp_path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.stdout == "f\n", ended.stderr

"""A server that is not connected now is no reason to call a plan wrong: it is waited for, or named as missing."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.mcp_processes import events
from tests.support.service import ROOT, RunningService, running_service, stdio_entry

ECHO = {"id": "said", "tool": "echo", "arguments": {"text": "The lamp is lit."}}
NOWHERE = {"url": "http://127.0.0.1:9/mcp"}
"""Nothing listens there."""


def delayed(command: str) -> dict[str, Any]:
    """The slow server, after a command of the shell that may hold it up or keep it from starting."""
    program = f'{command} && exec "{sys.executable}" -m tests.support.slow_server "$@"'
    return {"command": "sh", "args": ["-c", program, "sh"], "env": {"PYTHONPATH": str(ROOT)}}


async def asked(service: RunningService, *tasks: dict[str, Any], **more: Any) -> httpx.Response:
    """POST /search with a plan."""
    return await service.client.post("/search", json={"query": "lamp", "plan": {"tasks": tasks}, **more})


@pytest.mark.parametrize("name", ["echo", "late.echo"])
async def test_a_plan_waits_for_a_server_that_is_still_starting(tmp_path: Path, name: str) -> None:
    async with running_service(tmp_path, servers={"late": delayed("sleep 7")}) as service:
        response = await asked(service, {**ECHO, "tool": name})
    assert response.status_code == 200, response.text
    assert response.json()["tasks"][0]["result"] == "The lamp is lit."


async def test_a_workflow_waits_as_a_plan_does(tmp_path: Path) -> None:
    folder = tmp_path / "workflows"
    folder.mkdir()
    (folder / "say.yaml").write_text(
        "name: say\ntasks:\n  - {id: said, tool: late.echo, arguments: {text: The lamp is lit.}}\n"
    )
    settings = {"WORKFLOWS": str(folder), "DISCOVERY_WAIT": "0"}
    async with running_service(tmp_path, servers={"late": delayed("sleep 2")}, settings=settings) as service:
        run = await service.ask("lamp", workflow="say")
    assert run["tasks"][0]["result"] == "The lamp is lit."


async def test_a_server_that_comes_too_late_is_told_with_when_to_ask_again(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers={"late": delayed("sleep 50")}) as service:
        assert (await service.client.get("/ready")).status_code == 503
        response = await asked(service, {**ECHO, "tool": "late.echo"}, deadline=2)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "'late'" in response.json()["detail"]
    assert "connecting" in response.json()["detail"]


async def test_a_server_that_cannot_be_reached_is_told_and_no_other_servers_tool_is_suggested(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers={"up": stdio_entry(), "down": NOWHERE}) as service:
        await service.ready_servers("up")
        response = await asked(service, {**ECHO, "tool": "down.echo"})
        wrong = await asked(service, {**ECHO, "tool": "up.ehco"})
        right = await asked(service, {**ECHO, "tool": "up.echo"})
    assert response.status_code == 503
    assert "server 'down' is unavailable" in response.json()["detail"]
    assert "did you mean" not in response.text
    assert (wrong.status_code, right.status_code) == (422, 200)


async def test_tasks_of_a_server_that_went_away_fail_and_the_others_run(tmp_path: Path) -> None:
    alive, log = tmp_path / "alive", tmp_path / "log"
    alive.touch()
    gone = delayed(f"test -e {alive}")
    gone["args"] += ["--log", str(log)]
    servers = {"gone": gone, "other": stdio_entry()}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("gone", "other")
        await asked(service, {"tool": "gone.sleep_for", "arguments": {"seconds": 0}})
        alive.unlink()
        os.kill(events(log)[0]["pid"], signal.SIGKILL)
        other = {"id": "kept", "tool": "other.echo", "arguments": {"text": "The lamp is lit."}}
        response = await asked(service, {**ECHO, "tool": "gone.echo"}, other, deadline=6)
    assert response.status_code == 200, response.text
    run = response.json()
    assert run["status"] == "partial"
    said, kept = run["tasks"]
    assert kept["result"] == "The lamp is lit."
    assert said["status"] == "failed"
    assert "gone" in said["error"]


async def test_globs_that_fit_no_tool_are_the_callers_mistake_unless_a_server_is_missing(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers={"up": stdio_entry()}) as service:
        await service.ready_servers("up")
        response = await service.client.post("/search", json={"query": "lamp", "tools": ["zzz*"]})
    assert response.status_code == 422
    assert "echo" in response.json()["detail"]
    folder = tmp_path / "second"
    folder.mkdir()
    async with running_service(folder, servers={"up": stdio_entry(), "down": NOWHERE}) as service:
        await service.ready_servers("up")
        response = await service.client.post("/search", json={"query": "lamp", "tools": ["down.*"]})
    assert response.status_code == 503
    assert "down" in response.json()["detail"]


async def test_the_name_of_two_servers_tools_is_the_callers_mistake_though_a_server_is_missing(tmp_path: Path) -> None:
    servers = {"left": stdio_entry(), "right": stdio_entry(), "down": NOWHERE}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("left", "right")
        response = await asked(service, ECHO)
    assert response.status_code == 422
    assert "did you mean 'left.echo' or 'right.echo'?" in response.text


async def test_of_many_servers_that_are_missing_few_are_told_those_that_may_soon_be_here_first(tmp_path: Path) -> None:
    servers = {"up": stdio_entry(), **{f"down{n}": NOWHERE for n in range(4)}, "late": delayed("sleep 50")}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("up")
        detail = (await asked(service, {**ECHO, "tool": "nobody_has_it"}, deadline=2)).json()["detail"]
    assert "no connected server has 'nobody_has_it'. server 'late' is connecting" in detail
    assert "2 more are named by GET /servers" in detail
    assert "down3" not in detail


async def test_a_server_that_asks_for_values_is_told_in_words(tmp_path: Path) -> None:
    asking = {"command": "sh", "args": ["-c", "exit 1"], "env": {"KEY": "${input:key}"}}
    async with running_service(tmp_path, servers={"up": stdio_entry(), "asking": asking}) as service:
        await service.ready_servers("up")
        reasons = (await service.client.get("/ready")).json()["reasons"]
        detail = (await asked(service, {**ECHO, "tool": "asking.echo"}, deadline=2)).json()["detail"]
    assert "server 'asking' needs input: it asks for key" in reasons[0]
    assert "server 'asking' needs input" in detail

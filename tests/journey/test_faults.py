"""Servers that die, hang, talk nonsense or never come: the run goes on, the others are unaffected, and it is said."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.mcp_processes import PATIENCE, free_port, http_server, is_running, logged, mortal_http_server
from tests.support.mcp_processes import events as logged_events
from tests.support.service import ROOT, RunningService, environment_for, running_service, stdio_entry


def bare_entry(*options: str) -> dict[str, object]:
    """A server that misbehaves as told."""
    return stdio_entry(*options, program="bare_server")


def plan(*tools: str) -> dict[str, object]:
    """Tasks without arguments but those that these tools need."""
    needed: dict[str, dict[str, object]] = {"rows": {"n": 1}, "sleep_for": {"seconds": 60}, "hang": {"seconds": 60}}
    return {"tasks": [{"tool": tool, "arguments": needed.get(tool.split(".")[-1], {})} for tool in tools]}


async def test_a_server_that_dies_in_mid_call_fails_its_calls_alone_and_is_back_for_the_next(tmp_path: Path) -> None:
    async with http_server("--name", "web") as url:
        servers = {"slow": stdio_entry(), "web": {"url": url}}
        async with running_service(tmp_path, servers=servers) as service:
            await service.ready_servers("slow", "web")
            run = await service.ask("x", plan=plan("slow.die", "slow.hang", "web.rows"))
            assert [task["status"] for task in run["tasks"]] == ["failed", "failed", "completed"]
            assert "slow" in run["tasks"][0]["error"]
            await service.ready_servers("slow")
            again = await service.ask("x", plan=plan("slow.rows"))
            assert again["status"] == "completed"


async def test_a_server_over_http_that_is_killed_takes_nothing_with_it(tmp_path: Path) -> None:
    async with mortal_http_server("--name", "web") as (url, kill):
        servers = {"slow": stdio_entry(), "web": {"url": url}}
        async with running_service(tmp_path, servers=servers) as service:
            await service.ready_servers("slow", "web")
            run_id = await service.begin("x", plan=plan("web.sleep_for", "slow.rows"))
            await service.events(run_id, until="task.completed")
            kill()
            told = await service.events(run_id)
            assert told[-1].event == "run.completed" and told[-1].data["data"]["status"] == "partial"
            run = await service.ask("x", plan=plan("slow.rows"))
            assert run["status"] == "completed"


async def test_a_tool_that_takes_no_notice_is_left_behind_at_its_timeout(tmp_path: Path) -> None:
    servers = {"slow": {**stdio_entry(), "timeout": 2}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        run = await service.ask("x", plan=plan("hang", "rows"))
        assert [task["status"] for task in run["tasks"]] == ["failed", "completed"]
        assert "longer than 2 s" in run["tasks"][0]["error"]


async def test_a_server_whose_calls_keep_failing_is_not_offered_until_its_rest_is_over(tmp_path: Path) -> None:
    failing = {**stdio_entry(), "timeout": 2, "retries": 0, "breaker": {"failures": 3, "seconds": 5}}
    async with running_service(tmp_path, servers={"slow": failing, "bare": bare_entry()}) as service:
        await service.ready_servers("slow", "bare")
        await service.events(await service.begin("x", plan=plan("slow.hang", "slow.hang", "slow.hang")))
        servers = {it["name"]: it for it in (await service.client.get("/servers")).json()["servers"]}
        assert (servers["slow"]["status"], servers["slow"]["tools"]) == ("unavailable", 0)
        assert "hang took longer than 2 s; it is tried again in" in servers["slow"]["error"]
        assert await offered_servers(service) == {"bare"}
        told = await service.events(await service.begin("What do the rows say?"), until="tools.discovered")
        assert "tried again in" in str(told[-1].data["data"]["servers"][0]["error"])

        await service.ready_servers("slow")
        assert await offered_servers(service) == {"bare", "slow"}
        found = await service.ask("What do the rows say?")
        assert {task["server"] for task in found["tasks"]} == {"slow"} and found["status"] == "completed"


async def offered_servers(service: RunningService) -> set[str]:
    """Whose tools planners may choose now."""
    tools = (await service.client.get("/tools")).json()["tools"]
    return {tool["server"] for tool in tools} - {"builtin"}


async def test_garbage_on_the_wire_harms_nobody(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers={"slow": stdio_entry()}) as service:
        await service.ready_servers("slow")
        run = await service.ask("x", plan=plan("garbage", "rows"))
        assert run["tasks"][1]["status"] == "completed"


async def test_start_up_waits_for_no_server_and_says_what_is_wrong_with_each(tmp_path: Path) -> None:
    servers = {
        "deaf": bare_entry("--deaf"),
        "missing": {"command": "no-such-command-anywhere"},
        "broken": bare_entry("--exit", "the licence has run out"),
        "away": {"url": f"http://127.0.0.1:{free_port()}/mcp"},
        "off": {"command": "x", "disabled": True},
        "fine": stdio_entry(),
    }
    async with running_service(tmp_path, servers=servers, settings={"DISCOVERY_WAIT": "1"}) as service:
        await service.ready_servers("fine")
        run = await service.ask("x", plan=plan("rows"))
        assert run["status"] == "completed"
        listed = await servers_once_known(service, "missing", "broken", "away")
        assert listed["deaf"]["status"] == "connecting"
        assert listed["off"]["status"] == "disabled"
        assert "no-such-command-anywhere" in str(listed["missing"]["error"])
        assert "the licence has run out" in str(listed["broken"]["error"])
        assert listed["away"]["status"] == "unavailable"


async def servers_once_known(service: RunningService, *names: str) -> dict[str, dict[str, object]]:
    """All servers, once it is known what is wrong with these."""
    async with asyncio.timeout(PATIENCE):
        while True:
            servers = {it["name"]: it for it in (await service.client.get("/servers")).json()["servers"]}
            if all(servers[name]["error"] for name in names):
                return servers
            await asyncio.sleep(0.02)


async def test_a_search_while_every_server_is_still_connecting_waits_for_one(tmp_path: Path) -> None:
    late = {
        **stdio_entry(),
        "command": "sh",
        "args": ["-c", f"sleep 3; exec {sys.executable} -m tests.support.slow_server"],
    }
    settings = {"DISCOVERY_WAIT": "0.2"}
    async with running_service(tmp_path, servers={"late": late}, settings=settings) as service:
        run = await service.ask("What do the rows say?")
        assert run["status"] == "completed" and run["timings"]["discover"] > 0.2


async def test_a_search_without_any_server_says_what_to_do(tmp_path: Path) -> None:
    async with running_service(tmp_path) as service:
        response = await service.client.post("/search", json={"query": "x"})
        assert response.status_code == 502 and "No server is configured" in response.json()["detail"]
        ready = await service.client.get("/ready")
        assert ready.status_code == 503 and "mcp.json" in ready.json()["reasons"][0]


async def test_sigterm_ends_every_run_with_its_last_event_and_tells_who_waits(tmp_path: Path) -> None:
    log = tmp_path / "slow.jsonl"
    settings = {"MAX_CONCURRENT_RUNS": "1", "DATABASE_URL": "memory:"}
    servers = {"slow": bare_entry("--linger", "--log", str(log))}
    async with running_service(tmp_path, servers=servers, settings=settings) as service:
        await service.ready_servers("slow")
        runs = [await service.begin("x", plan=plan("hang")) for _ in range(2)]
        await logged(log, "hang")
        following = [asyncio.ensure_future(service.events(run_id)) for run_id in runs]
        waiting = asyncio.ensure_future(service.client.post("/search", json={"query": "x", "plan": plan("hang")}))
        await asyncio.sleep(0.3)  # until it stands in the queue
        began = asyncio.get_running_loop().time()
        service.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await service.process.wait()
        assert asyncio.get_running_loop().time() - began < 7
        events = [[message.event for message in await each] for each in following]
        assert events[0][-1] == events[1][-1] == "run.cancelled"
        assert events[1] == ["run.queued", "run.cancelled"]
        answered = await waiting
        assert answered.status_code == 503 and answered.json()["run_id"], answered.text
        assert "Traceback" not in "".join(service.log)
        pids = {entry["pid"] for entry in logged_events(log)}
        assert pids and os.getpid() not in pids
        assert not [pid for pid in pids if is_running(pid)]


async def test_a_stream_goes_on_until_its_run_has_ended_though_that_takes_a_while_at_the_end_of_the_service(
    tmp_path: Path,
) -> None:
    log = tmp_path / "slow.jsonl"
    call = {"tool": "stop_slowly", "arguments": {"log": str(log), "label": "x", "seconds": 1.5}}
    settings = {"FUNCTIONS": "tests.support.slow_functions", "DATABASE_URL": "memory:"}
    async with running_service(tmp_path, settings=settings) as service:
        run_id = await service.begin("x", plan={"tasks": [call]})
        await logged(log, "started")
        following = asyncio.ensure_future(service.events(run_id))
        await asyncio.sleep(0.1)  # until it is followed
        service.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await service.process.wait()
        assert (await following)[-1].event == "run.cancelled"


def test_settings_that_cannot_be_used_stop_the_start_and_are_all_named(tmp_path: Path) -> None:
    ended = start_in(tmp_path, PORT="many", MAX_CONCURRENT_TASKS="0")
    assert ended.returncode == 2
    assert "AGENTIC_SEARCH_PORT" in ended.stderr and "AGENTIC_SEARCH_MAX_CONCURRENT_TASKS" in ended.stderr
    assert "Traceback" not in ended.stderr


def start_in(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start the service where it cannot start."""
    environment = environment_for(folder, settings=settings)
    command = [sys.executable, str(ROOT / "server.py")]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


WITH_A_HELPER = """
import os, subprocess, sys
helper = subprocess.Popen([sys.executable, "-S", "-c", sys.argv[2]], start_new_session=True)
open(sys.argv[1], "a").write(f"{helper.pid}\\n")
os.execv(sys.executable, [sys.executable, "-m", "tests.support.bare_server", *sys.argv[3:]])
"""
SILENT = "import time; time.sleep(60)"
WRITES_ON = """
import os, time
server = os.getppid()
while os.getppid() == server: time.sleep(0.01)
while True: os.write(1, b"y\\n" * 1000)
"""


@pytest.mark.parametrize("helper", [SILENT, WRITES_ON], ids=["silent", "writes_on"])
async def test_a_killed_server_is_started_again_though_a_program_that_it_started_holds_its_stdout(
    tmp_path: Path, helper: str
) -> None:
    helpers, log = tmp_path / "helpers", tmp_path / "log"
    options = ["-c", WITH_A_HELPER, str(helpers), helper, "--log", str(log)]
    servers = {"bare": {"command": sys.executable, "args": options, "env": {"PYTHONPATH": str(ROOT)}}}
    try:
        async with running_service(tmp_path, servers=servers) as service:
            await service.ready_servers("bare")
            os.kill((await logged(log, "up"))["pid"], signal.SIGKILL)
            await logged(log, "up", times=2)
            await service.ready_servers("bare")
            run = await service.ask("x", plan={"tasks": [{"tool": "bare.echo", "arguments": {"text": "otter"}}]})
            assert run["tasks"][0]["result"] == "otter"
            assert not [line for line in service.log if "Exception in callback" in line]
    finally:
        for pid in map(int, helpers.read_text().split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

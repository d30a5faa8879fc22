"""Servers over stdio that start in their own way: slowly, only by initialize, or not at all, and then say why."""

import asyncio
import json
import logging
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import ServerStatus
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock
from tests.support.mcp_processes import (
    PATIENCE,
    error_of,
    events,
    is_running,
    logged,
    odd_server,
    state_of,
    unheard,
    until,
)
from tests.support.scripted.start import FIND, HELLO, error, offering, result, scripted

CLOCK = SystemClock()


async def find(pool: ToolPool, query: str = "", timeout: float = PATIENCE) -> str:
    return (await pool.call("find", {"query": query}, timeout=timeout, on_progress=unheard)).text


async def failed(config: ServerConfig) -> ServerStatus:
    """The status of a server whose start has failed."""
    async with ToolPool([config], clock=CLOCK) as pool:
        await until(pool, lambda: state_of(pool, config.name) == "unavailable")
        return pool.statuses()[0]


@pytest.mark.parametrize(
    "first", ["exits", "refuses, then exits", "is silent", "answers nobody", "answers oddly", "refuses"]
)
async def test_whatever_a_server_does_at_the_first_request_it_is_used(first: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with ToolPool([odd_server("odd", "--first", first, "--log", str(log))], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert state_of(pool, "odd") == "ready"
        assert await find(pool) == "the lamp is red"


@pytest.mark.parametrize("first", ["exits", "is silent"])
async def test_what_a_server_needs_at_its_start_is_remembered(first: str, tmp_path: Path) -> None:
    log, mark = tmp_path / "log", tmp_path / "died"
    config = odd_server("odd", "--first", first, "--log", str(log), "--die-once", str(mark))
    async with ToolPool([config], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        with pytest.raises(Exception, match="may have finished"):
            await find(pool)
        seen = [event["event"] for event in events(log)]
        assert await find(pool) == "the lamp is red"
    since = [event["event"] for event in events(log)][len(seen) :]
    assert "initialize" in since
    assert "server/discover" not in since


async def test_a_server_that_dies_once_is_waited_for_as_long_as_the_call_may_take(tmp_path: Path) -> None:
    mark = tmp_path / "died"
    config = odd_server("odd", "--die-once", str(mark), "--delay", "1.5")
    async with ToolPool([config], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        with pytest.raises(Exception, match="may have finished"):
            await find(pool)
        with pytest.raises(Exception, match=r"took longer than 0\.3 s: 'odd' is unavailable"):
            await find(pool, timeout=0.3)
        assert await find(pool) == "the lamp is red"


async def test_a_slow_start_is_told_waited_for_by_nobody_and_not_ended() -> None:
    clock = FakeClock()
    async with ToolPool([odd_server("odd", "--delay", "4")], clock=clock, open_within=0.5) as pool:
        await asyncio.sleep(1.0)
        clock.advance(45.0)
        (status,) = pool.statuses()
        assert (status.status, status.error) == ("connecting", "still starting (45 s)")
        async with asyncio.timeout(1.0):
            await pool.settled(PATIENCE)
        await until(pool, lambda: state_of(pool, "odd") == "ready")
        assert pool.statuses()[0].error is None


async def test_a_start_has_its_limit(tmp_path: Path) -> None:
    log = tmp_path / "log"
    config = replace(odd_server("odd", "--delay", "60", "--log", str(log)), startup_timeout=5.0)
    status = await failed(config)
    assert "odd (" in (status.error or "") and 'did not answer in time (5 s from its start; "startupTimeout' in (
        status.error or ""
    )
    assert not is_running(events(log)[0]["pid"])


@pytest.mark.parametrize("command", ["npx", "anything"])
async def test_what_may_be_installing_is_asked_to_end_and_left_to_finish(command: str, tmp_path: Path) -> None:
    log, script = tmp_path / "log", tmp_path / command
    launch = odd_server("odd", "--delay", "60", "--finish", "3", "--log", str(log)).reach
    assert isinstance(launch, StdioLaunch)
    words = " ".join(f"'{word}'" for word in (launch.command, *launch.args))
    script.write_text(f"#!/bin/sh\nexec {words}\n")
    script.chmod(0o755)
    config = ServerConfig("odd", replace(launch, command=str(script), args=()))
    async with asyncio.timeout(None) as limit, ToolPool([config], clock=CLOCK):
        pid = (await logged(log, "up"))["pid"]
        limit.reschedule(asyncio.get_running_loop().time() + 20)
    assert is_running(pid), "leaving does not wait for it"
    await logged(log, "cleaned up")
    # Its pipes are closed by this test's event loop, or complained of in a later test.
    for thread in threading.enumerate():
        if thread.name == f"left behind: process {pid}":
            await asyncio.to_thread(thread.join, 20)


async def test_a_failed_start_says_why_with_its_name_first_and_keeps_the_tail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    written = "Error: NOTES_API_KEY environment variable is required\n    at main (x.js:1:2)\n\nNode.js v20.20.2"
    with caplog.at_level(logging.INFO, logger="agentic_search.tools"):
        status = await failed(odd_server("notes", "--stderr", written, "--status", "1"))
    told = "exited with status 1: Error: NOTES_API_KEY environment variable is required"
    assert (status.error or "").startswith("notes (") and (status.error or "").endswith(told)
    assert "tests.support.odd_server)" in (status.error or "")
    assert status.log[-1] == "Node.js v20.20.2"
    assert "at main (x.js:1:2)" in caplog.text


async def test_what_a_server_printed_instead_of_a_message_is_its_reason() -> None:
    status = await failed(odd_server("notes", "--stdout", "Usage: notes-server <folder>", "--status", "0"))
    assert "exited with status 0: Usage: notes-server <folder>" in (status.error or "")


REFUSING: dict[str, tuple[JsonObject, str]] = {
    "no list of tools": ({"tools/list": error({"code": -32603, "message": "the disk is full"})}, "the disk is full"),
    "no handshake": ({"initialize": error({"code": -32602, "message": "a licence is needed"})}, "a licence is needed"),
    "another protocol": ({"initialize": result({**HELLO, "protocolVersion": "2099-01-01"})}, "2099-01-01"),
}


@pytest.mark.parametrize("words", [{}, {"stderr": "Listening on stdio\n"}], ids=["silent", "talking"])
@pytest.mark.parametrize(("script", "told"), REFUSING.values(), ids=REFUSING)
async def test_what_a_server_answered_is_the_reason_and_not_that_it_ends_when_it_is_left(
    tmp_path: Path, script: JsonObject, told: str, words: JsonObject
) -> None:
    async with scripted({**offering(FIND), **script, **words}, tmp_path) as pool:
        assert told in error_of(pool, "odd") and "exited" not in error_of(pool, "odd")


@pytest.mark.parametrize("where", ["--stderr", "--stdout"])
async def test_secrets_are_in_no_message(where: str, caplog: pytest.LogCaptureFixture) -> None:
    secrets = {"NOTES_TOKEN": "s3cret-value"}
    config = odd_server("notes", where, "error: s3cret-value and given-value fail", "--status", "1", env=secrets)
    with caplog.at_level(logging.DEBUG, logger="agentic_search.tools"):
        status = await failed(replace(config, secrets=("given-value",)))
    assert (status.error or "").endswith("error: *** and *** fail")
    for text in (status.model_dump_json(), caplog.text):
        assert "s3cret-value" not in text
        assert "given-value" not in text


async def test_warnings_of_an_entry_are_passed_on() -> None:
    config = replace(odd_server(), warnings=("unknown key 'colour'",), disabled=True)
    async with ToolPool([config], clock=CLOCK) as pool:
        assert pool.statuses()[0].warnings == ("unknown key 'colour'",)


async def test_a_process_gets_the_proxy_and_no_key_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("OTHER_API_KEY", "hidden")
    async with ToolPool([odd_server()], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        found = json.loads(await find(pool, "HTTPS_PROXY OTHER_API_KEY"))
    assert found == {"HTTPS_PROXY": "http://proxy.example:3128", "OTHER_API_KEY": None}

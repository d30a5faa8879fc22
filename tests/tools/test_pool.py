"""The pool's life: servers that come late, die, hang, change and linger; every one a real process."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolFailed
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch, ToolRules
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock
from tests.support.mcp_processes import (
    PATIENCE,
    at_url,
    bare_server,
    error_of,
    events,
    free_port,
    http_server,
    logged,
    mortal_http_server,
    state_of,
    stdio_server,
    unheard,
    until,
)
from tests.support.slow_server import VARIANTS

CLOCK = SystemClock()


async def call(pool: ToolPool, tool: str, **arguments: object) -> str:
    result = await pool.call(tool, dict(arguments), timeout=PATIENCE, on_progress=unheard)  # pyright: ignore[reportArgumentType] - the arguments are JSON
    return result.text


def ready(pool: ToolPool, server: str = "bare") -> Callable[[], bool]:
    return lambda: state_of(pool, server) == "ready"


def tool_names(pool: ToolPool) -> set[str]:
    return {tool.name for tool in pool.catalog().tools}


async def test_a_server_that_is_not_there_at_first_is_used_once_it_comes_and_missed_when_it_goes() -> None:
    port = free_port()
    servers = [bare_server("steady"), at_url(f"http://127.0.0.1:{port}/mcp", "guest")]
    async with ToolPool(servers, clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert state_of(pool, "guest") == "unavailable"
        assert f"http://127.0.0.1:{port}/mcp: Connection refused" in error_of(pool, "guest")
        assert "echo" in tool_names(pool)
        async with http_server(port=port):
            await until(pool, ready(pool, "guest"))
            assert {"steady.echo", "guest.echo"} <= tool_names(pool)
            # A plan that was made before keeps its names.
            assert await call(pool, "echo", text="still the first") == "still the first"
            assert await call(pool, "guest.echo", text="hello") == "hello"
        await until(pool, lambda: state_of(pool, "guest") == "unavailable")
        assert "steady.echo" in tool_names(pool)  # names do not change while servers come and go
        assert await call(pool, "steady.echo", text="by either name") == "by either name"
        with pytest.raises(ServerUnavailable, match="'guest' is unavailable"):
            await call(pool, "guest.echo", text="gone")


async def test_a_server_that_dies_in_a_call_takes_no_other_with_it_and_is_started_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with ToolPool([bare_server("frail"), stdio_server("sound", "--log", str(log))], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        async with asyncio.TaskGroup() as group:
            unaffected = group.create_task(call(pool, "sleep_for", seconds=0.5, label="other"))
            await logged(log, "started", "other")
            other = group.create_task(fails_with(ConnectionLost, call(pool, "frail.hang")))
            with pytest.raises(ConnectionLost, match=r"while frail\.die was running; it may have finished"):
                await call(pool, "frail.die")
            waiting = group.create_task(call(pool, "frail.echo", text="at once"))
            await until(pool, lambda: "exited with status 3: about to die" in error_of(pool, "frail"))
            assert await waiting == "at once", "the call waits for the server to be back"
        assert "while frail.hang was running" in other.result()
        assert unaffected.result() == "slept other"
        await until(pool, ready(pool, "frail"))
        assert await call(pool, "frail.echo", text="again") == "again"


async def test_killed_http_servers_are_noticed_unasked_and_used_again_after_their_restart(tmp_path: Path) -> None:
    log, port = tmp_path / "log", free_port()
    with_sessions = [name for name in VARIANTS if name != "http_legacy_json"]
    async with mortal_http_server("--every-http", "--log", str(log), port=port) as (url, kill):
        servers = [at_url(url + VARIANTS[name], name) for name in with_sessions]
        async with ToolPool(servers, clock=CLOCK) as pool, asyncio.TaskGroup() as group:
            await pool.settled(PATIENCE)
            losses: list[asyncio.Task[str]] = []
            for name in with_sessions:
                doing = call(pool, f"{name}.sleep_for", seconds=60, label=name)
                losses.append(group.create_task(fails_with(ConnectionLost, doing)))
                await logged(log, "started", name)
            kill()
            await until(pool, lambda: all(status.status == "unavailable" for status in pool.statuses()))
            assert all(["may have finished" in (await loss) for loss in losses])
            async with http_server("--every-http", port=port):
                await until(pool, lambda: all(status.status == "ready" for status in pool.statuses()))
                for name in with_sessions:
                    assert await call(pool, f"{name}.echo", text="again") == "again"


async def test_a_session_that_the_server_has_forgotten_is_replaced() -> None:
    port = free_port()
    pool = ToolPool([at_url(f"http://127.0.0.1:{port}/mcp")], clock=CLOCK)
    async with mortal_http_server("--legacy", port=port) as (_, kill), pool:
        await pool.settled(PATIENCE)
        kill()
        async with http_server("--legacy", port=port), asyncio.timeout(PATIENCE):
            while (answer := await echo_or_nothing(pool)) is None:
                await pool.changed()
            assert answer == "hello"


async def echo_or_nothing(pool: ToolPool) -> str | None:
    """Nothing while the connection is being replaced; any other fault is one."""
    with suppress(ServerUnavailable, ConnectionLost):
        return await call(pool, "echo", text="hello")
    return None


async def fails_with(kind: type[Exception], doing: Awaitable[object]) -> str:
    with pytest.raises(kind) as failure:
        await doing
    return str(failure.value)


async def test_a_server_that_hangs_at_its_start_holds_up_nobody(tmp_path: Path) -> None:
    deaf = bare_server("deaf", "--deaf", "--log", str(tmp_path / "log"))
    async with ToolPool([deaf, bare_server()], clock=CLOCK, open_within=PATIENCE) as pool:
        assert state_of(pool, "deaf") == "connecting", "whoever waits for it finds it unavailable"
        await until(pool, ready(pool))
        assert state_of(pool, "deaf") == "connecting"
        assert await call(pool, "echo", text="meanwhile") == "meanwhile"
    async with ToolPool([replace(deaf, startup_timeout=0.5)], clock=CLOCK) as pool:
        assert state_of(pool, "deaf") == "connecting"
        await until(pool, lambda: state_of(pool, "deaf") == "unavailable")
        assert "did not answer in time" in error_of(pool, "deaf")


async def test_settling_waits_no_longer_than_it_may() -> None:
    async with ToolPool([bare_server("deaf", "--deaf")], clock=CLOCK, open_within=PATIENCE) as pool:
        half = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, half.set)
        await pool.settled(0.2)
        assert half.is_set()
        assert state_of(pool, "deaf") == "connecting"


@pytest.mark.parametrize(
    ("launch", "told"),
    [
        (StdioLaunch("no-such-command"), "there is no command 'no-such-command': install it, or correct \"command\""),
        (StdioLaunch("/dev"), "'/dev' is a folder: name the program in it"),
        (StdioLaunch(__file__), "may not be executed: name the program that runs it"),
        (StdioLaunch(sys.executable, cwd=Path("no/such/folder")), "there is no folder 'no/such/folder'"),
        (StdioLaunch(sys.executable, ("-m", "no_such_module")), "exited with status 1: "),
        (StdioLaunch(sys.executable, ("-c", "import no_such_module")), "No module named 'no_such_module'"),
        (StdioLaunch(sys.executable, ("-c", "import os; os.abort()")), "was ended by signal 6"),
        (StdioLaunch(sys.executable, ("-c", "pass")), "exited with status 0"),
        (StdioLaunch(sys.executable, ("-c", "x\0")), "cannot be started"),
    ],
)
async def test_a_server_that_cannot_start_says_why(launch: StdioLaunch, told: str) -> None:
    async with ToolPool([ServerConfig("bad", launch)], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        (status,) = pool.statuses()
        assert status.status == "unavailable"
        assert told in (status.error or "")
        assert (status.transport, status.tools) == ("stdio", 0)


async def test_a_server_that_is_none_of_ours_says_what_it_answered() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\nConnection: close\r\n\r\nno key")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        servers = [at_url(f"http://127.0.0.1:{port}/mcp", "new"), at_url(f"http://127.0.0.1:{port}/sse", "old")]
        async with ToolPool(servers, clock=CLOCK) as pool:
            await pool.settled(PATIENCE)
            for name in ("new", "old"):
                assert state_of(pool, name) == "unavailable"
                assert "HTTP 401 Unauthorized" in error_of(pool, name)


async def test_what_a_server_writes_to_its_stdout_before_it_serves_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    async with ToolPool([bare_server("bare", "--noise")], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert await call(pool, "echo", text="fine") == "fine"
    assert "not a message, on its stdout: Welcome to the bare server!" in caplog.text


async def test_a_servers_stderr_goes_to_the_log_and_not_to_the_terminal(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG, logger="agentic_search.tools"):
        async with ToolPool([bare_server("bare", "--exit", "first line\nlast line")], clock=CLOCK) as pool:
            await pool.settled(PATIENCE)
    assert "bare: first line" in caplog.text
    assert error_of(pool).endswith("closed") or "last line" in error_of(pool)
    assert "first line" not in capfd.readouterr().err


async def test_a_tool_that_is_added_later_appears() -> None:
    async with ToolPool([bare_server()], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        await call(pool, "grow", text="brand_new")
        await until(pool, lambda: "brand_new" in tool_names(pool))


async def test_a_list_of_several_pages_is_read_whole_and_a_broken_tool_is_left_out() -> None:
    async with ToolPool([bare_server()], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert tool_names(pool) == {"echo", "die", "hang", "grow", "promise"}
        (left,) = pool.catalog().left_out
        assert (left.server, left.tool) == ("bare", "broken")


async def test_a_disabled_server_is_never_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    config = bare_server("bare", "--log", str(log))
    disabled = ServerConfig("bare", config.reach, disabled=True)
    async with ToolPool([disabled], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        (status,) = pool.statuses()
        assert (status.status, status.error) == ("disabled", "switched off in the servers file")
        with pytest.raises(ToolFailed, match="there is no tool 'echo'"):
            await call(pool, "echo", text="nobody")
    assert pool.statuses()[0].status == "disabled"
    assert events(log) == []


async def test_the_operators_rules_hold_for_what_is_offered() -> None:
    rules = ToolRules(allow=("echo", "d*", "grow"), deny=("die",))
    async with ToolPool([bare_server("bare", rules=rules)], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert tool_names(pool) == {"echo", "grow"}
        assert pool.statuses()[0].tools == 2
        with pytest.raises(ToolFailed, match="there is no tool 'die'"):
            await call(pool, "die")


async def test_a_server_that_keeps_failing_is_tried_again_after_a_wait(tmp_path: Path) -> None:
    log, clock = tmp_path / "log", FakeClock()
    async with ToolPool([bare_server("bare", "--exit", "no", "--log", str(log))], clock=clock) as pool:
        await pool.settled(PATIENCE)
        assert len(events(log)) == 2, "it is started again at once to be asked by initialize first"
        clock.advance(0.2)
        await logged(log, "up", times=4)


async def test_a_pool_of_no_servers_is_settled_and_empty() -> None:
    async with ToolPool([], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        assert pool.statuses() == ()
        assert len(pool.catalog()) == 0
        with pytest.raises(ToolFailed, match="there is no tool 'x'"):
            await call(pool, "x")

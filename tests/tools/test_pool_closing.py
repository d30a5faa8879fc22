"""Leaving the pool: it ends every server and every call, and leaves behind what does not end."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ConnectionLost
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.provider import Offer
from tests.support.mcp_processes import (
    PATIENCE,
    at_url,
    bare_server,
    flooding_server,
    http_server,
    is_running,
    logged,
    state_of,
)
from tests.tools.test_pool import call, fails_with

CLOCK = SystemClock()
AT_MOST = 25.0
"""Seconds for leaving, on a busy machine; what hangs here hangs much longer."""


def leave_in_time(limit: asyncio.Timeout) -> None:
    """From now on the block has a limit."""
    limit.reschedule(asyncio.get_running_loop().time() + AT_MOST)


@pytest.mark.parametrize("option", ["--deaf", "--linger"])
async def test_leaving_the_pool_ends_even_a_server_that_will_not_end(option: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with (
        asyncio.timeout(None) as limit,
        ToolPool([bare_server("bare", option, "--log", str(log))], clock=CLOCK) as pool,
    ):
        pid = (await logged(log, "up"))["pid"]
        await pool.settled(0.0 if option == "--deaf" else PATIENCE)
        leave_in_time(limit)
    assert not is_running(pid)


async def test_leaving_the_pool_with_a_call_under_way_ends_both(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with (
        asyncio.TaskGroup() as group,
        asyncio.timeout(None) as limit,
        ToolPool([bare_server("bare", "--linger", "--log", str(log))], clock=CLOCK) as pool,
    ):
        await pool.settled(PATIENCE)
        lost = group.create_task(fails_with(ConnectionLost, call(pool, "hang")))
        pid = (await logged(log, "hang"))["pid"]
        leave_in_time(limit)
    assert "may have finished" in lost.result()
    assert not is_running(pid)


async def test_a_hanging_http_server_does_not_hold_up_the_closing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with (
        http_server("--legacy", "--log", str(log)) as url,
        asyncio.TaskGroup() as group,
        asyncio.timeout(None) as limit,
        ToolPool([at_url(url)], clock=CLOCK) as pool,
    ):
        await pool.settled(PATIENCE)
        lost = group.create_task(fails_with(ConnectionLost, call(pool, "block", seconds=PATIENCE, label="stuck")))
        await logged(log, "started", "stuck")
        leave_in_time(limit)
    assert lost.result()


@pytest.mark.parametrize("farewell", ["none", "head", "body"])
async def test_a_server_that_never_finishes_its_answer_to_the_end_of_a_session_is_left(
    farewell: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with flooding_server("--farewell", farewell, "--log", str(log)) as url:
        async with asyncio.timeout(None) as limit, ToolPool([at_url(url)], clock=CLOCK) as pool:
            await pool.settled(PATIENCE)
            assert state_of(pool, "slow") == "ready"
            leave_in_time(limit)
        await logged(log, "delete")


async def test_what_the_block_raises_comes_out_and_no_process_stays(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(LookupError, match="of the block"):
        async with ToolPool([bare_server("bare", "--log", str(log))], clock=CLOCK) as pool:
            await pool.settled(PATIENCE)
            raise LookupError("of the block")
    assert not is_running((await logged(log, "up"))["pid"])


async def test_a_cancelled_block_leaves_no_process(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def block() -> None:
        async with ToolPool([bare_server("bare", "--log", str(log))], clock=CLOCK):
            await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(block())
        pid = (await logged(log, "up"))["pid"]
        task.cancel()
    assert not is_running(pid)


class Resisting:
    """A ToolProvider whose task and whose calls take no notice of being cancelled, until they are released."""

    is_settled = is_shareable = True

    def __init__(self, name: str = "resisting", *, only_calls: bool = False) -> None:
        self.name = name
        self.called = asyncio.Event()
        self.released = asyncio.Event()
        self.ended = asyncio.Event()
        self._only_calls = only_calls
        tool = Tool(name="wait", server=name, remote_name="wait", input_schema={}, read_only=True)
        self.offer = Offer(name, (tool,))

    def status(self) -> ServerStatus:
        """Ready."""
        return ServerStatus(name=self.name, status="ready", transport="stdio", tools=1)

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        """Wait."""
        self.called.set()
        await self._resist()
        return ToolResult(value="late", text="late")

    async def run(self) -> None:
        """Own nothing."""
        if not self._only_calls:
            await self._resist()

    def close(self, owner: asyncio.Task[None]) -> None:
        """Cancel `run`."""
        owner.cancel()

    async def _resist(self) -> None:
        # Not for ever, so that a pool that waits for it fails its test and does not hang.
        asyncio.get_running_loop().call_later(AT_MOST, self.released.set)
        while not self.released.is_set():
            with suppress(asyncio.CancelledError):
                await self.released.wait()
        self.ended.set()


async def test_what_does_not_end_when_it_is_cut_off_is_left_behind_and_named(caplog: pytest.LogCaptureFixture) -> None:
    one, other = Resisting("one"), Resisting("other")
    async with ToolPool([bare_server("sound")], clock=CLOCK, local=[one, other]) as pool:
        await pool.settled(PATIENCE)
        other.released.set()
    assert not one.ended.is_set() and other.ended.is_set()
    assert [each for each in caplog.messages if "cut off" in each] == [
        "one: does not end although it was cut off; it is left behind"
    ]
    one.released.set()
    await one.ended.wait()


async def test_a_call_that_does_not_end_is_left_behind_too(caplog: pytest.LogCaptureFixture) -> None:
    provider = Resisting(only_calls=True)
    async with ToolPool([], clock=CLOCK, local=[provider]) as pool:
        calling = asyncio.ensure_future(call(pool, "wait"))
        await provider.called.wait()
    assert not provider.ended.is_set()
    assert caplog.messages == ["a tool's call: does not end although it was cut off; it is left behind"]
    provider.released.set()
    assert await calling == "late"


class Breaking(Resisting):
    """A ToolProvider whose task breaks down when it is cancelled."""

    async def run(self) -> None:
        """Break down at the end."""
        try:
            await self.released.wait()
        finally:
            raise LookupError("at the end")


async def test_a_provider_that_breaks_down_at_its_end_is_reported() -> None:
    with pytest.raises(ExceptionGroup) as broken:
        async with ToolPool([], clock=CLOCK, local=[Breaking()]):
            await asyncio.sleep(0)
    assert broken.group_contains(LookupError, match="at the end")

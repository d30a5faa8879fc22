"""One call, once, for Python functions as for servers: those that only read are joined and kept, the others never."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ConnectionLost
from agentic_search.functions import tool
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.python.function import offered
from agentic_search.tools.python.provider import FunctionTools
from tests.support.clock import FakeClock
from tests.support.mcp_processes import PATIENCE, unheard

CLOCK = FakeClock()


class Desk:
    """Two functions that write down their calls, and answer when they are let."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.is_open = asyncio.Event()
        self.called = asyncio.Event()
        self.is_open.set()

    def provider(self) -> FunctionTools:
        @tool(read_only=True)
        async def look_up(word: str) -> str:
            """Look a word up."""
            return await self._answer(word)

        @tool
        async def note_down(word: str) -> str:
            """Note a word down."""
            return await self._answer(word)

        return FunctionTools([offered(__name__, "look_up", look_up), offered(__name__, "note_down", note_down)])

    async def _answer(self, word: str) -> str:
        self.calls.append(word)
        self.called.set()
        await self.is_open.wait()
        return word.upper()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def pool(desk: Desk) -> AsyncGenerator[ToolPool]:
    async with ToolPool([], clock=CLOCK, local=[desk.provider()], cache=CacheLimits(max_age=30.0)) as pool:
        yield pool


async def call(pool: ToolPool, name: str, word: str) -> ToolResult:
    return await pool.call(name, {"word": word}, timeout=PATIENCE, on_progress=unheard)


async def test_equal_calls_of_a_function_that_only_reads_are_made_once_and_its_result_is_kept(
    pool: ToolPool, desk: Desk
) -> None:
    desk.is_open.clear()
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, "look_up", "rain")) for _ in range(3)]
        await desk.called.wait()
        desk.called.clear()
        other = group.create_task(call(pool, "look_up", "snow"))
        await desk.called.wait()
        desk.is_open.set()
    assert sorted(desk.calls) == ["rain", "snow"]
    assert [each.result().cached for each in calls] == [False, True, True]
    assert other.result().value == "SNOW"
    assert (await call(pool, "look_up", "rain")).cached
    CLOCK.advance(31.0)
    assert not (await call(pool, "look_up", "rain")).cached


async def test_a_function_that_does_not_say_that_it_only_reads_is_called_every_time(pool: ToolPool, desk: Desk) -> None:
    results = [await call(pool, "note_down", "rain") for _ in range(2)]
    assert desk.calls == ["rain", "rain"]
    assert not any(result.cached for result in results)


async def test_when_the_last_who_waits_for_a_function_leaves_it_is_cancelled(pool: ToolPool, desk: Desk) -> None:
    desk.is_open.clear()
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, "look_up", "hail")) for _ in range(2)]
        await desk.called.wait()
        for each in calls:
            each.cancel()
    desk.is_open.set()
    assert not (await call(pool, "look_up", "hail")).cached, "what was given up has given nothing to keep"
    assert desk.calls == ["hail", "hail"]


async def test_leaving_the_pool_breaks_off_a_shared_call_of_a_function(desk: Desk) -> None:
    desk.is_open.clear()
    pool = ToolPool([], clock=CLOCK, local=[desk.provider()])
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group, pool:
        waiting = [group.create_task(lost(pool)) for _ in range(2)]
        await desk.called.wait()
    assert [each.result() for each in waiting] == ["the call was broken off: the tools are being closed"] * 2


async def lost(pool: ToolPool) -> str:
    with pytest.raises(ConnectionLost) as failure:
        await call(pool, "look_up", "sleet")
    return str(failure.value)

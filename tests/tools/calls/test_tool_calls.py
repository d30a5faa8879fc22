"""The chain of every call on a provider that does as the test says: what breakers and durations learn from it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import ServerStatus, Tool
from agentic_search.errors import ConnectionLost, ServerUnavailable, ToolError, ToolTimeout
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.calls.tool_calls import ToolCalls
from agentic_search.tools.config.server_config import BreakerRules, ServerConfig, StdioLaunch
from agentic_search.tools.provider import Offer
from tests.support.clock import FakeClock
from tests.support.mcp_processes import PATIENCE, unheard

READ = Tool(name="read", server="web", remote_name="read", input_schema={"type": "object"}, read_only=True)
WRITE = Tool(name="write", server="web", remote_name="write", input_schema={"type": "object"})

LIMIT = 0.05
"""Seconds that a call of the server may take."""


class Puppet:
    """A ToolProvider whose calls take `seconds` on the clock and end with `error`, or never where `hangs`."""

    name = "web"
    is_settled = True
    is_shareable = True

    def __init__(self, clock: FakeClock) -> None:
        self.offer = Offer("web", (READ, WRITE))
        self.state = "ready"
        self.error: ToolError | None = None
        self.seconds = 0.0
        self.hangs = False
        self.calls = 0
        self.called = asyncio.Event()
        self._clock = clock

    def status(self) -> ServerStatus:
        return ServerStatus(name="web", status=self.state, transport="stdio", tools=2)

    async def call(self, tool: Tool, arguments: JsonObject, *, timeout: float, on_progress: OnProgress) -> ToolResult:
        self.calls += 1
        self.called.set()
        if self.hangs:
            await asyncio.Event().wait()
        self._clock.advance(self.seconds)
        if self.error is not None:
            raise self.error
        return ToolResult(value=self.calls, text="")

    async def run(self) -> None:
        raise NotImplementedError

    def close(self, owner: asyncio.Task[None]) -> None:
        raise NotImplementedError


class Chain:
    """The chain before one puppet, with a breaker that two failures open for ten seconds."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.clock = FakeClock()
        self.puppet = Puppet(self.clock)
        config = ServerConfig("web", StdioLaunch("x"), breaker=BreakerRules(failures=2, seconds=10.0))
        self.calls = ToolCalls(
            group, [config], clock=self.clock, cache=CacheLimits(), task_timeout=LIMIT, on_change=lambda: None
        )

    async def call(self, tool: Tool = WRITE, *, timeout: float = PATIENCE, number: int = 0) -> ToolResult:
        arguments: JsonObject = {"number": number}
        return await self.calls.call(self.puppet, tool, arguments, timeout=timeout, on_progress=unheard)

    async def fail(self, error: ToolError, times: int, tool: Tool = WRITE) -> None:
        self.puppet.error = error
        for _ in range(times):
            with pytest.raises(type(error)):
                await self.call(tool)
        self.puppet.error = None

    @property
    def status(self) -> str:
        return self.calls.status(self.puppet).status


@pytest.fixture
async def chain() -> AsyncGenerator[Chain]:
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        chain = Chain(group)
        yield chain
        chain.calls.close()


@pytest.mark.parametrize("tool", [READ, WRITE])
async def test_while_a_breaker_is_open_nothing_is_offered_called_or_said_to_be_ready(chain: Chain, tool: Tool) -> None:
    await chain.fail(ConnectionLost("no"), 2, tool)
    assert chain.calls.offer(chain.puppet) == Offer("web")
    status = chain.calls.status(chain.puppet)
    assert (status.status, status.tools) == ("unavailable", 0)
    assert "its last 2 attempts failed" in (status.error or "")
    chain.puppet.state = "disabled"
    assert chain.status == "disabled"
    chain.puppet.state = "ready"
    with pytest.raises(ServerUnavailable, match="its last 2 attempts failed"):
        await chain.call(tool, number=1)
    assert chain.puppet.calls == 2
    chain.clock.advance(10.0)
    assert chain.calls.offer(chain.puppet).tools == (READ, WRITE)
    assert (await chain.call(tool)).value == 3
    assert chain.status == "ready"


async def test_a_server_that_is_not_connected_is_not_judged_by_its_calls(chain: Chain) -> None:
    chain.puppet.state = "unavailable"
    await chain.fail(ServerUnavailable("gone"), 5)
    chain.puppet.state = "ready"
    assert (chain.status, chain.puppet.calls) == ("ready", 5)


async def test_a_new_list_of_tools_is_no_fresh_start_but_a_lost_connection_is(chain: Chain) -> None:
    await chain.fail(ConnectionLost("no"), 1)
    chain.calls.note_change(chain.puppet)
    await chain.fail(ConnectionLost("no"), 1)
    assert chain.status == "unavailable"
    chain.calls.note_change(chain.puppet)
    assert chain.status == "unavailable"
    chain.puppet.state = "connecting"
    chain.calls.note_change(chain.puppet)
    chain.puppet.state = "ready"
    assert chain.status == "ready"


async def test_a_shared_call_that_is_too_late_for_who_began_it_is_the_servers_failure_once(chain: Chain) -> None:
    chain.puppet.hangs = True
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(late(chain, READ))
    assert (chain.puppet.calls, chain.status) == (1, "ready")
    await late(chain, READ)
    assert chain.status == "unavailable"


async def test_who_only_joins_a_call_judges_nothing(chain: Chain) -> None:
    chain.puppet.hangs = True
    async with asyncio.TaskGroup() as group:
        began = group.create_task(chain.call(READ))
        await chain.puppet.called.wait()
        for _ in range(5):
            await late(chain, READ)
        began.cancel()
    assert (chain.puppet.calls, chain.status) == (1, "ready")


async def late(chain: Chain, tool: Tool) -> None:
    """A call that takes longer than it may."""
    with pytest.raises(ToolTimeout, match=f"took longer than {LIMIT} s"):
        await chain.call(tool, timeout=LIMIT)


async def test_a_call_is_timed_from_its_own_beginning_and_a_kept_result_is_not(chain: Chain) -> None:
    chain.clock.advance(100.0)
    chain.puppet.seconds = 4.0
    for _ in range(3):
        await chain.call(READ)
    assert chain.puppet.calls == 1
    assert [tool.typical_seconds for tool in chain.calls.timed([READ, WRITE])] == [4.0, None]


async def test_closed_it_shares_nothing(chain: Chain) -> None:
    await chain.call(READ)
    assert (await chain.call(READ)).cached
    chain.calls.close()
    assert not (await chain.call(READ)).cached

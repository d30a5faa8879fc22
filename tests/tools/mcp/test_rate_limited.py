"""A server that asks for fewer calls, over real HTTP: it is told as that, and nothing else comes of it."""

from collections.abc import AsyncGenerator

import pytest

from agentic_search.errors import RateLimited
from agentic_search.tools.pool import ToolPool
from tests.support.busy_server import busy_server
from tests.support.clock import FakeClock, turning
from tests.support.doorman import Doorman
from tests.support.mcp_processes import PATIENCE, at_url, error_of, state_of, unheard


@pytest.fixture(scope="module")
async def server() -> AsyncGenerator[Doorman]:
    """A real MCP server and the doorman before it."""
    async with busy_server() as doorman:
        yield doorman


@pytest.fixture
def doorman(server: Doorman) -> Doorman:
    """The doorman, who lets everybody in."""
    server.forget()
    return server


async def echo(pool: ToolPool) -> str:
    return (await pool.call("echo", {"text": "hello"}, timeout=PATIENCE, on_progress=unheard)).text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("Thu, 01 Jan 2026 00:00:40 GMT", 40.0),
        ("-1", 0.0),
        ("999999", 3_600.0),
        ("soon", None),
        (None, None),
    ],
)
async def test_a_call_that_is_turned_away_says_how_long_to_wait_and_the_next_one_passes(
    doorman: Doorman, header: str | None, seconds: float | None
) -> None:
    async with ToolPool([at_url(doorman.url, "busy")], clock=FakeClock()) as pool:
        await pool.settled(PATIENCE)
        doorman.refusals["tools/call"] = [header]
        with pytest.raises(RateLimited, match="'busy' asks for fewer calls: HTTP 429") as limited:
            await echo(pool)
        assert limited.value.retry_after == seconds
        assert await echo(pool) == "hello"


async def test_a_server_is_never_left_alone_for_asking_for_fewer_calls(doorman: Doorman) -> None:
    clock = FakeClock()
    async with ToolPool([at_url(doorman.url, "busy")], clock=clock) as pool:
        await pool.settled(PATIENCE)
        # The second time is for what changed before somebody listened.
        await turning(clock, lambda: doorman.let_in.count("tools/list") == 2)
        catalog = pool.catalog()
        doorman.refusals["tools/call"] = ["1"] * 20
        for _ in range(20):
            with pytest.raises(RateLimited):
                await echo(pool)
        await turning(clock, lambda: clock.now() > 20)
        assert state_of(pool, "busy") == "ready"
        assert doorman.let_in.count("tools/list") == 2, "it is not asked whether it still works"
        assert pool.catalog() is catalog
        assert await echo(pool) == "hello"


async def test_a_list_of_tools_that_is_refused_is_asked_for_again_when_the_server_said(doorman: Doorman) -> None:
    clock = FakeClock()
    async with ToolPool([at_url(doorman.url, "busy")], clock=clock) as pool:
        await pool.settled(PATIENCE)
        await turning(clock, lambda: doorman.let_in.count("tools/list") == 2)
        doorman.refusals["tools/list"] = ["30"]
        await pool.call("add_tool", {"name": "brand_new"}, timeout=PATIENCE, on_progress=unheard)
        await turning(clock, lambda: doorman.turned_away == ["tools/list"])
        refused = clock.now()
        assert state_of(pool, "busy") == "ready"
        assert await echo(pool) == "hello"
        await turning(clock, lambda: pool.catalog().get("brand_new") is not None)
        assert clock.now() - refused >= 30


async def test_a_server_that_will_not_open_a_session_is_left_alone_for_as_long_as_it_says(doorman: Doorman) -> None:
    clock = FakeClock()
    doorman.refusals["server/discover"] = ["60"]
    doorman.refusals["initialize"] = ["60"]
    doorman.refusals["tools/list"] = ["60"]
    async with ToolPool([at_url(doorman.url, "busy")], clock=clock) as pool:
        await pool.settled(PATIENCE)
        assert state_of(pool, "busy") == "unavailable"
        assert "HTTP 429" in error_of(pool, "busy")
        doorman.refusals.clear()
        await turning(clock, lambda: state_of(pool, "busy") == "ready")
        assert clock.now() >= 60

"""Calls that a server of 2026-07-28 answers by tasks, as the extension of the protocol has them."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import ToolFailed
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, at_url, logged, tasking_http_server, tasking_server, unheard
from tests.tools.mcp.exchange.test_questions import Person, asking

every_server = pytest.mark.parametrize("server", ("stdio", "http"))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the servers are asked."""
    return tmp_path_factory.mktemp("logs") / "log"


@pytest.fixture(scope="module")
async def pool(log: Path) -> AsyncGenerator[ToolPool]:
    """With servers that answer by tasks."""
    async with tasking_http_server("--log", str(log)) as url:
        servers = [tasking_server("stdio", "--log", str(log)), at_url(url, "http")]
        async with ToolPool(servers, clock=SystemClock()) as pool:
            await pool.settled(PATIENCE)
            yield pool


async def call(pool: ToolPool, tool: str) -> object:
    """The tool's value."""
    return (await pool.call(tool, {"topic": "lamps"}, timeout=PATIENCE, on_progress=unheard)).value


@every_server
async def test_a_task_is_polled_to_its_result(pool: ToolPool, server: str) -> None:
    assert await call(pool, f"{server}.study") == "studied"


@every_server
async def test_a_task_that_fails_says_why(pool: ToolPool, server: str) -> None:
    with pytest.raises(ToolFailed, match="the books are gone"):
        await call(pool, f"{server}.fail")


@every_server
async def test_what_a_task_wants_is_asked_of_the_user_once(pool: ToolPool, server: str) -> None:
    ada = Person({"name": "Ada"})
    with asking(ada):
        assert await call(pool, f"{server}.ask") == "studied for Ada"
    assert len(ada.asked) == 1


async def test_a_task_that_is_given_up_is_cancelled_at_its_server(pool: ToolPool, log: Path) -> None:
    for times, server in enumerate(("stdio", "http"), 1):
        calling = asyncio.create_task(call(pool, f"{server}.wait"))
        await logged(log, "tasks/get", "wait", times=times)
        calling.cancel()
        await logged(log, "tasks/cancel", "wait", times=times)

"""Tools that run as tasks, in the form of 2025-11-25; the server is a process of its own."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.errors import ToolFailed, ToolTimeout
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, logged, scripted_server, unheard
from tests.tools.mcp.exchange.test_questions import Person, asking


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """What the server is asked."""
    return tmp_path / "log"


@pytest.fixture
async def pool(log: Path) -> AsyncGenerator[ToolPool]:
    """With a server that runs tasks."""
    async with ToolPool([scripted_server("books", "tasks", "--log", str(log))], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        yield pool


async def call(
    pool: ToolPool, tool: str, *, timeout: float = PATIENCE, on_progress: OnProgress = unheard
) -> ToolResult:
    """Call a tool."""
    return await pool.call(tool, {"topic": "lamps"}, timeout=timeout, on_progress=on_progress)


async def test_a_tool_that_needs_a_task_is_run_as_one_and_polled(pool: ToolPool, log: Path) -> None:
    told: list[str] = []
    result = await call(pool, "study", on_progress=lambda _, __, text: told.append(text))
    assert result.value == "studied"
    assert told == ["poll 1", "poll 2", "poll 3"]
    called = await logged(log, "tools/call")
    assert called["params"]["arguments"] == {"topic": "lamps"}
    assert called["params"]["task"]["ttl"] > 0


async def test_a_task_that_fails_says_why(pool: ToolPool) -> None:
    with pytest.raises(ToolFailed, match="the books are gone"):
        await call(pool, "fail")


async def test_a_task_that_is_given_up_is_cancelled_at_its_server(pool: ToolPool, log: Path) -> None:
    calling = asyncio.create_task(call(pool, "wait"))
    await logged(log, "tasks/get")
    calling.cancel()
    await logged(log, "tasks/cancel")


async def test_a_task_that_takes_too_long_is_cancelled_at_its_server(pool: ToolPool, log: Path) -> None:
    with pytest.raises(ToolTimeout, match="took longer than 5 s"):
        await call(pool, "wait", timeout=5)
    await logged(log, "tasks/cancel")


async def test_a_question_in_a_task_finds_its_call_among_several(pool: ToolPool) -> None:
    ada = Person({"name": "Ada"})
    other = asyncio.create_task(call(pool, "wait"))
    with asking(ada):
        assert (await call(pool, "ask")).value == "studied for Ada"
    assert len(ada.asked) == 1
    other.cancel()


async def test_a_tool_that_needs_a_task_of_a_server_without_tasks_is_told_as_unusable() -> None:
    async with ToolPool([scripted_server("books", "task_required")], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        [left_out] = pool.catalog().left_out
        assert left_out.tool == "study"
        assert left_out.reason == "it must be run as a task, and its server does not say that it runs tasks"

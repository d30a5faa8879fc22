"""Real servers behind a circuit breaker: what is offered, said and sent while their calls keep failing."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.errors import ServerUnavailable, ToolError, ToolFailed, ToolTimeout
from agentic_search.tools.config.server_config import BreakerRules, ServerConfig, ToolRules
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock, turning
from tests.support.mcp_processes import (
    PATIENCE,
    bare_server,
    error_of,
    events,
    logged,
    state_of,
    unheard,
    until,
)

RULES = BreakerRules(failures=3, seconds=10.0)
LIMIT = 0.05
"""Seconds that the operator gives a call."""


def with_breaker(config: ServerConfig, rules: BreakerRules | None = RULES) -> ServerConfig:
    return replace(config, breaker=rules, timeout=LIMIT)


@asynccontextmanager
async def pool_of(config: ServerConfig, clock: FakeClock) -> AsyncGenerator[ToolPool]:
    async with ToolPool([config], clock=clock) as pool:
        await pool.settled(PATIENCE)
        yield pool


async def call(pool: ToolPool, tool: str, timeout: float | None = None, **arguments: str) -> str:
    result = await pool.call(tool, dict(arguments), timeout=timeout, on_progress=unheard)
    return result.text


async def fails(pool: ToolPool, tool: str, *, times: int, timeout: float | None = None) -> ToolError:
    """The last failure of so many."""
    for _ in range(times - 1):
        with pytest.raises(ToolTimeout):
            await call(pool, tool, timeout)
    with pytest.raises(ToolError) as failure:
        await call(pool, tool, timeout)
    return failure.value


@pytest.fixture(params=["not shared", "shared"])
def hanging(request: pytest.FixtureRequest, tmp_path: Path) -> ServerConfig:
    """A server whose tool `hang` never answers, once as a tool whose calls are shared and once as one whose are not."""
    rules = ToolRules(read_only=("hang",)) if request.param == "shared" else ToolRules()
    return with_breaker(bare_server("bare", "--log", str(tmp_path / "log"), rules=rules))


async def test_a_server_whose_calls_keep_failing_is_not_called_for_a_while_and_then_tried(
    hanging: ServerConfig, tmp_path: Path
) -> None:
    clock, log = FakeClock(), tmp_path / "log"
    async with pool_of(hanging, clock) as pool:
        assert isinstance(await fails(pool, "hang", times=3), ToolTimeout)
        assert state_of(pool) == "unavailable"
        assert error_of(pool) == (
            "its last 3 attempts failed, the last one so: hang took longer than 0.05 s; it is tried again in 10 s"
        )
        assert pool.statuses()[0].tools == 0
        assert pool.catalog().tools == ()
        refused = await fails(pool, "echo", times=1)
        assert isinstance(refused, ServerUnavailable)
        assert "'bare' is unavailable: its last 3 attempts failed" in str(refused)
        assert [entry["event"] for entry in events(log)].count("echo") == 0, "nothing is sent"

        clock.advance(10.0)
        await until(pool, lambda: len(pool.catalog()) > 0)
        assert (state_of(pool), error_of(pool)) == ("ready", "")
        assert isinstance(await fails(pool, "hang", times=1), ToolTimeout)
        assert "its last 4 attempts failed" in error_of(pool) and "tried again in 20 s" in error_of(pool)

        clock.advance(20.0)
        await until(pool, lambda: len(pool.catalog()) > 0)
        assert await call(pool, "echo", PATIENCE, text="well again") == "well again"
        await fails(pool, "hang", times=2)
        assert state_of(pool) == "ready", "it counts from the beginning"


async def test_while_it_is_tried_no_second_call_is_sent(tmp_path: Path) -> None:
    clock, log = FakeClock(), tmp_path / "log"
    async with pool_of(with_breaker(bare_server("bare", "--log", str(log))), clock) as pool:
        await fails(pool, "hang", times=3)
        clock.advance(10.0)
        async with asyncio.TaskGroup() as group:
            trial = group.create_task(call(pool, "hang", PATIENCE))
            await logged(log, "hang", times=4)
            refused = await fails(pool, "echo", times=1)
            assert "another call is trying it just now" in str(refused)
            trial.cancel()
        assert await call(pool, "echo", PATIENCE, text="next") == "next"


async def test_errors_of_a_tool_cancellation_and_impatience_are_no_fault_of_the_server(tmp_path: Path) -> None:
    clock, log = FakeClock(), tmp_path / "log"
    async with pool_of(with_breaker(bare_server("bare", "--log", str(log))), clock) as pool:
        for _ in range(5):
            with pytest.raises(ToolFailed):
                await call(pool, "echo", PATIENCE, text="fail")
        for number in range(5):
            async with asyncio.TaskGroup() as group:
                given_up = group.create_task(call(pool, "hang", PATIENCE))
                await logged(log, "hang", times=number + 1)
                given_up.cancel()
        await fails(pool, "hang", times=5, timeout=LIMIT / 2)
        assert state_of(pool) == "ready"


async def test_an_answer_in_between_starts_the_count_again() -> None:
    async with pool_of(with_breaker(bare_server()), FakeClock()) as pool:
        for text in ("one", "two", "three"):
            await fails(pool, "hang", times=2)
            assert await call(pool, "echo", PATIENCE, text=text) == text
        assert state_of(pool) == "ready"


async def test_equal_calls_that_wait_for_one_count_as_one(tmp_path: Path) -> None:
    config = with_breaker(bare_server("bare", rules=ToolRules(read_only=("hang",))))
    async with pool_of(config, FakeClock()) as pool:
        async with asyncio.TaskGroup() as group:
            for _ in range(9):
                group.create_task(fails(pool, "hang", times=1))
        assert state_of(pool) == "ready"


async def test_a_new_session_is_a_fresh_start(tmp_path: Path) -> None:
    clock, log = FakeClock(), tmp_path / "log"
    for_ever = replace(RULES, seconds=1e9)
    async with pool_of(with_breaker(bare_server("bare", "--log", str(log)), for_ever), clock) as pool:
        await fails(pool, "hang", times=3)
        assert "its last 3 attempts failed" in error_of(pool)
        os.kill(events(log)[0]["pid"], signal.SIGKILL)
        await until(pool, lambda: "was ended by signal 9" in error_of(pool))
        for _ in range(9):
            with pytest.raises(ToolTimeout, match="was ended by signal 9"):  # it waits for the next session, in vain
                await call(pool, "echo", 0.05, text="gone")
        await turning(clock, lambda: state_of(pool) == "ready")
        assert await call(pool, "echo", PATIENCE, text="again") == "again"


async def test_where_the_operator_says_so_calls_go_on_however_often_they_fail() -> None:
    async with pool_of(with_breaker(bare_server(), rules=None), FakeClock()) as pool:
        assert isinstance(await fails(pool, "hang", times=12), ToolTimeout)
        assert state_of(pool) == "ready"

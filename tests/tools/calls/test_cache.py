"""One call, once, through the pool: the server is real and writes down which calls reach it and how they end."""

import asyncio
import contextvars
import itertools
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.errors import ToolError, ToolFailed, ToolTimeout
from agentic_search.tools.calls.cache import CacheLimits
from agentic_search.tools.config.server_config import CacheRules, ToolRules
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock
from tests.support.mcp_processes import PATIENCE, bare_server, events, logged, stdio_server, unheard

CLOCK = FakeClock()
_LABELS = itertools.count()


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the server writes down."""
    return tmp_path_factory.mktemp("logs") / "log"


@pytest.fixture(scope="module")
async def pool(log: Path) -> AsyncGenerator[ToolPool]:
    """One slow server; the operator vouches for `fail` too, so that there is a read-only tool that fails."""
    server = replace(stdio_server("slow", "--log", str(log)), rules=ToolRules(read_only=("fail",)))
    async with ToolPool([server], clock=CLOCK, cache=CacheLimits(max_age=30.0)) as pool:
        await pool.settled(PATIENCE)
        yield pool


@pytest.fixture
def label() -> str:
    """Marks a test's calls in the log."""
    return f"call {next(_LABELS)}"


async def call(
    pool: ToolPool, tool: str, timeout: float = PATIENCE, on_progress: OnProgress = unheard, **arguments: object
) -> ToolResult:
    return await pool.call(tool, dict(arguments), timeout=timeout, on_progress=on_progress)  # pyright: ignore[reportArgumentType] - the arguments are JSON


def happened(log: Path, label: str) -> list[str]:
    return [entry["event"] for entry in events(log) if entry.get("label") == label]


async def test_a_result_is_used_again_and_marked_until_it_is_too_old(pool: ToolPool, log: Path, label: str) -> None:
    first = await call(pool, "sleep_for", seconds=0, label=label)
    CLOCK.advance(29.0)
    again = await call(pool, "sleep_for", label=label, seconds=0)
    assert (first.cached, again.cached) == (False, True)
    assert again == first.model_copy(update={"cached": True})
    assert happened(log, label) == ["started", "finished"]
    CLOCK.advance(2.0)
    assert not (await call(pool, "sleep_for", seconds=0, label=label)).cached
    assert happened(log, label) == ["started", "finished"] * 2


async def test_equal_calls_under_way_are_made_once(pool: ToolPool, log: Path, label: str) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, "sleep_for", seconds=0.1, label=label)) for _ in range(5)]
    assert [each.result().cached for each in calls] == [False, True, True, True, True]
    assert {each.result().text for each in calls} == {f"slept {label}"}
    assert happened(log, label) == ["started", "finished"]


async def test_calls_that_differ_in_an_argument_are_different(pool: ToolPool, log: Path, label: str) -> None:
    for steps in (1, 2, 1.0):
        assert not (await call(pool, "sleep_for", seconds=0, label=label, steps=steps)).cached
    assert not (await call(pool, "sleep_for", seconds=0, label=label)).cached
    assert happened(log, label).count("started") == 4


async def test_an_argument_that_is_left_out_is_its_default(pool: ToolPool, log: Path, label: str) -> None:
    assert not (await call(pool, "sleep_for", seconds=0, label=label)).cached
    assert (await call(pool, "sleep_for", seconds=0, label=label, steps=0)).cached
    assert happened(log, label).count("started") == 1


async def test_a_tool_that_may_change_something_is_called_every_time(pool: ToolPool, log: Path, label: str) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, "block", seconds=0, label=label)) for _ in range(2)]
    last = await call(pool, "block", seconds=0, label=label)
    assert not any(result.cached for result in (last, *(each.result() for each in calls)))
    assert happened(log, label) == ["started"] * 3


async def test_an_error_of_the_tool_goes_to_all_who_wait_and_not_kept(pool: ToolPool, label: str) -> None:
    for _ in range(2):
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(failure(pool, label)) for _ in range(3)]
        assert all(label in each.result() for each in calls)


async def failure(pool: ToolPool, message: str) -> str:
    with pytest.raises(ToolFailed) as failed:
        await call(pool, "fail", message=message)
    return str(failed.value)


async def test_a_joined_call_goes_on_while_anybody_wants_it(pool: ToolPool, log: Path, label: str) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(call(pool, "sleep_for", seconds=0.3, label=label))
        second = group.create_task(call(pool, "sleep_for", seconds=0.3, label=label))
        await logged(log, "started", label)
        first.cancel()
    assert first.cancelled()
    assert second.result().text == f"slept {label}"
    assert second.result().cached
    assert happened(log, label) == ["started", "finished"]


async def test_when_the_last_who_wanted_it_leaves_the_call_is_cancelled_at_the_server(
    pool: ToolPool, log: Path, label: str
) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, "sleep_for", seconds=60, label=label)) for _ in range(3)]
        await logged(log, "started", label)
        for each in calls[:2]:
            each.cancel()
        await asyncio.wait(calls[:2])
        await call(pool, "no_op")
        assert happened(log, label) == ["started"]
        calls[2].cancel()
    await logged(log, "cancelled", label)
    assert happened(log, label) == ["started", "cancelled"]


async def test_the_timeout_of_one_who_waits_is_its_own(pool: ToolPool, log: Path, label: str) -> None:
    async with asyncio.TaskGroup() as group:
        patient = group.create_task(call(pool, "sleep_for", seconds=0.5, label=label))
        with pytest.raises(ToolTimeout, match=r"sleep_for took longer than 0.1 s"):
            await call(pool, "sleep_for", 0.1, seconds=0.5, label=label)
    assert patient.result().text == f"slept {label}"
    assert happened(log, label) == ["started", "finished"]


async def test_who_joins_with_more_patience_outlasts_who_began(pool: ToolPool, log: Path, label: str) -> None:
    async with asyncio.TaskGroup() as group:
        began = group.create_task(timed_out(pool, label))
        await logged(log, "started", label)
        assert (await call(pool, "sleep_for", seconds=0.5, label=label)).text == f"slept {label}"
    assert began.done()
    assert happened(log, label) == ["started", "finished"]


async def timed_out(pool: ToolPool, label: str) -> None:
    with pytest.raises(ToolTimeout):
        await call(pool, "sleep_for", 0.2, seconds=0.5, label=label)


async def test_progress_reaches_everybody_who_waits_in_their_own_context(pool: ToolPool, label: str) -> None:
    caller = contextvars.ContextVar("caller", default="nobody")
    reported: list[tuple[str, float]] = []

    async def ask(name: str) -> None:
        caller.set(name)
        await call(
            pool,
            "sleep_for",
            on_progress=lambda done, _total, _text: reported.append((caller.get(), done)),
            seconds=0.05,
            steps=5,
            label=label,
        )

    async with asyncio.TaskGroup() as group:
        for name in ("first", "second"):
            group.create_task(ask(name))
    assert sorted(reported) == [(name, float(step)) for name in ("first", "second") for step in range(1, 6)]


async def test_a_server_may_have_its_calls_made_every_time_or_its_results_not_kept(tmp_path: Path) -> None:
    log = {name: tmp_path / name for name in ("off", "brief")}
    off = replace(bare_server("off", "--log", str(log["off"])), cache=None)
    writer_input = replace(bare_server("brief", "--log", str(log["brief"])), cache=CacheRules(max_age=0.0))
    async with ToolPool([off, writer_input], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        for _ in range(2):
            async with asyncio.TaskGroup() as group:
                for name in ("off", "brief") * 2:
                    group.create_task(call(pool, f"{name}.echo", text="x"))
    calls = {name: [entry["event"] for entry in events(path)].count("echo") for name, path in log.items()}
    assert calls == {"off": 4, "brief": 2}


async def test_a_kept_result_outlives_its_server_but_not_the_pool() -> None:
    async with ToolPool([bare_server()], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        await call(pool, "echo", text="hello")
        with pytest.raises(ToolError):
            await call(pool, "die")
        assert (await call(pool, "echo", text="hello")).cached
    with pytest.raises(ToolError, match="closed"):
        await call(pool, "echo", text="hello")


async def test_leaving_the_pool_ends_a_shared_call_and_tells_all_who_wait(tmp_path: Path) -> None:
    log = tmp_path / "log"
    pool = ToolPool([stdio_server("slow", "--log", str(log))], clock=CLOCK)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group, pool:
        await pool.settled(PATIENCE)
        lost = [group.create_task(lose(pool)) for _ in range(2)]
        await logged(log, "started", "lost")
    assert [each.done() for each in lost] == [True, True]


async def lose(pool: ToolPool) -> None:
    with pytest.raises(ToolError):
        await call(pool, "sleep_for", seconds=60, label="lost")

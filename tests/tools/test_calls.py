"""Calls through the pool, over every transport and both generations of the protocol; the servers are real."""

import asyncio
import contextvars
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.errors import ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.scheduler.kept_calls import CallTool
from agentic_search.tools.mcp.shield import MOST_CONNECTIONS
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import (
    PATIENCE,
    at_url,
    bare_server,
    events,
    http_server,
    logged,
    stdio_server,
    unheard,
    until,
)
from tests.support.slow_server import VARIANTS

SERVERS = ("stdio", "stdio_legacy", *VARIANTS)
STREAMING = ("stdio", "stdio_legacy", "http", "http_legacy", "sse")
"""Where progress can be reported: an answer of plain JSON has no room for it."""
UNAWARE = ("http_json", "http_legacy_json")
"""What mcp cannot tell of a cancellation: the first does not watch for the caller's leaving, the second knows no
session to which a notification could belong."""

every_server = pytest.mark.parametrize("server", SERVERS)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the servers write down."""
    return tmp_path_factory.mktemp("logs") / "log"


@pytest.fixture(scope="module")
async def pool(log: Path) -> AsyncGenerator[ToolPool]:
    """One pool with all servers, ready; all have the same tools, so each tool is called `server.tool`."""
    over_stdio = [
        stdio_server("stdio", "--log", str(log)),
        stdio_server("stdio_legacy", "--legacy", "--log", str(log)),
    ]
    async with http_server("--every-http", "--log", str(log)) as url:
        over_http = [at_url(url + path, name) for name, path in VARIANTS.items()]
        async with ToolPool([*over_stdio, *over_http], clock=SystemClock()) as pool:
            await pool.settled(PATIENCE)
            yield pool


async def call(
    pool: ToolPool, tool: str, timeout: float = PATIENCE, on_progress: OnProgress = unheard, **arguments: object
) -> ToolResult:
    return await pool.call(tool, dict(arguments), timeout=timeout, on_progress=on_progress)  # pyright: ignore[reportArgumentType] - the arguments are JSON


@every_server
async def test_a_call_gives_the_tools_result(pool: ToolPool, server: str) -> None:
    result = await call(pool, f"{server}.rows", n=2)
    assert [passage.url for passage in result.passages] == ["https://example.org/1", "https://example.org/2"]
    assert isinstance(result.value, list)


@every_server
async def test_a_large_result_arrives_whole(pool: ToolPool, server: str) -> None:
    text = "x" * (400_000 if server == "sse" else 4_000_000)  # mcp's older transport takes at most 1 MiB
    assert (await call(pool, f"{server}.echo", text=text)).value == text


@every_server
async def test_a_tools_own_error_is_told_in_its_words(pool: ToolPool, server: str) -> None:
    with pytest.raises(ToolFailed, match="the shelf is empty"):
        await call(pool, f"{server}.fail", message="the shelf is empty")


@every_server
async def test_wrong_arguments_are_the_tools_error(pool: ToolPool, server: str) -> None:
    with pytest.raises(ToolFailed, match="seconds"):
        await call(pool, f"{server}.sleep_for", seconds="soon")


@every_server
async def test_a_call_that_takes_too_long_is_ended_here_and_at_the_server(
    pool: ToolPool, server: str, log: Path
) -> None:
    with pytest.raises(ToolTimeout, match=rf"{server}.sleep_for took longer than 0.2 s"):
        await call(pool, f"{server}.sleep_for", timeout=0.2, seconds=8.0, label=f"{server} late")
    if server not in UNAWARE:
        await logged(log, "cancelled", f"{server} late")


@every_server
async def test_cancelling_a_call_cancels_it_at_the_server(pool: ToolPool, server: str, log: Path) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(call(pool, f"{server}.sleep_for", seconds=8.0, label=f"{server} dropped"))
        await logged(log, "started", f"{server} dropped")
        task.cancel()
    if server not in UNAWARE:
        await logged(log, "cancelled", f"{server} dropped")


@pytest.mark.parametrize("server", STREAMING)
async def test_progress_arrives_in_order_and_in_the_callers_context(pool: ToolPool, server: str) -> None:
    caller = contextvars.ContextVar("caller", default="nobody")
    caller.set("me")
    reported: list[tuple[float, float | None, str, str]] = []

    def note(progress: float, total: float | None, text: str) -> None:
        reported.append((progress, total, text, caller.get()))

    await call(pool, f"{server}.sleep_for", on_progress=note, seconds=0.05, steps=20)
    assert reported == [(float(step), 20.0, f"step {step}", "me") for step in range(1, 21)]


@every_server
async def test_calls_share_one_session_and_run_side_by_side(pool: ToolPool, server: str, log: Path) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(12):
            group.create_task(call(pool, f"{server}.sleep_for", seconds=1.0, label=f"{server} side {number}"))
    order = [entry["event"] for entry in events(log) if entry.get("label", "").startswith(f"{server} side")]
    assert order[:12] == ["started"] * 12


@pytest.mark.parametrize("server", [name for name in SERVERS if name != "http_legacy_json"])
async def test_a_tool_that_is_added_later_appears(pool: ToolPool, server: str) -> None:
    before = pool.catalog()
    assert pool.catalog() is before
    await call(pool, f"{server}.add_tool", name=f"new_on_{server}")
    await until(pool, lambda: pool.catalog().get(f"new_on_{server}") is not None)
    assert before.get(f"new_on_{server}") is None
    assert (await call(pool, f"new_on_{server}")).text == f"new_on_{server}"


@pytest.mark.parametrize(("server", "number_of_calls"), [("stdio", 1_000), ("http", MOST_CONNECTIONS + 100)])
async def test_many_calls_at_once_all_come_back_each_with_its_own_answer(
    pool: ToolPool, server: str, number_of_calls: int
) -> None:
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(call(pool, f"{server}.echo", text=str(number))) for number in range(number_of_calls)]
    assert [call.result().text for call in calls] == [str(number) for number in range(number_of_calls)]


async def test_a_name_that_is_no_tool_is_told_with_the_nearest(pool: ToolPool) -> None:
    with pytest.raises(ToolFailed, match=r"no tool 'stdio.sleep_four'; did you mean 'stdio.sleep_for'\?"):
        await call(pool, "stdio.sleep_four")


async def test_garbage_on_stdout_disturbs_no_call(pool: ToolPool) -> None:
    assert (await call(pool, "stdio.garbage")).text == "still here"
    assert (await call(pool, "stdio.echo", text="and on")).text == "and on"


async def test_progress_that_comes_after_the_call_was_given_up_is_not_reported(pool: ToolPool, log: Path) -> None:
    reported: list[float] = []

    def note(progress: float, total: float | None, text: str) -> None:
        reported.append(progress)

    with pytest.raises(ToolTimeout):
        await call(pool, "stdio.sleep_for", 0.3, note, seconds=4.0, steps=40, label="cut")
    count = len(reported)
    await logged(log, "cancelled", "cut")
    await call(pool, "stdio.no_op")
    assert len(reported) == count


async def test_the_timeout_is_the_tasks_or_the_servers_or_the_default() -> None:
    servers = [replace(bare_server("quick"), timeout=0.1), bare_server("plain")]
    async with ToolPool(servers, clock=SystemClock(), task_timeout=0.2) as pool:
        await pool.settled(PATIENCE)
        for name, timeout, seconds in (("quick", 0.05, "0.05"), ("quick", None, "0.1"), ("plain", None, "0.2")):
            with pytest.raises(ToolTimeout, match=f"took longer than {seconds} s"):
                await pool.call(f"{name}.hang", {}, timeout=timeout, on_progress=unheard)


async def test_the_pool_is_what_the_scheduler_calls(pool: ToolPool) -> None:
    caller: CallTool = pool.call
    assert (await caller("stdio.echo", {"text": "x"}, timeout=None, on_progress=unheard)).value == "x"


async def test_an_answer_that_breaks_the_tools_own_schema_is_used_and_remarked_on() -> None:
    async with ToolPool([bare_server()], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        promised = await call(pool, "promise")
        assert promised.value == {"something": "else"}
        assert promised.remarks == ("the answer's data is not as the tool promises: 'text' is a required property",)
        assert (await call(pool, "echo", text="on")).text == "on"


async def test_after_the_pool_is_left_calls_are_turned_away() -> None:
    async with ToolPool([bare_server()], clock=SystemClock()) as pool:
        await pool.settled(PATIENCE)
        assert (await call(pool, "echo", text="hello")).text == "hello"
    with pytest.raises(ServerUnavailable, match="closed"):
        await call(pool, "echo", text="too late")

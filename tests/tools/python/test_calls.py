"""Calls of functions on the loop, in threads and in processes: what goes in, what comes out, what goes wrong."""

import asyncio
import logging
import os
import threading
from typing import Any

import pytest

from agentic_search.errors import ServerUnavailable, ToolFailed, ToolTimeout
from agentic_search.tools.python.function import offered
from agentic_search.tools.python.provider import FunctionTools
from tests.tools.python import samples
from tests.tools.python.calling import opened, unheard, until

EXECUTORS = ("on_loop", "in_thread", "in_process")


async def test_what_a_function_returns_is_cited_by_the_same_rules_as_what_a_server_returns() -> None:
    async with opened() as functions:
        result = await functions.result("find", query="rain", limit="3")
        assert [passage.url for passage in result.passages] == [f"https://example.org/{n}" for n in range(3)]
        assert result.passages[0].text == "About rain, part 0"
        told = await functions.result("city", name="Rome", since="2026-01-02")
        assert told.value == {"name": "Rome", "founded": "2026-01-02"}
        assert told.text == '{"name":"Rome","founded":"2026-01-02"}'
        assert [passage.url for passage in told.passages] == ["tool:functions/city?name=Rome&since=2026-01-02"]


async def test_what_is_not_given_is_left_to_the_functions_own_defaults() -> None:
    async with opened() as functions:
        assert await functions.value("city", name="Rome") == {"name": "Rome", "founded": "0001-01-01"}
        squared: Any = await functions.value("square", number=7, day="2026-01-02")
        assert (squared["square"], squared["day"]) == (49, "2026-01-02")
        assert squared["pid"] in functions.provider.pids - {os.getpid()}


async def test_every_bad_argument_is_complained_of_at_once_and_nothing_is_called() -> None:
    async with opened() as functions:
        with pytest.raises(ToolFailed) as refused:
            await functions.result("find", limit=0, size=3)
        assert str(refused.value) == (
            "bad arguments: 'query' is missing; 'limit': Input should be greater than or equal to 1; there is no 'size'"
        )


@pytest.mark.parametrize("executor", EXECUTORS)
async def test_an_exception_is_that_calls_failure_with_its_trace_in_the_log(
    executor: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with opened() as functions:
        for how, text in {
            "ValueError": "ValueError: not like this",
            "own words": "Ask for a city, not a river",
            "SystemExit": "SystemExit: 4",
            "CancelledError": "CancelledError",
            "TimeoutError": "TimeoutError",
        }.items():
            with pytest.raises(ToolFailed) as failed:
                await functions.result(f"fail_{executor}", how=how)
            assert str(failed.value).startswith(text)
        assert await functions.value("find", query="x", limit=1)
    assert 'raise ValueError("not like this")' in caplog.text


@pytest.mark.parametrize("executor", ["odd_on_loop", "odd_in_thread", "odd_in_process"])
async def test_results_are_put_into_json_wherever_they_come_from(executor: str) -> None:
    async with opened() as functions:
        for what in ("object", "lambda", "circle"):
            with pytest.raises(ToolFailed, match="its result cannot be put into JSON: "):
                await functions.result(executor, what=what)
        assert await functions.value(executor, what="nan") is None
        assert await functions.value(executor, what="set") == [1]
        assert await functions.value(executor, what="result") == [1, 2]
        assert await functions.value(executor, what="large") == "x" * 3_000_000
        nothing = await functions.result(executor, what="nothing")
        assert (nothing.value, nothing.text, nothing.passages) == (None, "", ())


@pytest.mark.parametrize("tool", ["count_on_loop", "count_in_thread", "count_in_process"])
async def test_progress_is_told_in_order_while_the_call_runs(tool: str) -> None:
    told: list[tuple[float, float | None, str]] = []

    def hear(progress: float, total: float | None, text: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append((progress, total, text))

    async with opened() as functions:
        assert (await functions.result(tool, on_progress=hear, to=3)).value == 3
    assert told == [(0, 3, "at 0"), (1, 3, "at 1"), (2, 3, "at 2")]


async def test_a_cancelled_coroutine_function_is_cancelled() -> None:
    samples.ENDED.clear()
    async with opened() as functions:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await functions.result("wait_on_loop")
        with pytest.raises(ToolTimeout, match=r"wait_on_loop took longer than 0\.02 s"):
            await functions.result("wait_on_loop", timeout=0.02)
    assert samples.ENDED == ["wait_on_loop"] * 2


async def test_a_call_in_a_thread_is_left_at_once_and_keeps_its_slot_until_it_ends() -> None:
    samples.GATE.clear()
    try:
        async with opened(threads=1) as functions:
            with pytest.raises(ToolTimeout, match=r"wait_in_thread took longer than 0\.2 s$"):
                await functions.result("wait_in_thread", timeout=0.2)
            assert samples.ENTERED.acquire(timeout=5)
            with pytest.raises(ToolTimeout, match="all 1 threads were busy, 1 of them with calls that were given up"):
                await functions.result("count_in_thread", to=1, timeout=0.05)
            samples.GATE.set()
            assert await functions.value("find", query="x", limit=1)
            assert await functions.value("wait_in_thread", _copy="a", json="b") == "passed"
    finally:
        samples.GATE.set()


async def test_blocking_calls_run_side_by_side_and_hold_up_nobody() -> None:
    samples.GATE.clear()
    async with opened() as functions, asyncio.TaskGroup() as group:
        waiting = [group.create_task(functions.value("wait_in_thread")) for _ in range(3)]
        for _ in waiting:
            await until(lambda: samples.ENTERED.acquire(blocking=False))
        assert await functions.value("count_on_loop", to=2) == 2
        assert not any(task.done() for task in waiting)
        samples.GATE.set()


async def test_a_closed_provider_says_so() -> None:
    async with opened() as functions:
        find = functions.pool.catalog().get("find")
    assert find is not None
    with pytest.raises(ServerUnavailable, match="closing"):
        await functions.provider.call(find, {"query": "x"}, timeout=1, on_progress=unheard)
    assert functions.provider.status().status == "unavailable"


async def test_arguments_that_cannot_be_sent_to_a_process_are_that_calls_failure() -> None:
    class Local(str):
        __slots__ = ()

    function = offered("tests.tools.python.samples", "noisy", samples.noisy)
    function.signature.read = lambda arguments: {"text": Local("x")}
    provider = FunctionTools([function])
    with pytest.raises(ToolFailed, match="its arguments cannot be sent to a process: "):
        await provider.call(function.tool, {"text": "x"}, timeout=5, on_progress=unheard)


async def test_a_tool_of_the_samples_keeps_working_when_called_plainly() -> None:
    assert samples.square(3)["square"] == 9
    assert samples.count_in_thread(2) == 2
    assert (await samples.city("Rome")).name == "Rome"


def test_the_providers_repr_shows_its_state() -> None:
    assert repr(FunctionTools([])) == "<FunctionTools: 0 functions, <WorkerPool: 0 working, 0 idle>>"

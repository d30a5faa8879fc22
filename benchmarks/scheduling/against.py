"""Milliseconds for the same calls, started all at once by the scheduler and by what one would use in its place.

Two kinds of call, that do nothing but yield to others: one in the process, which shows what each way costs by itself;
and one over a single MCP session, HTTP included, which shows how much of that is left. The thread pool calls as
synchronous tools do: each thread waits for its call, made on the session's event loop. A process pool, started
beforehand, can do nothing only: a session cannot be shared with it. The ways alternate within one run, so that a busy
machine slows each alike.
"""

import argparse
import asyncio
import operator
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Annotated, Any, TypeAlias, TypedDict

from langchain_core.messages import AIMessage, ToolCall
from langchain_core.tools import StructuredTool
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Send
from mcp import Client

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import Tool
from benchmarks.doubles import processes
from benchmarks.report import median, print_report
from benchmarks.scheduling import sleeping
from benchmarks.scheduling.graphs import Graph

PROCESSES = "process pool"
MOST_CALLS = 300
"""Of one way and size, as far as the median needs no more."""
Call: TypeAlias = Callable[[], Awaitable[object]]
FanOut: TypeAlias = Callable[[], Awaitable[None]]
"""Makes all calls and returns when all have ended."""


def by_gather(call: Call, size: int) -> FanOut:
    """Plain asyncio: the least there can be."""

    async def fan_out() -> None:
        await asyncio.gather(*(call() for _ in range(size)))

    return fan_out


def by_scheduler(call: Call, size: int) -> FanOut:
    """Ours, with facts emitted and outcomes kept."""
    names = [f"t{index}" for index in range(size)]
    plan = Graph("equal", dict.fromkeys(names, 0.0), dict.fromkeys(names, ())).plan()

    async def call_tool(
        tool: str, arguments: JsonObject, *, planned: Tool | None, timeout: float | None, on_progress: OnProgress
    ) -> ToolResult:
        await call()
        return sleeping.SLEPT

    async def fan_out() -> None:
        await sleeping.run(call_tool, plan, slots=size)

    return fan_out


class _Collected(TypedDict):
    results: Annotated[list[str], operator.add]


def by_send(call: Call, size: int) -> FanOut:
    """LangGraph's map: a Send for each call, to one node."""

    async def work(_: _Collected) -> _Collected:
        await call()
        return {"results": [""]}

    def spread(_: _Collected) -> list[Send]:
        return [Send("work", {}) for _ in range(size)]

    graph: Any = StateGraph(_Collected)
    graph.add_node("work", work)
    graph.add_conditional_edges(START, spread, ["work"])
    graph.add_edge("work", END)
    compiled = graph.compile()

    async def fan_out() -> None:
        state = await compiled.ainvoke({"results": []}, {"max_concurrency": size})
        assert len(state["results"]) == size

    return fan_out


def by_tool_node(call: Call, size: int) -> FanOut:
    """LangGraph's ToolNode: one message of a model that asks for all the calls."""

    async def no_op() -> str:
        """Do nothing."""
        await call()
        return ""

    graph: Any = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode([StructuredTool.from_function(coroutine=no_op, name="no_op")]))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    compiled = graph.compile()
    calls = [ToolCall(name="no_op", args={}, id=str(index)) for index in range(size)]

    async def fan_out() -> None:
        state = await compiled.ainvoke({"messages": [AIMessage(content="", tool_calls=calls)]})
        assert len(state["messages"]) == size + 1

    return fan_out


def by_threads(call: Call, size: int) -> FanOut:
    """A pool of a thread a call, made for each run as `with ThreadPoolExecutor()` is."""

    async def one() -> None:
        await call()

    async def fan_out() -> None:
        loop = asyncio.get_running_loop()

        def blocking() -> None:
            asyncio.run_coroutine_threadsafe(one(), loop).result()

        with ThreadPoolExecutor(max_workers=size) as pool:
            await asyncio.gather(*(loop.run_in_executor(pool, blocking) for _ in range(size)))

    return fan_out


def by_processes(pool: Executor, size: int) -> FanOut:
    """A pool of processes that are there already: each call, of `int()`, goes over and comes back."""

    async def fan_out() -> None:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, int) for _ in range(size)))

    return fan_out


WAYS: dict[str, Callable[[Call, int], FanOut]] = {
    "asyncio.gather": by_gather,
    "scheduler": by_scheduler,
    "LangGraph Send": by_send,
    "LangGraph ToolNode": by_tool_node,
    "thread pool": by_threads,
}


async def milliseconds(fans: dict[str, FanOut], repeat: int) -> dict[str, float]:
    """The median of each way, the ways taking turns."""
    took: dict[str, list[float]] = {way: [] for way in fans}
    for turn in range(-2, repeat):  # two turns to warm up
        for way, fan_out in fans.items():
            began = time.perf_counter()
            await fan_out()
            if turn >= 0:
                took[way].append((time.perf_counter() - began) * 1_000)
    return {way: median(each) for way, each in took.items()}


async def measure(sizes: list[int], repeat: int) -> list[dict[str, object]]:
    """A row a way and a size."""
    rows: list[dict[str, object]] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        async with processes.program("lean_mcp") as url, Client(url) as client:
            await client.list_tools()
            for size in sizes:
                fans = {way: make(lambda: asyncio.sleep(0), size) for way, make in WAYS.items()}
                turns = min(repeat, max(MOST_CALLS // size, 7))
                alone = await milliseconds({**fans, PROCESSES: by_processes(pool, size)}, turns)
                fans = {way: make(lambda: client.call_tool("no_op", {}), size) for way, make in WAYS.items()}
                over_mcp = await milliseconds(fans, turns)
                rows += [_row(size, way, alone, over_mcp) for way in alone]
    return rows


def _row(size: int, way: str, alone: dict[str, float], over_mcp: dict[str, float]) -> dict[str, object]:
    return {
        "calls": size,
        "way": way,
        "no call ms": round(alone[way], 3),
        "µs a call over gather": round((alone[way] - alone["asyncio.gather"]) / size * 1_000, 1),
        "MCP ms": round(over_mcp[way], 2) if way in over_mcp else "",
        "of gather's": round(over_mcp[way] / over_mcp["asyncio.gather"], 3) if way in over_mcp else "",
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3, 10, 100])
    parser.add_argument("--repeat", type=int, default=30)
    given = parser.parse_args()
    print_report("against", asyncio.run(measure(given.sizes, given.repeat)))


if __name__ == "__main__":
    main()

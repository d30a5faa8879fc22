"""How long tools take: what is learnt from calls, and how rarely what is reported of it changes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolFailed
from agentic_search.tools.calls.durations import Durations
from agentic_search.tools.pool import ToolPool
from tests.support.clock import FakeClock
from tests.support.mcp_processes import PATIENCE, stdio_server


def tool(name: str = "search", server: str = "web") -> Tool:
    return Tool(name=name, server=server, remote_name=name, input_schema={"type": "object"})


def typical_seconds(durations: Durations, asked: Tool) -> float | None:
    (timed,) = durations.fill_in([asked])
    return timed.typical_seconds


def after(*seconds: float) -> Durations:
    durations = Durations()
    for each in seconds:
        durations.note(tool(), each)
    return durations


@pytest.mark.parametrize(
    ("seconds", "typical"),
    [
        ((), None),
        ((1.1,), 1.0),
        ((3.0,), 4.0),
        ((0.0,), 0.0625),
        ((0.002,), 0.0625),
        ((100.0,), 128.0),
        ((1.0, 1.5, 0.8, 1.2, 1.5), 1.0),
        ((1.0, *[8.0] * 12), 8.0),
        ((8.0, *[1.0] * 20), 1.0),
        ((1.0, *[1.0] * 20, 60.0), 16.0),
    ],
)
def test_the_latest_calls_weigh_most_and_the_time_is_reported_as_a_power_of_two(
    seconds: tuple[float, ...], typical: float | None
) -> None:
    assert typical_seconds(after(*seconds), tool()) == typical


@pytest.mark.parametrize(("boundary", "typical"), [(1.4, 1.0), (5.6, 4.0), (0.35, 0.25)])
def test_times_that_waver_about_a_boundary_change_nothing_in_a_prompt(boundary: float, typical: float) -> None:
    durations = after(boundary)
    steps = set[float | None]()
    for number in range(100):
        durations.note(tool(), boundary * (1 + 0.11 * (-1) ** number))
        steps.add(typical_seconds(durations, tool()))
    assert steps == {typical}


def test_tools_of_one_name_on_two_servers_are_two() -> None:
    durations = after(4.0)
    assert typical_seconds(durations, tool(server="other")) is None
    durations.note(tool(server="other"), 1.0)
    assert [typical_seconds(durations, tool(server=server)) for server in ("web", "other")] == [4.0, 1.0]


def test_a_tool_is_the_same_object_until_its_time_changes() -> None:
    durations, asked = after(4.0), tool()
    first = durations.fill_in([asked, tool("unknown")])
    durations.note(asked, 4.4)
    assert durations.fill_in([asked])[0] is first[0]
    durations.note(asked, 99.0)
    assert durations.fill_in([asked])[0] is not first[0]
    assert asked.typical_seconds is None


def test_a_tool_that_its_server_describes_anew_is_the_new_one() -> None:
    durations, anew = after(4.0), tool().model_copy(update={"description": "Search better."})
    assert typical_seconds(durations, tool()) == 4.0
    (timed,) = durations.fill_in([anew])
    assert timed == anew.model_copy(update={"typical_seconds": 4.0})


def test_only_so_many_tools_are_remembered() -> None:
    durations = Durations(most_tools=2)
    for name in ("a", "b", "a", "c"):
        durations.note(tool(name), 1.0)
    assert len(durations) == 2
    assert [typical_seconds(durations, tool(name)) for name in "abc"] == [1.0, None, 1.0]


@given(st.lists(st.floats(0, 100_000), min_size=1))
def test_what_is_reported_is_a_power_of_two_within_what_was_seen(seconds: list[float]) -> None:
    typical = typical_seconds(after(*seconds), tool())
    assert typical is not None
    assert math.frexp(typical)[0] == 0.5
    assert max(min(seconds), 0.0625) / 2 <= typical <= max(*seconds, 0.0625) * 2


async def test_the_pool_times_the_calls_that_were_made_and_completed() -> None:
    clock = FakeClock()
    async with ToolPool([stdio_server()], clock=clock) as pool:
        await pool.settled(PATIENCE)
        tools = pool.catalog().tools
        assert pool.timed(tools) == tools

        def four_seconds_pass(progress: float, total: float | None, text: str) -> None:
            clock.advance(4.0)

        for _ in range(3):  # the second and the third time from the cache
            await pool.call("sleep_for", {"seconds": 0.0, "steps": 1}, timeout=None, on_progress=four_seconds_pass)
        with pytest.raises(ToolFailed):
            await pool.call("fail", {"message": "no"}, timeout=None, on_progress=four_seconds_pass)
        assert {tool.name: tool.typical_seconds for tool in pool.timed(tools) if tool.typical_seconds} == {
            "sleep_for": 4.0
        }
        assert pool.timed(tools) == pool.timed(tools)
        assert pool.catalog().tools is tools

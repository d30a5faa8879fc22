"""The thinking steps of real runs, in both modes, and where their time went; what /health?verbose tells."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.support.service import RunningService, running_service, stdio_entry

SLEEPS = [{"tool": "sleep_for", "arguments": {"seconds": 0.3, "label": str(n)}, "purpose": f"Sleep {n}"} for n in "abc"]


def told(run: dict[str, Any], *marks: str) -> list[str]:
    """The steps that begin so."""
    return [step for step in run["thinking_steps"] if step.startswith(marks)]


@pytest.fixture(scope="module")
async def in_turn(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """A service whose tasks run one after another."""
    folder: Path = tmp_path_factory.mktemp("in_turn")
    async with running_service(folder, servers={"slow": stdio_entry()}, settings={"PARALLEL": "false"}) as running:
        await running.ready_servers("slow")
        yield running


async def test_a_parallel_run_says_so_from_start_to_end(service: RunningService) -> None:
    plan = [{**task, "tool": "slow.sleep_for"} for task in SLEEPS]
    run = await service.ask("q", plan=plan)
    assert told(run, "🚀", "⚡ Tasks", "⏳ Executing", "✨", "📊 Results") == [
        "🚀 Starting parallel execution of 3 tasks",
        "⚡ Tasks will execute concurrently for faster results",
        "⏳ Executing 3 tasks concurrently...",
        "✨ Parallel execution complete!",
        "📊 Results: 3 completed, 0 failed",
    ]
    assert sorted(told(run, "✅")) == [f"✅ Task {n}: slow.sleep_for - Sleep {'abc'[n - 1]}" for n in (1, 2, 3)]
    assert sorted(told(run, "📊 Full Result")) == [f"📊 Full Result: slept {each}" for each in "abc"]
    timings = run["timings"]
    assert timings["tools"] < timings["serial_tools"]
    assert told(run, "🏁")[0].endswith(
        f"; tools took {timings['tools']:.1f} s, one after another {timings['serial_tools']:.1f} s"
    )


async def test_a_sequential_run_says_so(in_turn: RunningService) -> None:
    run = await in_turn.ask("q", plan=SLEEPS)
    assert told(run, "🚀", "⚡ Tasks", "⏳ Executing", "✨", "📊 Results") == [
        "🚀 Starting sequential execution of 3 tasks",
        "⚡ Tasks will execute one after another",
        "⏳ Executing 3 tasks one after another...",
        "✨ Sequential execution complete!",
        "📊 Results: 3 completed, 0 failed",
    ]
    assert told(run, "🏁")[0].endswith(f"; tools took {run['timings']['tools']:.1f} s, one after another")


@pytest.mark.parametrize("mode", ["parallel", "in turn"])
async def test_one_task_is_neither(mode: str, service: RunningService, in_turn: RunningService) -> None:
    chosen = service if mode == "parallel" else in_turn
    run = await chosen.ask("q", plan=[{"tool": "slow.rows" if mode == "parallel" else "rows", "arguments": {"n": 1}}])
    assert not [step for step in run["thinking_steps"] if "concurrently" in step or "one after another" in step]
    assert told(run, "✅")[0].endswith(".rows" if mode == "parallel" else ": rows")


async def test_events_and_the_run_tell_the_same_steps(service: RunningService) -> None:
    run_id = await service.begin("q", plan=[{"tool": "slow.rows", "arguments": {"n": 1}}] * 2)
    events = await service.events(run_id)
    lines = [line for event in events for line in event.data["message"].split("\n") if line]
    steps = (await service.report(run_id))["thinking_steps"]
    assert lines == [step for step in steps if not step.startswith("📊 Full Result")]
    ended = next(event.data["data"] for event in events if event.event == "execution.completed")
    assert ended == {"completed": 2, "failed": 0, "skipped": 0, "parallel": True, "round": 1}


async def test_the_phases_sum_to_the_whole_and_the_process_is_measured(in_turn: RunningService) -> None:
    run = await in_turn.ask("q", plan=[{"tool": "sleep_for", "arguments": {"seconds": 0.8}}])
    timings = run["timings"]
    phases = sum(timings[phase] for phase in ("discover", "plan", "execute", "synthesize"))
    assert timings["discover"] > 0 and timings["total"] - phases < 0.2 * timings["total"]
    assert run["process"]["cpu_seconds"] > 0 and run["process"]["peak_memory"] > 10_000_000


async def test_health_tells_how_busy_the_process_is_when_asked(in_turn: RunningService) -> None:
    assert "load" not in (await in_turn.client.get("/health")).json()
    run_id = await in_turn.begin("q", plan=[{"tool": "sleep_for", "arguments": {"seconds": 60}}])
    async with in_turn.client.stream("GET", f"/runs/{run_id}/events"):
        load = await _load(in_turn, running=1, open_streams=1)
        assert load["servers"] == {"ready": 1}
        assert load["uptime"] > 0 and load["cpu_seconds"] > 0 and 0 < load["memory"] <= load["peak_memory"]
    await in_turn.client.post(f"/runs/{run_id}/cancel")
    load = await _load(in_turn, running=0, open_streams=0)
    assert load["runs"]["kept"] >= 1


async def _load(service: RunningService, **runs: int) -> dict[str, Any]:
    """How busy it is, as soon as its runs are counted so."""
    async with asyncio.timeout(10):
        while True:
            load = (await service.client.get("/health", params={"verbose": ""})).json()["load"]
            if runs.items() <= load["runs"].items():
                return load
            await asyncio.sleep(0.02)

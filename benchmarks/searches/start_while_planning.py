"""Searches with a model that takes its time to write: tasks started as it writes them, and after the whole plan.

The bound is the critical path when each task is released as its text closes, then the answer: what model and tools take
by themselves. What is over it is the service's own, HTTP to all sides included. A closing brace counts from when its
token was due, a call as soon as it has arrived at the tool server: the lateness of the model's timer is in it too.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TypeAlias

from benchmarks.doubles import processes
from benchmarks.doubles.bare_http import connected
from benchmarks.doubles.shapes import SHAPES, Asked, Pace, closing_tokens, least_seconds, plan_tokens
from benchmarks.report import median, print_report
from tests.support.service import RunningService, running_service

Row: TypeAlias = dict[str, object]
TARGET_RATIO = 1.02
TARGET_MILLISECONDS = 20
UNHURRIED = 20
"""Tokens a second up to which searches leave so much time idle that all shapes can be measured side by side."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One service, with what it works with."""

    service: RunningService
    plans: Path
    calls: Path

    def brace_to_call(self, runs: Sequence[Asked]) -> list[float]:
        """Milliseconds from each closing brace of a task that waits for no other to its call."""
        first_due, arrived = _times(self.plans), _times(self.calls)
        return [
            (arrived[step.tag] - first_due[str(run.number)] - (written - 1) / run.tokens_per_second) * 1_000
            for run in runs
            for step, written in zip(run.steps, closing_tokens(plan_tokens(run.steps)), strict=True)
            if step.tag
        ]


def _times(log: Path) -> dict[str, float]:
    lines = (json.loads(line) for line in log.read_text().splitlines())
    return {line["what"]: line["at"] for line in lines}


@asynccontextmanager
async def set_up(folder: Path, *, early: bool, first_token: float) -> AsyncGenerator[Setup, None]:
    """A service that starts tasks early, or does not; a model server and a tool server of its own."""
    plans, calls = folder / "plans.jsonl", folder / "calls.jsonl"
    async with (
        processes.program("lean_mcp", "--log", str(calls)) as mcp,
        processes.program("shapes_model", "--log", str(plans), "--first-token", str(first_token)) as model,
        running_service(
            folder, servers={"lean": {"url": mcp}}, ollama=model, settings={"START_EARLY": str(early)}, forked=False
        ) as service,
    ):
        await service.ready_servers("lean")
        yield Setup(service, plans, calls)


async def seconds_of(service: RunningService, asked: Asked) -> float:
    """One search, as its caller sees it."""
    async with connected(service.url) as client:
        began = time.perf_counter()
        run = await client.post("/search", {"query": asked.question})
        took = time.perf_counter() - began
    assert run["planner"] == "model" and run["status"] == "completed" and len(run["tasks"]) == len(asked.steps), run
    return took


async def row(on: Setup, off: Setup, shape: str, numbers: Iterator[int], pace: Pace, repeat: int) -> Row:
    """One line of the table: early start on and off take turns."""
    runs = [Asked(number, shape, pace.tokens_per_second) for number, _ in zip(numbers, range(repeat), strict=False)]
    early: list[float] = []
    late: list[float] = []
    for run in runs:
        early.append(await seconds_of(on.service, run))
        late.append(await seconds_of(off.service, run))
    least = least_seconds(runs[0].steps, pace)
    delays = on.brace_to_call(runs)
    return {
        "plan": shape,
        "tokens a second": pace.tokens_per_second,
        "bound s": round(least, 3),
        "on s": round(median(early), 3),
        "on, of the bound": round(median(early) / least, 4),
        "over it ms": round((median(early) - least) * 1_000, 1),
        "off s": round(median(late), 3),
        "off, of the bound": round(median(late) / least, 4),
        "brace to call: p50 ms": round(median(delays), 1),
        "max ms": round(max(delays), 1),
        "target": f"{TARGET_RATIO}, {TARGET_MILLISECONDS} ms",
    }


async def measure(given: argparse.Namespace) -> list[Row]:
    """Every shape at every speed; at slow speeds all shapes side by side."""
    numbers = count(1)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        async with (
            set_up(Path(folder), early=True, first_token=given.first_token) as on,
            set_up(Path(other), early=False, first_token=given.first_token) as off,
        ):
            await asyncio.gather(*(seconds_of(each.service, Asked(0, "wide", 1_000)) for each in (on, off)))
            for speed in given.tokens_per_second:
                pace = Pace(speed, given.first_token)
                pending = [row(on, off, shape, numbers, pace, given.repeat) for shape in given.shapes]
                if speed <= UNHURRIED:
                    rows += await asyncio.gather(
                        *(_later(each, index / len(pending) / speed) for index, each in enumerate(pending))
                    )
                else:
                    rows += [await each for each in pending]
    return rows


async def _later(row: Coroutine[None, None, Row], seconds: float) -> Row:
    """So that the tokens of searches side by side are not due all at once."""
    await asyncio.sleep(seconds)
    return await row


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens-per-second", type=float, nargs="+", default=[10, 50, 200])
    parser.add_argument("--first-token", type=float, default=0.2, help="seconds")
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--repeat", type=int, default=2)
    print_report("start_while_planning", asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()

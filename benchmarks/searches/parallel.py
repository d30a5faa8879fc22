"""Equal tasks one after another and side by side, as whole searches over HTTP: calls of tools, and agents.

An agent is a task that has a model write, here 50 tokens at a steady pace. A model server that generates for all of
them at once, each as fast as alone, is the best case: a real one shares its machine between them, and one that has a
slot for one only, as Ollama by default, makes them wait whatever the service does. The last rows show that.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.doubles import processes
from benchmarks.report import median, print_report
from benchmarks.scheduling.speedup import TARGETS
from tests.support.mcp_processes import http_server
from tests.support.service import NOBODY, ROOT, RunningService, running_service

SIZES = (3, 5, 10, 15)
AGENT_TOKENS = 50
STDIO = {
    "command": sys.executable,
    "args": ["-m", "tests.support.slow_server"],
    "env": {"PYTHONPATH": str(ROOT)},
    "cache": False,
}
CROWDED = "agents-one-slot"
Seconds: TypeAlias = dict[int, float]
"""What each number of tasks took."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task, and what the service works with."""

    task: Callable[[str, float], Mapping[str, object]]
    """A task with a label that no other has, of so many seconds."""
    over_http: bool = False
    slots: int = 0
    """Of the model server, if the tasks are agents."""

    @asynccontextmanager
    async def service(self, seconds: float, *, parallel: bool) -> AsyncGenerator[RunningService, None]:
        """A service of its own, with what it needs."""
        settings = {"PARALLEL": str(parallel)}
        async with self._server() as servers, self._model(seconds) as model:
            with tempfile.TemporaryDirectory() as folder:
                async with running_service(
                    Path(folder), servers=servers, ollama=model, settings=settings, forked=False
                ) as service:
                    await service.ready_servers(*servers)
                    yield service

    @asynccontextmanager
    async def _server(self) -> AsyncGenerator[Mapping[str, Any], None]:
        if not self.over_http:
            yield {"slow": STDIO}
            return
        async with http_server() as url:
            yield {"slow": {"url": url, "cache": False}}

    @asynccontextmanager
    async def _model(self, seconds: float) -> AsyncGenerator[str, None]:
        if not self.slots:
            yield NOBODY
            return
        pace = ("--tokens-per-second", str(AGENT_TOKENS / seconds), "--answer-tokens", str(AGENT_TOKENS))
        async with processes.program("scripted_model", "--slots", str(self.slots), *pace) as url:
            yield url


def _nap(label: str, seconds: float) -> Mapping[str, object]:
    return {"tool": "sleep_for", "arguments": {"seconds": seconds, "label": label}}


def _agent(label: str, _: float) -> Mapping[str, object]:
    return {"tool": "ask_model", "arguments": {"prompt": f"What do you think of {label}?"}}


KINDS: Mapping[str, Kind] = {
    "stdio": Kind(_nap),
    "http": Kind(_nap, over_http=True),
    "agents": Kind(_agent, slots=max(SIZES)),
    CROWDED: Kind(_agent, slots=1),
}


async def seconds_of(service: RunningService, kind: Kind, given: argparse.Namespace, *, repeat: int) -> Seconds:
    """Of each size, the time from first start to last end, the median of the repeats."""
    labels = map(str, count())
    return {
        size: median([await _search(service, kind, size, given.seconds, labels) for _ in range(repeat)])
        for size in given.sizes
    }


async def _search(service: RunningService, kind: Kind, size: int, seconds: float, labels: Iterator[str]) -> float:
    tasks = [kind.task(next(labels), seconds) for _ in range(size)]
    run = await service.ask("sleep", plan={"tasks": tasks}, model="offline")
    assert run["status"] == "completed", run
    return run["timings"]["execute"]


async def mostly_waiting(given: argparse.Namespace) -> tuple[dict[str, Seconds], dict[str, Seconds]]:
    """Each kind one task after another, and agents that share one slot: measured together, as all of them wait."""
    modes = [(name, False) for name in given.kinds] + [(name, True) for name in given.kinds if name == CROWDED]
    async with AsyncExitStack() as stack:
        # The services start one after another: started at once, they would keep each other waiting.
        services = {
            (name, parallel): await stack.enter_async_context(KINDS[name].service(given.seconds, parallel=parallel))
            for name, parallel in modes
        }
        async with asyncio.TaskGroup() as group:
            took = {
                mode: group.create_task(seconds_of(service, KINDS[mode[0]], given, repeat=1))
                for mode, service in services.items()
            }
    sequential = {name: took[name, False].result() for name in given.kinds}
    return sequential, {name: each.result() for (name, parallel), each in took.items() if parallel}


async def alone(given: argparse.Namespace) -> dict[str, Seconds]:
    """Each kind side by side, the kinds one after another."""
    took: dict[str, Seconds] = {}
    for name in given.kinds:
        if name != CROWDED:
            async with KINDS[name].service(given.seconds, parallel=True) as service:
                took[name] = await seconds_of(service, KINDS[name], given, repeat=given.repeat)
    return took


async def measure(given: argparse.Namespace) -> list[dict[str, object]]:
    """A row a kind and size."""
    sequential, crowded = await mostly_waiting(given)
    parallel = await alone(given) | crowded
    return [
        _row(name, size, given.seconds, sequential[name][size], parallel[name][size])
        for name in given.kinds
        for size in given.sizes
    ]


def _row(kind: str, size: int, seconds: float, sequential: float, parallel: float) -> dict[str, object]:
    return {
        "what": kind,
        "tasks": size,
        "seconds each": seconds,
        "one after another s": round(sequential, 3),
        "side by side s": round(parallel, 3),
        "times faster": round(sequential / parallel, 2),
        "target": "" if kind == CROWDED else TARGETS.get(size, ""),
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--sizes", type=int, nargs="+", choices=SIZES, default=SIZES)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each task takes")
    parser.add_argument("--repeat", type=int, default=2, help="side by side; one after another is measured once")
    print_report("parallel", asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()

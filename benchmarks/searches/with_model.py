"""Whole searches over HTTP with a model at 50 tokens a second, 0.2 s to its first: where the time of a search goes.

The bound is what model and tools take by themselves, one after the other: a plan, the slowest call, an answer. Tasks
that start before the plan has ended could beat it; what is over it is the service's own.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.doubles import processes
from benchmarks.doubles.scripted_model import ANSWER_TOKENS, plan_tokens
from benchmarks.report import median, print_report
from tests.support.service import RunningService, running_service

SCENARIOS = {"A": (3, 2.0, 6.3), "B": (10, 0.5, 6.9)}
"""Calls, seconds each, and the target for the whole search."""
QUERY = "What does it say of all the parts?"


async def row(name: str, given: argparse.Namespace) -> dict[str, object]:
    """One scenario on a service of its own."""
    calls, seconds, target = SCENARIOS[name]
    seconds *= given.scale
    pace = ("--tokens-per-second", str(given.tokens_per_second), "--first-token", str(given.first_token))
    async with (
        processes.program("lean_mcp", "--seconds", str(seconds)) as mcp,
        processes.program("scripted_model", "--tasks", str(calls), *pace) as model,
    ):
        with tempfile.TemporaryDirectory() as folder:
            async with running_service(
                Path(folder), servers={"lean": {"url": mcp}}, ollama=model, forked=False
            ) as service:
                await service.ready_servers("lean")
                runs = [await search(service, calls) for _ in range(given.repeat)]
    tokens = len(plan_tokens(calls))
    bound = 2 * given.first_token + (tokens + ANSWER_TOKENS) / given.tokens_per_second + seconds
    total = median([took for took, _ in runs])
    return {
        "scenario": f"{name}: {calls} calls of {seconds:g} s",
        "total s": round(total, 3),
        "bound s": round(bound, 3),
        "own ms": round((total - bound) * 1_000, 1),
        "plan tokens a task": round(tokens / calls, 1),
        "prompt tokens": runs[-1][1],
        "target s": target,
        "target tokens": 14,
    }


async def search(service: RunningService, calls: int) -> tuple[float, int]:
    """Seconds of one search as its caller sees them, and the tokens of its prompts."""
    clock = asyncio.get_running_loop().time
    began = clock()
    run = await service.ask(QUERY)
    took = clock() - began
    assert run["planner"] == "model" and run["status"] == "completed" and len(run["tasks"]) == calls, run
    return took, run["usage"]["prompt_tokens"]


async def measure(given: argparse.Namespace) -> list[dict[str, object]]:
    """One scenario after the other."""
    return [await row(name, given) for name in given.scenarios]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens-per-second", type=float, default=50)
    parser.add_argument("--first-token", type=float, default=0.2, help="seconds")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="of the calls' seconds")
    parser.add_argument("--scenarios", nargs="+", choices=list(SCENARIOS), default=list(SCENARIOS))
    print_report("with_model", asyncio.run(measure(parser.parse_args())))


if __name__ == "__main__":
    main()

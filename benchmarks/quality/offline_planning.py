"""How well plans are made without a language model: a line of figures for each evaluation set.

    python -m benchmarks.quality.offline_planning --data FOLDER

FOLDER holds `metatool`, `livemcpbench` and `bfcl` as JSON Lines, and `score.py` with BFCL's matching of calls. Tools of
these sets do not say whether they only read; here they all count as such.

hit@k: a wanted tool is among the first k; recall@k: the share of wanted tools among them; planned: the plan calls a
wanted tool; exact: the best single call is the wanted one, arguments included; refused: no call was made.
"""

import argparse
import asyncio
import importlib.util
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest, TaskReady
from agentic_search.planning.relevance import by_relevance

Row = Mapping[str, Any]
Match = Callable[[list[dict[str, Any]], list[dict[str, Any]]], bool]


def rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def tool(row: Row) -> Tool:
    """A tool as the catalog would have it; one without a schema takes a query."""
    takes_a_query: JsonObject = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    }
    schema: JsonObject = row.get("inputSchema") or takes_a_query
    return Tool(
        name=row["name"],
        server=row.get("server", "tools"),
        remote_name=row["name"],
        description=row.get("description") or "",
        input_schema=schema,
        read_only=True,
    )


async def planned(question: str, tools: Sequence[Tool], *, most_tasks: int) -> list[Task]:
    """The tasks of the offline plan; none where it is refused."""
    try:
        steps = OfflinePlanner(most_tasks=most_tasks).plan(PlanRequest(question, tools))
        return [step.task async for step in steps if isinstance(step, TaskReady)]
    except PlanRefused:
        return []


async def finding(questions: Sequence[Row], tools_of: Callable[[Row], Sequence[Tool]]) -> dict[str, float]:
    """How well the wanted tools are found."""
    sums: dict[str, float] = {}
    for row in questions:
        tools, wanted = tools_of(row), set(row["gold_tools"])
        names = [each.tool.name for each in by_relevance(row["query"], tools)]
        called = {task.tool for task in await planned(row["query"], tools, most_tasks=4)}
        figures = {
            "hit@1": float(names[0] in wanted),
            "hit@4": float(bool(wanted.intersection(names[:4]))),
            "recall@4": len(wanted.intersection(names[:4])) / len(wanted),
            "planned": float(bool(wanted & called)),
        }
        sums = {name: sums.get(name, 0.0) + value for name, value in figures.items()}
    return {name: value / len(questions) for name, value in sums.items()}


async def calling(questions: Sequence[Row], match: Match) -> dict[str, float]:
    """How often the one best call is the wanted one."""
    right_tool = exact = refused = 0
    for row in questions:
        tasks = await planned(row["query"], [tool(each) for each in row["tools"]], most_tasks=1)
        calls = [{"name": task.tool, "arguments": task.arguments} for task in tasks]
        wanted = [name for call in row.get("gold", []) for name in call]
        right_tool += [call["name"] for call in calls] == wanted and bool(calls)
        exact += bool(calls) and match(calls, list(row.get("gold", [])))
        refused += not calls
    total = len(questions)
    return {"tool": right_tool / total, "exact": exact / total, "refused": refused / total}


def matching(data: Path) -> Match:
    """BFCL's comparison of calls, from the folder's `score.py`."""
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(data / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.bfcl_match


async def figures(data: Path) -> Iterator[tuple[str, int, dict[str, float], float]]:
    """For each set: its name, how many questions, the figures, seconds."""
    metatool, live = data / "metatool", data / "livemcpbench"
    catalogs = {
        name: [tool(row) for row in rows(metatool / f"shared/tools_{name}.jsonl")] for name in ("big", "plugins")
    }
    servers = [tool(row) for row in rows(live / "shared/tools.jsonl")]
    match = matching(data)
    found: list[tuple[str, int, dict[str, float], float]] = []
    sets: list[tuple[str, Path, Callable[[Row], Sequence[Tool]] | None]] = [
        ("metatool single", metatool / "dev/single.jsonl", lambda row: catalogs[row["catalogue"]]),
        ("metatool multi", metatool / "dev/multi.jsonl", lambda row: catalogs[row["catalogue"]]),
        ("livemcpbench", live / "dev/tasks.jsonl", lambda _: servers),
        *((f"bfcl {name}", data / f"bfcl/dev/{name}.jsonl", None) for name in BFCL),
    ]
    for name, path, tools_of in sets:
        questions = [row for row in rows(path) if row.get("gold_tools", True)]
        began = time.perf_counter()
        result = await (finding(questions, tools_of) if tools_of else calling(questions, match))
        found.append((name, len(questions), result, time.perf_counter() - began))
    return iter(found)


BFCL = ("simple_python", "multiple", "live_simple", "live_multiple", "irrelevance")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the evaluation sets")
    options = parser.parse_args()
    for name, total, result, seconds in asyncio.run(figures(options.data)):
        shown = "  ".join(f"{key} {value:.3f}" for key, value in result.items())
        print(f"{name:22} n={total:<4} {shown}  ({1_000 * seconds / total:.1f} ms each)")


if __name__ == "__main__":
    main()

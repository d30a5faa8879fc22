"""How well plans are made without a language model: a line of figures for each evaluation set.

    python -m benchmarks.quality.offline_planning --data FOLDER [--half first|second]

FOLDER holds `metatool`, `livemcpbench`, `bfcl` and `nestful` as JSON Lines, and `score.py` with BFCL's matching of
calls. Tools of these sets do not say whether they only read; here they all count as such.

hit@k: a wanted tool is among the first k; recall@k: the share of wanted tools among them; planned: the plan calls a
wanted tool; tool: the plan calls just the wanted tools; exact: arguments included; refused: no call was made; edges:
the share of plans in which one call takes the result of another as it should. `--half` takes every second question.
"""

import argparse
import asyncio
import importlib.util
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
Figures = dict[str, float]

CALLED = (
    *("simple_python", "multiple", "parallel", "parallel_multiple"),
    *("live_simple", "live_multiple", "live_parallel", "live_parallel_multiple", "live_relevance"),
)
UNWANTED = ("irrelevance", "live_irrelevance")
HALVES = {"first": slice(0, None, 2), "second": slice(1, None, 2), None: slice(None)}


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one set."""

    name: str
    questions: int
    figures: Figures
    seconds: float


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
        output_schema=row.get("outputSchema") or {"type": "object", "properties": row.get("outputFields", {})},
        read_only=True,
    )


async def planned(question: str, tools: Sequence[Tool]) -> list[Task]:
    """The tasks of the offline plan; none where it is refused."""
    try:
        steps = OfflinePlanner().plan(PlanRequest(question, tools))
        return [step.task async for step in steps if isinstance(step, TaskReady)]
    except PlanRefused:
        return []


async def finding(questions: Sequence[Row], tools_of: Callable[[Row], Sequence[Tool]]) -> Figures:
    """How well the wanted tools are found."""
    sums: defaultdict[str, float] = defaultdict(float)
    for row in questions:
        tools, wanted = tools_of(row), set(row["gold_tools"])
        names = [each.tool.name for each in by_relevance(row["query"], tools)]
        called = {task.tool for task in await planned(row["query"], tools)}
        sums["hit@1"] += names[0] in wanted
        sums["hit@4"] += bool(wanted.intersection(names[:4]))
        sums["recall@4"] += len(wanted.intersection(names[:4])) / len(wanted)
        sums["planned"] += bool(wanted & called)
    return {name: value / len(questions) for name, value in sums.items()}


async def calling(questions: Sequence[Row], match: Match) -> Figures:
    """How often the calls are the wanted ones."""
    sums = Counter({"tool": 0, "exact": 0, "refused": 0})
    for row in questions:
        tasks = await planned(row["query"], [tool(each) for each in row["tools"]])
        calls = [{"name": task.tool, "arguments": task.arguments} for task in tasks]
        gold = list(row.get("gold") or [])
        sums["tool"] += bool(calls) and {task.tool for task in tasks} == {name for call in gold for name in call}
        sums["exact"] += bool(calls and gold) and match(calls, gold)
        sums["refused"] += not calls
    return {name: value / len(questions) for name, value in sums.items()}


async def chaining(questions: Sequence[Row], catalogs: Mapping[str, Sequence[Tool]]) -> Figures:
    """How often calls are linked as they should be."""
    sums = Counter({"tool": 0, "linked": 0, "edges": 0})
    for row in questions:
        tasks = await planned(row["query"], catalogs[row["domain"]])
        of_id = {task.id: task.tool for task in tasks}
        found = {(of_id[before], task.tool) for task in tasks for before in task.depends_on}
        wanted_of_id = {call["id"]: call["tool"] for call in row["gold_calls"]}
        wanted = {(wanted_of_id[one], wanted_of_id[other]) for one, other in row["edges"]}
        sums["tool"] += bool(set(of_id.values()) & set(wanted_of_id.values()))
        sums["linked"] += bool(found)
        sums["edges"] += bool(found & wanted)
    return {name: value / len(questions) for name, value in sums.items()}


def matching(data: Path) -> Match:
    """BFCL's comparison of calls, from the folder's `score.py`."""
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(data / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.bfcl_match


def measures(data: Path) -> Iterator[tuple[str, Path, Callable[[Sequence[Row]], Any]]]:
    """Each set: its name, its file, and what measures its questions."""
    metatool, live, nestful = data / "metatool", data / "livemcpbench", data / "nestful"
    catalogs = {name: _tools(metatool / f"shared/tools_{name}.jsonl") for name in ("big", "plugins")}
    chained = {name: _tools(nestful / f"shared/tools_{name}.jsonl") for name in ("executable", "glaive", "sgd")}
    servers = _tools(live / "shared/tools.jsonl")
    match = matching(data)
    for name in ("single", "multi"):
        yield (
            f"metatool {name}",
            metatool / f"dev/{name}.jsonl",
            lambda questions: finding(questions, lambda row: catalogs[row["catalogue"]]),
        )
    yield "livemcpbench", live / "dev/tasks.jsonl", lambda questions: finding(questions, lambda _: servers)
    for name in (*CALLED, *UNWANTED):
        yield f"bfcl {name}", data / f"bfcl/dev/{name}.jsonl", lambda questions: calling(questions, match)
    yield "nestful", nestful / "dev/plans.jsonl", lambda questions: chaining(questions, chained)


def _tools(path: Path) -> list[Tool]:
    return [tool(row) for row in rows(path)]


async def measured(data: Path, half: str | None, only: str) -> list[Measured]:
    """The figures of every set whose name holds `only`."""
    found: list[Measured] = []
    for name, path, measure in measures(data):
        questions = [row for row in rows(path) if row.get("gold_tools", True)][HALVES[half]]
        if only in name and questions:
            began = time.perf_counter()
            figures = await measure(questions)
            found.append(Measured(name, len(questions), figures, time.perf_counter() - began))
    return found


def refusals(found: Sequence[Measured]) -> str:
    """The shares refused of what a tool can answer and of what none can, side by side."""
    shares = [
        (_refused(found, [f"bfcl {name}" for name in names]), told)
        for names, told in ((CALLED, "relevant"), (UNWANTED, "irrelevant"))
    ]
    return "refused: " + "  ".join(f"{told} {share:.3f}" for share, told in shares if share is not None)


def _refused(found: Sequence[Measured], names: Sequence[str]) -> float | None:
    of_names = [one for one in found if one.name in names]
    total = sum(one.questions for one in of_names)
    return sum(one.figures["refused"] * one.questions for one in of_names) / total if total else None


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the evaluation sets")
    parser.add_argument("--half", choices=("first", "second"), help="every second question of a set")
    parser.add_argument("--only", default="", help="only sets whose names hold this")
    options = parser.parse_args()
    found = asyncio.run(measured(options.data, options.half, options.only))
    for one in found:
        shown = "  ".join(f"{key} {value:.3f}" for key, value in one.figures.items())
        print(f"{one.name:28} n={one.questions:<4} {shown}  ({1_000 * one.seconds / one.questions:.1f} ms each)")
    print(refusals(found))


if __name__ == "__main__":
    main()

"""How well plans are made without a language model: figures for each evaluation set, and what a plan costs.

    python -m benchmarks.quality.offline_planning --data FOLDER [--half first|second]

FOLDER holds `metatool`, `livemcpbench`, `bfcl` and `nestful` as JSON Lines, and `score.py`, which compares calls and
plans; a set that is not there is left out. Tools of these sets do not say whether they only read; here they all count
as such. `--half` takes every other question of each set: tune on one half, and show the other.

hit@k: a wanted tool is among the first k; recall@k: the share of wanted tools among them; planned: the plan calls a
wanted tool; tools: the plan calls the wanted tools, each as often as wanted, and no other; exact: the same, arguments
included; refused: no call was made; F1 of a plan's calls, of its dependencies and of its arguments.
"""

import argparse
import asyncio
import importlib.util
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from types import ModuleType
from typing import Any

from agentic_search.domain.data import JsonObject
from agentic_search.domain.plan import Task
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest, TaskReady
from agentic_search.planning.relevance import by_relevance
from benchmarks.report import median, percentile, print_report

Row = Mapping[str, Any]
Match = Callable[[list[dict[str, Any]], list[dict[str, Any]]], bool]

ONE_CALL = ("simple_python", "multiple", "live_simple", "live_multiple")
SEVERAL_CALLS = ("parallel", "parallel_multiple", "live_parallel", "live_parallel_multiple")
REFUSALS = {
    "bfcl": (("simple_python", "multiple", "parallel", "parallel_multiple"), ("irrelevance",)),
    "bfcl live": (
        (*(name for name in (*ONE_CALL, *SEVERAL_CALLS) if "live" in name), "live_relevance"),
        ("live_irrelevance",),
    ),
}
"""Questions that the tools beside them answer, and questions that none of them does."""

MOST_CALLS = 16
"""More than any question of these sets needs."""

MANY_TOOLS = 300
TIMED = 100
_REFERENCE = re.compile(r"\$\{([^}]*)\}")
_POSITION = re.compile(r"\[[^\]]*\]")


class EvaluationSets:
    """The sets in a folder: the whole of each, or every other question of it."""

    def __init__(self, data: Path, half: str | None) -> None:
        self._data, self._half = data, half

    def questions(self, pattern: str) -> list[Row]:
        """The questions in the files of a set's split, whatever that split is called; none where there is no file."""
        found = [row for file in sorted(self._data.glob(pattern)) for row in rows(file)]
        return found if self._half is None else found[self._half == "second" :: 2]

    def tools(self, pattern: str, server: str = "tools") -> list[Tool]:
        """The tools in the files."""
        return [tool(row, server) for file in sorted(self._data.glob(pattern)) for row in rows(file)]

    def score(self) -> ModuleType:
        """The comparison of calls and plans that comes with the sets; raises FileNotFoundError without it."""
        spec = importlib.util.spec_from_file_location("score", self._data / "score.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(self._data / "score.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def tool(row: Row, server: str = "tools") -> Tool:
    """A tool as the catalog would have it; one without a schema takes a query."""
    takes_a_query: JsonObject = {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    }
    fields = row.get("outputFields")
    return Tool(
        name=row["name"],
        server=row.get("server", server),
        remote_name=row["name"],
        description=row.get("description") or "",
        input_schema=row.get("inputSchema") or takes_a_query,
        output_schema={"type": "object", "properties": fields} if fields else None,
        read_only=True,
    )


async def planned(question: str, tools: Sequence[Tool], *, most_tasks: int = MOST_CALLS) -> list[Task]:
    """The tasks of the offline plan; none where it is refused."""
    try:
        steps = OfflinePlanner(most_tasks=most_tasks).plan(PlanRequest(question, tools))
        return [step.task async for step in steps if isinstance(step, TaskReady)]
    except PlanRefused:
        return []


async def finding(sets: EvaluationSets) -> list[Row]:
    """How well the wanted tools are found among many."""
    catalogs = {name: sets.tools(f"metatool/shared/tools_{name}.jsonl") for name in ("big", "plugins")}
    servers = sets.tools("livemcpbench/shared/tools.jsonl")
    found: list[Row] = []
    for name, pattern in (
        ("metatool single", "metatool/*/single.jsonl"),
        ("metatool multi", "metatool/*/multi.jsonl"),
        ("livemcpbench", "livemcpbench/*/tasks.jsonl"),
    ):
        questions = [row for row in sets.questions(pattern) if row["gold_tools"]]
        figures = [await _found(row, catalogs.get(row.get("catalogue", ""), servers)) for row in questions]
        found += [{"set": name, "n": len(questions), **_means(figures)}] if figures else []
    return found


async def _found(row: Row, tools: Sequence[Tool]) -> Mapping[str, float]:
    wanted = set(row["gold_tools"])
    names = [each.tool.name for each in by_relevance(row["query"], tools)]
    called = {task.tool for task in await planned(row["query"], tools, most_tasks=4)}
    return {
        "hit@1": names[0] in wanted,
        "hit@4": bool(wanted.intersection(names[:4])),
        "recall@4": len(wanted.intersection(names[:4])) / len(wanted),
        "planned": bool(wanted & called),
    }


async def calling(sets: EvaluationSets) -> list[Row]:
    """How often the calls are the wanted ones: the one best call, or all where several are wanted."""
    match = sets.score().bfcl_match
    found: list[Row] = []
    for name in (*ONE_CALL, *SEVERAL_CALLS):
        most_tasks = 1 if name in ONE_CALL else MOST_CALLS
        questions = sets.questions(f"bfcl/*/{name}.jsonl")
        figures = [await _called(row, match, most_tasks=most_tasks) for row in questions]
        found += [{"set": f"bfcl {name}", "n": len(questions), **_means(figures)}] if figures else []
    return found


async def _called(row: Row, match: Match, *, most_tasks: int) -> Mapping[str, float]:
    tasks = await planned(row["query"], [tool(each) for each in row["tools"]], most_tasks=most_tasks)
    wanted = Counter(called for call in row["gold"] for called in call)
    calls = [{"name": task.tool, "arguments": task.arguments} for task in tasks]
    return {
        "tools": Counter(task.tool for task in tasks) == wanted,
        "exact": match(calls, row["gold"]),
        "refused": not calls,
    }


async def refusing(sets: EvaluationSets) -> list[Row]:
    """How often no call is made, where a tool would answer and where none would."""
    found: list[Row] = []
    for name, kinds in REFUSALS.items():
        figures: dict[str, object] = {"set": name}
        for kind, files in zip(("relevant", "irrelevant"), kinds, strict=True):
            questions = [row for file in files for row in sets.questions(f"bfcl/*/{file}.jsonl")]
            refused = [not await planned(row["query"], [tool(each) for each in row["tools"]]) for row in questions]
            figures |= {f"n {kind}": len(refused), f"{kind} refused": sum(refused) / len(refused) if refused else None}
        found.append(figures)
    return found


async def chaining(sets: EvaluationSets) -> list[Row]:
    """How near plans come to those where one call needs what another gives."""
    plan_f1 = sets.score().plan_f1
    questions = sets.questions("nestful/*/plans.jsonl")
    found: list[Row] = []
    for domain in sorted({row["domain"] for row in questions}):
        tools = sets.tools(f"nestful/shared/tools_{domain}.jsonl", server=domain)
        of_domain = [row for row in questions if row["domain"] == domain]
        plans = [await planned(row["query"], tools) for row in of_domain]
        scores = [
            plan_f1([*map(_compared, tasks)], row["gold_calls"]) for tasks, row in zip(plans, of_domain, strict=True)
        ]
        chained = sum(any(task.depends_on for task in tasks) for tasks in plans) / len(plans)
        found.append({"set": f"nestful {domain}", "n": len(plans), **_means(scores), "chained": chained})
    return found


def _compared(task: Task) -> dict[str, object]:
    """A task in the form of the set: `${t1.results[0].id}` is `$t1.results.id$` there."""
    arguments = {
        name: _REFERENCE.sub(lambda found: f"${_POSITION.sub('', found[1])}$", value)
        if isinstance(value, str)
        else value
        for name, value in task.arguments.items()
    }
    return {"id": task.id, "tool": task.tool, "arguments": arguments, "deps": list(task.depends_on)}


async def timing(sets: EvaluationSets) -> list[Row]:
    """What a plan for many tools costs once they are known, for questions that are new."""
    tools = sets.tools("livemcpbench/shared/tools.jsonl")[:MANY_TOOLS]
    questions = [row["query"] for row in sets.questions("metatool/*/single.jsonl")]
    if not tools or not questions:
        return []
    await planned("which tool answers this", tools, most_tasks=4)
    spent: list[float] = []
    for question in islice(cycle(questions), TIMED):
        began = time.perf_counter()
        await planned(question, tools, most_tasks=4)
        spent.append(1_000 * (time.perf_counter() - began))
    figures = {"median ms": median(spent), "p95 ms": percentile(spent, 0.95)}
    return [{"set": "one plan", "tools": len(tools), "n": len(spent), **figures}]


def _means(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(each[name] for each in figures) / len(figures) for name in figures[0]}


MEASURES = {"tools": finding, "calls": calling, "refusals": refusing, "chains": chaining, "speed": timing}


async def measured(sets: EvaluationSets) -> None:
    """Print a table for each kind of figure."""
    for name, measure in MEASURES.items():
        if found := await measure(sets):
            print_report(f"offline_planning {name}", found)
        else:
            print(f"no figures of {name}: their sets are not in the folder")
        print(flush=True)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the evaluation sets")
    parser.add_argument("--half", choices=("first", "second"), help="every other question of each set")
    options = parser.parse_args()
    try:
        asyncio.run(measured(EvaluationSets(options.data, options.half)))
    except FileNotFoundError as error:
        print(f"a file is missing in the folder of evaluation sets: {error.filename or error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Reads the planning sets bfcl, nestful, metatool and livemcpbench, and judges which tools a plan calls with what.

Each is a folder of JSON Lines in the data folder, beside `score.py` with the sets' own ways to compare calls. A plan is
judged by two figures from 0 to 1: its choice of tools, and, where the set says what is right, its arguments.
"""

import importlib.util
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from agentic_search.domain.data import JsonObject

Row = Mapping[str, Any]
Calls = Sequence[Mapping[str, Any]]
"""Tasks: `id`, `tool` (its own name), `arguments`, `depends_on`."""
Judge = Callable[[Calls], tuple[float, float | None]]
"""The choice of tools and the arguments; none where the set does not say."""

_BFCL = ("simple_python", "multiple", "live_simple", "live_multiple", "parallel")
_DOMAINS = ("executable", "sgd", "glaive")
_REFERENCE = re.compile(r"\$\{(\w+)((?:\.\w+)*)\}")
_TAKES_A_QUERY: JsonObject = {
    "type": "object",
    "properties": {"query": {"type": "string"}},
    "required": ["query"],
}


@dataclass(frozen=True, slots=True)
class Case:
    """One question of a set."""

    query: str
    catalog: str
    """The tools that may be used: a name in the set's catalogs."""
    judge: Judge


@dataclass(frozen=True, slots=True)
class PlanningSet:
    """A sample of one set."""

    name: str
    catalogs: Mapping[str, list[JsonObject]]
    """Lists of tools as an MCP server offers them."""
    cases: Sequence[Case]


def read_sets(data: Path, size: int, seed: int) -> list[PlanningSet]:
    """A sample of `size` cases of each set that is in the folder."""
    readers = {"bfcl": _bfcl, "nestful": _nestful, "metatool": _metatool, "livemcpbench": _livemcpbench}
    found = [name for name in readers if (data / name).is_dir()]
    return [readers[name](data, size, random.Random(seed)) for name in found]


def _bfcl(data: Path, size: int, chance: random.Random) -> PlanningSet:
    """Calls of functions: a case is right where its calls are exactly the wanted ones."""
    every = [row for name in _BFCL for row in _rows(data / f"bfcl/dev/{name}.jsonl")]
    match = _scoring(data).bfcl_match

    def judge(gold: Sequence[Mapping[str, Any]]) -> Judge:
        wanted = sorted(name for call in gold for name in call)

        def judged(calls: Calls) -> tuple[float, float | None]:
            made = [{"name": call["tool"], "arguments": call["arguments"]} for call in calls]
            return float(sorted(call["tool"] for call in calls) == wanted), float(match(made, list(gold)))

        return judged

    sample = chance.sample(every, min(size, len(every)))
    catalogs = {f"c{index}": [*map(_tool, row["tools"])] for index, row in enumerate(sample)}
    cases = [Case(row["query"], f"c{index}", judge(row["gold"])) for index, row in enumerate(sample)]
    return PlanningSet("bfcl", catalogs, cases)


def _nestful(data: Path, size: int, chance: random.Random) -> PlanningSet:
    """Chains of calls: the F1 of tools and of arguments, references by the tool that they read."""
    folder = data / "nestful"
    catalogs = {name: [*map(_tool, _rows(folder / f"shared/tools_{name}.jsonl"))] for name in _DOMAINS}
    every = [row for row in _rows(folder / "dev/plans.jsonl") if row["tools_known"]]
    plan_f1 = _scoring(data).plan_f1

    def judge(gold: Sequence[Mapping[str, Any]]) -> Judge:
        def judged(calls: Calls) -> tuple[float, float | None]:
            made = [{**call, "arguments": _as_nestful(call["arguments"]), "deps": call["depends_on"]} for call in calls]
            scores = plan_f1(made, gold)
            return scores["node_f1"], scores["arg_f1"]

        return judged

    sample = chance.sample(every, min(size, len(every)))
    return PlanningSet(
        "nestful", catalogs, [Case(row["query"], row["domain"], judge(row["gold_calls"])) for row in sample]
    )


def _metatool(data: Path, size: int, chance: random.Random) -> PlanningSet:
    """One or two tools out of many: the share of the wanted tools that are called."""
    folder = data / "metatool"
    catalogs = {name: [*map(_tool, _rows(folder / f"shared/tools_{name}.jsonl"))] for name in ("big", "plugins")}
    every = [row for name in ("single", "multi") for row in _rows(folder / f"dev/{name}.jsonl")]
    sample = chance.sample(every, min(size, len(every)))
    return PlanningSet(
        "metatool", catalogs, [Case(row["query"], row["catalogue"], _recall(row["gold_tools"])) for row in sample]
    )


def _livemcpbench(data: Path, size: int, chance: random.Random) -> PlanningSet:
    """Errands over hundreds of tools of real MCP servers: the share of the reference's tools that are called."""
    folder = data / "livemcpbench"
    every = [row for row in _rows(folder / "dev/tasks.jsonl") if row["gold_tools"]]
    sample = chance.sample(every, min(size, len(every)))
    tools = {row["name"]: _tool(row) for row in _rows(folder / "shared/tools.jsonl")}
    return PlanningSet(
        "livemcpbench",
        {"live": [*tools.values()]},
        [Case(row["query"], "live", _recall(row["gold_tools"])) for row in sample],
    )


def _recall(wanted: Sequence[str]) -> Judge:
    def judged(calls: Calls) -> tuple[float, float | None]:
        called = {call["tool"] for call in calls}
        return len(called.intersection(wanted)) / len(set(wanted)), None

    return judged


def _as_nestful(value: Any) -> Any:
    """`${t1.city}` as `$t1.city$`."""
    if isinstance(value, str):
        return _REFERENCE.sub(r"$\1\2$", value)
    if isinstance(value, dict):
        return {key: _as_nestful(part) for key, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_as_nestful(part) for part in cast("list[Any]", value)]
    return value


def _tool(row: Row) -> JsonObject:
    """A tool as an MCP server offers it; these sets do not say what only reads, so all of it does."""
    schema: JsonObject = row.get("inputSchema") or _TAKES_A_QUERY
    annotations: JsonObject = {"readOnlyHint": True}
    description = str(row.get("description") or "")
    return {"name": row["name"], "description": description, "inputSchema": schema, "annotations": annotations}


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _scoring(data: Path) -> Any:
    """The module `score.py` of the data folder."""
    spec = importlib.util.spec_from_file_location("score", data / "score.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(data / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

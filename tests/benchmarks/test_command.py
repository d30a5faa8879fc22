"""Every benchmark runs at its smallest, as its users run it, so that none stops working unnoticed."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.__main__ import ALL

ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 500
"""How long a run may take before it counts as hanging: most end within ten seconds on an idle machine."""
DAG = {
    "id": "ah-1",
    "edges": [["1", "2"]],
    "duration_s": {"1": 60.0, "2": 120.0, "3": 90.0},
    "min_makespan_s": 180.0,
}

LOOK_UP: dict[str, object] = {
    "name": "look_up_recipe",
    "description": "Search for recipes by what is in them.",
    "inputSchema": {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "Search query"}},
        "required": ["query"],
    },
}
SEARCHED = "recipes with aubergines"
ADD_UP: dict[str, object] = {
    "name": "convert_currency",
    "description": "Convert an amount of money between two currencies.",
    "inputSchema": {
        "type": "object",
        "properties": {name: {"type": "number"} for name in ("amount", "rate", "fee")},
        "required": ["amount", "rate", "fee"],
    },
}
PLANNING_SETS: dict[str, list[dict[str, object]]] = {
    "metatool/shared/tools_big.jsonl": [LOOK_UP],
    "metatool/kept/single.jsonl": [{"query": SEARCHED, "catalogue": "big", "gold_tools": ["look_up_recipe"]}],
    "bfcl/kept/multiple.jsonl": [
        {"query": SEARCHED, "tools": [LOOK_UP, ADD_UP], "gold": [{"look_up_recipe": {"query": [SEARCHED]}}]}
    ],
    "bfcl/kept/irrelevance.jsonl": [{"query": "Who painted the ceiling?", "tools": [ADD_UP]}],
    "nestful/shared/tools_shops.jsonl": [LOOK_UP],
    "nestful/kept/plans.jsonl": [
        {
            "query": SEARCHED,
            "domain": "shops",
            "gold_calls": [{"id": "v1", "tool": "look_up_recipe", "arguments": {"query": SEARCHED}, "deps": []}],
        }
    ],
}
SCORE = """
def bfcl_match(calls, wanted):
    return [{call["name"]: {key: [value] for key, value in call["arguments"].items()}} for call in calls] == wanted


def plan_f1(calls, wanted):
    return {"node_f1": float([call["tool"] for call in calls] == [call["tool"] for call in wanted])}
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m benchmarks …`, to its end."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)


@pytest.mark.benchmark
@pytest.mark.timeout(2 * MOST_SECONDS)
@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("makespan", "--sizes 4 --steps 5 --slots 2"),
        ("scheduler_cost", "--sizes 3 --repeat 1"),
        ("speedup", "--sizes 3 --seconds 0.02"),
        ("against", "--sizes 2 --repeat 1"),
        ("runs_at_once", "--levels 2 --per-caller 1"),
        ("start", "--repeat 1"),
        ("many_servers", ""),
        ("preview", "--seconds 0.3"),
        ("under_attack", "--seconds 1 --share 0.02"),
        ("kept_runs", "--runs 2 --megabytes 0.5"),
        ("soak", "--searches 10"),
        ("parallel", "--kinds agents --sizes 3 --seconds 0.05 --repeat 1"),
        (
            "start_while_planning",
            "--repeat 1 --tokens-per-second 400 --first-token 0 --shapes chains",
        ),
        ("with_model", "--repeat 1 --scale 0.01 --tokens-per-second 5000 --first-token 0 --scenarios A"),
    ],
)
def test_a_benchmark_prints_a_table_and_keeps_its_figures(name: str, smallest: str, tmp_path: Path) -> None:
    ended = run("--only", name, "--out", str(tmp_path), *smallest.split())
    assert ended.returncode == 0, ended.stderr
    assert "|---|" in ended.stdout and "\ntook " in ended.stdout
    kept = [json.loads(line) for line in (tmp_path / f"{name}.json").read_text().splitlines()]
    assert kept[0]["benchmark"] == name and kept[0]["rows"]
    assert "|---|" in (tmp_path / f"{name}.md").read_text()


@pytest.mark.benchmark
@pytest.mark.timeout(2 * MOST_SECONDS)
def test_makespan_reads_the_errands_of_asynchow(tmp_path: Path) -> None:
    (tmp_path / "asynchow/dev").mkdir(parents=True)
    (tmp_path / "asynchow/dev/dags.jsonl").write_text(json.dumps(DAG) + "\n")
    smallest = ["--sizes", "2", "--steps", "2", "--slots"]
    ended = run("--only", "makespan", "--data", str(tmp_path), *smallest)
    assert ended.returncode == 0, ended.stderr
    assert "asynchow: 1 graphs; its optimum is our critical path for all but 0 of them" in ended.stdout


@pytest.mark.benchmark
@pytest.mark.timeout(2 * MOST_SECONDS)
def test_a_benchmark_that_fails_shows_in_the_exit_status_and_keeps_nothing(tmp_path: Path) -> None:
    ended = run("--only", "speedup", "--out", str(tmp_path), "--sizes", "none")
    assert ended.returncode != 0
    assert not (tmp_path / "speedup.json").exists()


@pytest.mark.benchmark
@pytest.mark.timeout(2 * MOST_SECONDS)
def test_offline_planning_measures_calls_refusals_and_chains_of_sets_by_any_split_name(tmp_path: Path) -> None:
    for file, rows in PLANNING_SETS.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "score.py").write_text(SCORE)
    ended = run("--only", "offline_planning", "--data", str(tmp_path), "--out", str(tmp_path / "out"))
    assert ended.returncode == 0, ended.stderr
    kept = [json.loads(line) for line in (tmp_path / "out/offline_planning.json").read_text().splitlines()]
    by_name = {table["benchmark"].removeprefix("offline_planning "): table["rows"] for table in kept}
    assert by_name["tools"] == [
        {"set": "metatool single", "n": 1, "hit@1": 1.0, "hit@4": 1.0, "recall@4": 1.0, "planned": 1.0}
    ]
    assert by_name["calls"] == [{"set": "bfcl multiple", "n": 1, "tools": 1.0, "exact": 1.0, "refused": 0.0}]
    assert by_name["refusals"][0] == {
        "set": "bfcl",
        "n relevant": 1,
        "relevant refused": 0.0,
        "n irrelevant": 1,
        "irrelevant refused": 1.0,
    }
    assert by_name["chains"] == [{"set": "nestful shops", "n": 1, "node_f1": 1.0, "chained": 0.0}]
    assert "no figures of speed: their sets are not in the folder" in ended.stdout


def test_what_needs_data_is_left_out_without_it() -> None:
    ended = run("--only", "retrieval")
    assert ended.returncode == 0 and "left out: it needs --data" in ended.stdout


@pytest.mark.parametrize("name", ALL)
def test_every_benchmark_is_a_program(name: str) -> None:
    assert callable(import_module(f"benchmarks.{ALL[name]}.{name}").main)

"""Every benchmark of the engine runs, at its smallest, as its users run it: so that none of them rots."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.schema.plan_schema import plan_schema
from benchmarks.graphs import Graph, critical_path, lower_bound, random_graph
from benchmarks.scripted_model import plan_text, plan_tokens
from benchmarks.shapes import ANSWER_TOKENS, SHAPES, Pace, closing_tokens, least_seconds
from benchmarks.shapes import Step as Timed
from benchmarks.shapes import plan_tokens as plan_tokens_of
from tests.planning.schemas import tool

ROOT = Path(__file__).resolve().parents[2]
DAG = {
    "id": "ah-1",
    "edges": [["1", "2"]],
    "duration_s": {"1": 60.0, "2": 120.0, "3": 90.0},
    "min_makespan_s": 180.0,
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m benchmarks …`, to its end."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("name", "smallest"),
    [
        ("makespan", "--sizes 4 --steps 5 --slots 2"),
        ("scheduler_cost", "--sizes 3 --repeat 1"),
        ("speedup", "--sizes 3 --seconds 0.02"),
        ("against", "--sizes 2 --repeat 1"),
        ("runs_at_once", "--levels 2 --per-caller 1"),
        ("start", "--repeat 1"),
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


def test_makespan_reads_the_errands_of_asynchow(tmp_path: Path) -> None:
    (tmp_path / "asynchow/dev").mkdir(parents=True)
    (tmp_path / "asynchow/dev/dags.jsonl").write_text(json.dumps(DAG) + "\n")
    smallest = ["--sizes", "2", "--steps", "2", "--slots"]
    ended = run("--only", "makespan", "--data", str(tmp_path), *smallest)
    assert ended.returncode == 0, ended.stderr
    assert "asynchow: 1 graphs; its optimum is our critical path for all but 0 of them" in ended.stdout


def test_a_benchmark_that_fails_is_told_by_the_exit_status_and_keeps_nothing(tmp_path: Path) -> None:
    ended = run("--only", "speedup", "--out", str(tmp_path), "--sizes", "none")
    assert ended.returncode != 0
    assert not (tmp_path / "speedup.json").exists()


def test_what_needs_data_is_left_out_without_it() -> None:
    ended = run("--only", "retrieval")
    assert ended.returncode == 0 and "left out: it needs --data" in ended.stdout


@pytest.mark.parametrize("tasks", [3, 10])
def test_a_plan_costs_a_model_at_most_fourteen_tokens_a_task(tasks: int) -> None:
    look_up = tool("look_up", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]})
    draft = json.loads(plan_text(tasks))
    jsonschema.validate(draft, plan_schema([look_up], OLLAMA_GRAMMAR))  # it is what the grammar lets a model write
    assert len(plan_tokens(tasks)) / tasks <= 14


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_search_needs_at_least_is_the_longest_path_through_writing_and_working(shape: str) -> None:
    pace, steps = Pace(tokens_per_second=50, first_token=0.2), SHAPES[shape](1)
    tokens = plan_tokens_of(steps)
    closed = closing_tokens(tokens)
    early, late = least_seconds(steps, pace), least_seconds(steps, pace, early=False)
    writing = 0.4 + (len(tokens) + ANSWER_TOKENS) / 50
    assert len(closed) == len(steps) and closed == sorted(closed) and closed[-1] <= len(tokens)
    assert max(writing, late - len(tokens) / 50) <= early <= late
    assert late == pytest.approx(writing + critical_path(graph_of(steps)))


def graph_of(steps: list[Timed]) -> Graph:
    """The same tasks as a graph."""
    seconds = {str(place): step.seconds for place, step in enumerate(steps)}
    return Graph("steps", seconds, {str(place): [*map(str, step.needs)] for place, step in enumerate(steps)})


def test_no_schedule_is_shorter_than_the_longest_path_or_the_work_by_slots() -> None:
    graph = Graph("diamond", {"a": 1.0, "b": 2.0, "c": 3.0, "d": 1.0}, {"a": (), "b": ("a",), "c": ("a",), "d": "bc"})
    assert critical_path(graph) == 5.0
    assert lower_bound(graph, slots=2) == 5.0 and lower_bound(graph, slots=1) == 7.0


def test_a_random_graph_is_the_same_for_the_same_seed_and_has_no_cycle() -> None:
    graph = random_graph(200, 1.0, 3.0, seed=7)
    assert graph == random_graph(200, 1.0, 3.0, seed=7) != random_graph(200, 1.0, 3.0, seed=8)
    assert max(graph.seconds.values()) <= critical_path(graph) <= sum(graph.seconds.values())

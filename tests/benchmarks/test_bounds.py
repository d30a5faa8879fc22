"""The bounds that benchmarks compare with: no schedule beats them, and a model writes plans at the price assumed."""

import json

import jsonschema
import pytest

from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.schema.plan_schema import plan_schema
from benchmarks.doubles.scripted_model import plan_text, plan_tokens
from benchmarks.doubles.shapes import ANSWER_TOKENS, SHAPES, Pace, closing_tokens, least_seconds
from benchmarks.doubles.shapes import Step as Timed
from benchmarks.doubles.shapes import plan_tokens as plan_tokens_of
from benchmarks.scheduling.graphs import Graph, critical_path, lower_bound, random_graph
from tests.planning.schemas import tool


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
    seconds = {str(index): step.seconds for index, step in enumerate(steps)}
    return Graph("steps", seconds, {str(index): [*map(str, step.needs)] for index, step in enumerate(steps)})


def test_no_schedule_is_shorter_than_the_longest_path_or_the_work_by_slots() -> None:
    graph = Graph("diamond", {"a": 1.0, "b": 2.0, "c": 3.0, "d": 1.0}, {"a": (), "b": ("a",), "c": ("a",), "d": "bc"})
    assert critical_path(graph) == 5.0
    assert lower_bound(graph, slots=2) == 5.0 and lower_bound(graph, slots=1) == 7.0


def test_a_random_graph_is_the_same_for_the_same_seed_and_has_no_cycle() -> None:
    graph = random_graph(200, 1.0, 3.0, seed=7)
    assert graph == random_graph(200, 1.0, 3.0, seed=7) != random_graph(200, 1.0, 3.0, seed=8)
    assert max(graph.seconds.values()) <= critical_path(graph) <= sum(graph.seconds.values())

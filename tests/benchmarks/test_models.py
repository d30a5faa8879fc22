"""What a model is judged by: how its plan came about, its sentences' citations, its calls against those wanted."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentic_search.planning.draft.model_draft import SAME_AS
from benchmarks.models import figures
from benchmarks.models.evaluate import QUALITY
from benchmarks.models.observing import Observed, ask, ask_for_plan
from benchmarks.models.offering import offering
from benchmarks.models.planning_sets import read_sets
from benchmarks.models.sentences import Citing, citing
from tests.support.ollama_double import Model, OllamaDouble, Say, written
from tests.support.service import running_service
from tests.support.sse import Message

TASK: dict[str, Any] = {"id": "t1", "tool": "c0.area", "arguments": {"base": 6}, "depends_on": []}
SOURCES = [
    {"id": 1, "title": "json.load", "url": "py:json", "snippet": "Deserialise an open file to a Python object."},
    {"id": 2, "title": "csv", "url": "py:csv", "snippet": "Read rows of tables."},
]
SCORE = """
def bfcl_match(made, gold):
    return [{call["name"]: call["arguments"]} for call in made] == gold

def plan_f1(made, gold):
    return {"node_f1": float([c["tool"] for c in made] == [c["tool"] for c in gold]), "arg_f1": float(made == gold)}
"""


def observed(*kinds: str, planner: str = "model", answer: str = "") -> Observed:
    """A run with these events."""
    told: dict[str, dict[str, Any]] = {"plan.ready": {"planner": planner, "plan": {"tasks": [TASK]}}}
    events = [
        Message(str(seq), kind, {"seq": seq, "at": float(seq), "data": told.get(kind, {})})
        for seq, kind in enumerate(kinds, start=1)
    ]
    return Observed({"answer": answer, "sources": SOURCES, "planner": planner, "model": None}, events)


@pytest.mark.parametrize(
    ("kinds", "planner", "came"),
    [
        (("plan.started", "plan.ready"), "model", "at once"),
        (("plan.started", "plan.fallback", "plan.ready"), "model", "after complaints"),
        (("plan.started", "plan.fallback", "plan.started", "plan.ready"), "offline", "fallen back"),
        (("plan.started", "plan.ready", "plan.fallback"), "model", "at once"),
        (("plan.started", "run.failed"), "model", "none"),
    ],
)
def test_how_a_plan_came_about_is_read_from_the_events(kinds: tuple[str, ...], planner: str, came: str) -> None:
    run = observed(*kinds, planner=planner)
    assert run.plan_came == came
    assert (run.plan_seconds is None) == (came == "none")


@pytest.mark.parametrize(
    ("notes", "came"),
    [
        ([f"task 't2' was left out: {SAME_AS} 't1'"], "at once"),
        ([f"task 't2' was left out: {SAME_AS} 't1'", "task 't3': it does not wait for 't9'"], "mended"),
    ],
)
def test_a_task_that_stands_there_twice_is_not_mended(notes: list[str], came: str) -> None:
    mended = Message("1", "plan.mended", {"seq": 1, "at": 1.0, "data": {"notes": notes}})
    run = observed("plan.ready")
    assert Observed(run.run, [mended, *run.events]).plan_came == came


def test_sentences_are_counted_with_their_citations_and_their_support() -> None:
    answer = (
        "# How to read a file\n\nThe function json.load deserialises an open file. [1] It paints houses green [1].\n"
        "Rows of tables are read, too [2]. Nobody cites this sentence here.\n\n"
        "```python\nx = 1 [1] and more\n>>> x[2]\n```\n"
    )
    assert citing(answer, SOURCES) == Citing(sentences=4, cited=3, supported=2)
    quotation = "> Deserialise an open file. Nothing else.\n>\n> ```\n> x[9]\n> ```\n>\n> To a Python object. [1]\n"
    assert citing(f"It quotes its source.\n\n{quotation}", SOURCES) == Citing(2, 1, 1)
    assert citing("", SOURCES) == Citing(0, 0, 0)


def test_marks_of_nothing_and_expected_sources_are_found() -> None:
    run = observed(answer="So it is [1][3]. And so [7]. Take `row[0]`, or ``a[8]``:\n\n> ```python\n> x[9]\n> ```\n")
    assert run.marks_without_source == 2
    assert run.found("JSON.load") and run.found("rows") and not run.found("xml")
    assert figures.of_finding([run, run, run], ["rows", "xml", None]) == 0.5


def rows(path: Path, *every: dict[str, Any]) -> None:
    """Write a JSON Lines file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in every))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one case of each kind."""
    schema = {"type": "object", "properties": {"base": {"type": "integer"}}, "required": ["base"]}
    area = {"name": "area", "description": "The area of a triangle.", "inputSchema": schema}
    (tmp_path / "score.py").write_text(SCORE)
    for name in ("simple_python", "multiple", "live_simple", "live_multiple", "parallel"):
        gold = [{"area": {"base": 6}}]
        rows(tmp_path / f"bfcl/dev/{name}.jsonl", {"query": "Area of base 6?", "tools": [area], "gold": gold})
    for name in ("big", "plugins"):
        rows(tmp_path / f"metatool/shared/tools_{name}.jsonl", {"name": "News"}, {"name": "Finance"})
    rows(tmp_path / "metatool/dev/single.jsonl", {"query": "News?", "gold_tools": ["News"], "catalogue": "big"})
    rows(tmp_path / "metatool/dev/multi.jsonl")
    return tmp_path


def test_a_case_judges_calls_as_its_set_does(data: Path) -> None:
    bfcl, metatool = read_sets(data, size=2, seed=1)
    assert [each.name for each in (bfcl, metatool)] == ["bfcl", "metatool"]
    assert len(bfcl.cases) == len(bfcl.catalogs) == 2
    right: dict[str, Any] = {"id": "t1", "tool": "area", "arguments": {"base": 6}, "depends_on": []}
    assert bfcl.cases[0].judge([right]) == (1.0, 1.0)
    assert bfcl.cases[0].judge([{**right, "arguments": {"base": 7}}]) == (1.0, 0.0)
    assert bfcl.cases[0].judge([]) == (0.0, 0.0)
    assert metatool.cases[0].judge([{**right, "tool": "News"}, right]) == (1.0, None)
    assert metatool.cases[0].judge([right]) == (0.0, None)


async def test_a_plan_over_the_tools_of_a_set_is_seen_and_the_search_stopped(data: Path, tmp_path: Path) -> None:
    bfcl = read_sets(data, size=1, seed=1)[0]
    async with (
        offering(bfcl.catalogs) as servers,
        OllamaDouble([Model("qwen3:8b")]) as ollama,
        running_service(tmp_path, servers=servers, ollama=ollama.url, settings={"DATABASE_URL": "memory:"}) as service,
    ):
        await service.ready_servers(*servers)
        ollama.enqueue(*written(json.dumps({"tasks": [{"tool": "area", "with": {"base": 6}}]})))
        ollama.enqueue(*(Say("on and on ", delay=0.05) for _ in range(2_000)))
        planned = await ask_for_plan(service, bfcl.cases[0].query, tools=["c0.*"])
        assert planned.plan_came == "at once" and planned.run["status"] == "cancelled"
        assert bfcl.cases[0].judge(planned.calls) == (1.0, 1.0)
        assert planned.planning_usage["model_calls"] == 1 and planned.planning_usage["completion_tokens"] > 0
        whole = await ask(service, bfcl.cases[0].query, model="offline")
        assert whole.events[-1].event.startswith("run.")


def test_the_questions_and_conversations_are_complete() -> None:
    questions = json.loads((QUALITY / "questions.json").read_text())
    assert len(questions) == 60 and len({row["id"] for row in questions}) == 60
    conversations = json.loads((QUALITY / "conversations.json").read_text())
    assert len(conversations) == 20 and all(2 <= len(row["turns"]) <= 3 for row in conversations)
    assert all(turn["question"] and turn["expect"] for row in conversations for turn in row["turns"])

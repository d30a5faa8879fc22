"""Saved plans, from the request to the answer: the examples as they are shipped, on the bundled servers and a model."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.support.ollama_double import OllamaDouble
from tests.support.service import ROOT, RunningService, running_service

QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"
TOML = '[profiles.terse]\nsystem = "You are terse."\nmax_tokens = 50\n'
OWN = """\
name: terse
inputs:
  times: {type: integer, default: 2}
tasks:
  - {id: ask, tool: ask_model, arguments: {prompt: "${inputs.query} × ${inputs.times}", profile: terse}}
"""


@pytest.fixture(scope="module")
async def service(
    ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with its bundled servers, the examples as its workflows, and two files beside them."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(ROOT / "examples", folder / "workflows")
    (folder / "workflows" / "terse.yaml").write_text(OWN)
    (folder / "workflows" / "broken.yaml").write_text("tasks: [\n")
    (folder / "agentic_search.toml").write_text(TOML)
    settings = {"DOCUMENTS": str(ROOT / "docs"), "MODEL": ""}
    async with running_service(folder, bundled=True, ollama=ollama.url, settings=settings) as running:
        await running.ready_servers("python_docs", "documents", "stories")
        yield running


async def run_workflow(
    service: RunningService, name: str, question: str = QUESTION, **inputs: object
) -> dict[str, Any]:
    """Run a workflow, with quotations for an answer: what the model is asked, the tasks ask."""
    return await service.ask(question, workflow=name, inputs=inputs, model="offline")


def by_id(run: dict[str, Any]) -> dict[str, Any]:
    """The run's tasks."""
    return {task["id"]: task for task in run["tasks"]}


async def refused(service: RunningService, status: int, **fields: object) -> dict[str, Any]:
    """The problem that a request is answered with."""
    response = await service.client.post("/search", json={"query": QUESTION, **fields})
    assert response.status_code == status, response.text
    return response.json()


async def test_three_analyses_of_one_text_side_by_side(service: RunningService, ollama: OllamaDouble) -> None:
    replies = [f"Several coroutines run at once, says analysis {number}." for number in range(3)]
    ollama.enqueue_all([reply] for reply in replies)
    run = await run_workflow(service, "three-analyses", text="Read ${summary} and ${nothing.")
    assert (run["status"], run["planner"]) == ("completed", "given")
    assert sorted(task["result"] for task in run["tasks"]) == replies
    prompts: list[Any] = [chat.body["messages"] for chat in ollama.chats[-3:]]
    assert all(messages[-1]["content"] == "Read ${summary} and ${nothing." for messages in prompts)
    assert all("Answer in English." in messages[0]["content"] for messages in prompts)
    assert all(source["url"] == "model:qwen3:8b" for source in run["sources"]) and run["sources"]


async def test_an_ensemble_of_five_reviewers_and_a_coordinator(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue_all([*([f"Finding {number}."] for number in range(5)), ["The verdict."]])
    run = await run_workflow(service, "review-panel", text="def f(): pass")
    tasks = by_id(run)
    assert sorted(tasks["reviews"]["result"]) == [f"Finding {number}." for number in range(5)]
    assert tasks["verdict"]["result"] == "The verdict."
    asked = str(ollama.chats[-1].body["messages"])
    assert QUESTION in asked and all(f"Finding {number}." in asked for number in range(5))
    reviewing: list[Any] = [chat.body["messages"] for chat in ollama.chats[-6:-1]]
    roles = {messages[0]["content"].partition(",")[0] for messages in reviewing}
    assert len(roles) == 5


async def test_the_same_search_on_several_servers_merged(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("One list.")
    run = await run_workflow(service, "search-everywhere", limit=2)
    tasks = by_id(run)
    assert {tasks[name]["server"] for name in ("python", "documents", "stories")} == {
        "python_docs",
        "documents",
        "stories",
    }
    assert len(tasks["python"]["result"]["results"]) == 2 and tasks["merged"]["result"] == "One list."
    asked = str(ollama.chats[-1].body["messages"])
    assert "pydoc:" in asked and "documents:" in asked


async def test_search_then_read_each_hit_then_summarise(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("Use asyncio.gather.")
    run = await run_workflow(service, "search-and-read", hits=2)
    tasks = by_id(run)
    found = [hit["title"] for hit in tasks["found"]["result"]["results"]]
    assert [page["title"] for page in tasks["read"]["result"]] == found and len(found) == 2
    assert tasks["summary"]["result"] == "Use asyncio.gather."
    assert all(title in str(ollama.chats[-1].body["messages"]) for title in found)


async def test_a_branch_by_when_takes_one_way(service: RunningService) -> None:
    known = by_id(await run_workflow(service, "branch", "How is a run cancelled?"))
    assert (known["read"]["status"], known["elsewhere"]["status"]) == ("completed", "skipped")
    unknown = by_id(await run_workflow(service, "branch", "zipfile ZipFile extractall"))
    assert (unknown["read"]["status"], unknown["elsewhere"]["status"]) == ("skipped", "completed")


async def test_product_research_over_five_sources(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("A report.")
    run = await run_workflow(service, "product-research", product="asyncio")
    tasks = by_id(run)
    assert run["status"] == "completed" and tasks["report"]["result"] == "A report."
    assert len(tasks) == 6
    ends = [task["started_at"] for task in run["tasks"][:5]]
    assert tasks["report"]["started_at"] >= max(ends)


def test_every_example_is_tested_here() -> None:
    tested = Path(__file__).read_text()
    assert [path.stem for path in (ROOT / "examples").glob("*.yaml") if f'"{path.stem}"' not in tested] == []


async def test_a_workflow_of_ones_own_asks_by_a_profile_of_the_configuration(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue("Yes.")
    run = await run_workflow(service, "terse", "Is it?")
    assert by_id(run)["ask"]["result"] == "Yes."
    body: Any = ollama.chats[-1].body
    assert body["messages"] == [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Is it? × 2"},
    ]
    assert body["options"]["num_predict"] == 50


async def test_the_workflows_are_listed_with_what_they_ask_for_and_what_is_wrong(service: RunningService) -> None:
    listed = {entry["name"]: entry for entry in (await service.client.get("/workflows")).json()["workflows"]}
    assert set(listed) == {path.stem for path in (ROOT / "examples").glob("*.yaml")} | {"terse", "broken"}
    assert listed["three-analyses"]["inputs"]["required"] == ["text"]
    assert listed["broken"]["error"].startswith("broken.yaml: line 2, column 1: ")
    assert all(entry["error"] is None for name, entry in listed.items() if name != "broken")


async def test_a_workflow_that_nobody_has_is_404_and_names_the_nearest(service: RunningService) -> None:
    problem = await refused(service, 404, workflow="serch-and-read")
    assert "did you mean 'search-and-read'?" in problem["detail"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"workflow": "broken"}, ["broken.yaml: line 2, column 1"]),
        ({"workflow": "three-analyses", "inputs": {"txet": 1}}, ["did you mean 'text'?", "'text' is missing"]),
        ({"workflow": "search-and-read", "inputs": {"hits": "two"}}, ["'hits' must be a whole number, not text"]),
        ({"workflow": "terse", "tools": ["search_*"]}, ["unknown tool 'ask_model'"]),
        ({"workflow": "terse", "plan": {"tasks": [{"tool": "x"}]}}, ["bad field"]),
        ({"inputs": {"a": 1}}, ["bad field"]),
    ],
)
async def test_a_workflow_that_cannot_be_run_is_422_with_every_complaint(
    service: RunningService, fields: dict[str, object], said: list[str]
) -> None:
    problem = await refused(service, 422, **fields)
    assert all(text in problem["detail"] for text in said), problem


async def test_planners_are_not_offered_the_model_but_a_given_plan_may_call_it(
    service: RunningService, ollama: OllamaDouble
) -> None:
    tools = {tool["name"] for tool in (await service.client.get("/tools")).json()["tools"]}
    assert "ask_model" in tools
    before = len(ollama.chats)
    ollama.enqueue("no plan")
    ollama.enqueue("no plan")
    ollama.enqueue("An answer.")
    await service.ask("Ask a language model to summarise asyncio.gather")
    planning = [chat.body for chat in ollama.chats[before:] if "format" in chat.body]
    assert planning and "ask_model" not in str(planning)
    ollama.enqueue("Yes.")
    plan = {"tasks": [{"tool": "ask_model", "arguments": {"prompt": "Is it?"}}]}
    run = await service.ask("Is it?", plan=plan, model="offline")
    assert run["tasks"][0]["result"] == "Yes."

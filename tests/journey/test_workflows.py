"""Saved plans, from the request to the answer: how they are found, what is said of those that cannot be run."""

import shutil
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.journey.examples.running import QUESTION, by_id, run_workflow
from tests.support.ollama_double import OllamaDouble
from tests.support.service import ROOT, RunningService, running_service

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
    ollama: OllamaDouble, kept_indexes: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with its bundled servers, the examples as its workflows, and two files beside them."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(ROOT / "examples", folder / "workflows")
    (folder / "workflows" / "terse.yaml").write_text(OWN)
    (folder / "workflows" / "broken.yaml").write_text("tasks: [\n")
    (folder / "agentic_search.toml").write_text(TOML)
    settings = {"DOCUMENTS": str(ROOT / "docs"), "CACHE": kept_indexes, "MODEL": ""}
    async with running_service(folder, bundled=True, ollama=ollama.url, settings=settings) as running:
        await running.ready_servers("python_docs", "documents", "stories")
        yield running


async def refused(service: RunningService, status: int, **fields: object) -> dict[str, Any]:
    """The problem that a request is answered with."""
    response = await service.client.post("/search", json={"query": QUESTION, **fields})
    assert response.status_code == status, response.text
    return response.json()


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

"""What a run leaves as files: Markdown, JSON, a page, a workflow, and a recording that a test replays."""

import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentic_search.domain.outcome import Failed
from agentic_search.domain.plan import Plan
from agentic_search.runs.replay import Recording
from tests.journey.approval.guarded import Notes, guarded_service, waiting
from tests.journey.ledger.going_on import DELETE, MOVE, NOTE, QUESTION, READ, ROWS, refused
from tests.support.replay import read_recording, replay
from tests.support.service import RunningService

EVIL = '</title><script>alert("1")</script> [link](http://evil.example) `x` "quoted" ünï.cödé'
EACH: dict[str, Any] = {"id": "each", "tool": "read_notes", "for_each": "${rows}", "arguments": {"query": "${item}"}}


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[RunningService, Notes]]:
    async with guarded_service(tmp_path_factory.mktemp("files")) as opened:
        yield opened


@pytest.fixture(scope="module")
def service(opened: tuple[RunningService, Notes]) -> RunningService:
    return opened[0]


@pytest.fixture(scope="module")
async def run(service: RunningService) -> dict[str, Any]:
    """A run of which a task failed."""
    plan = {"tasks": [READ, ROWS, EACH, DELETE, NOTE]}
    return await service.ask(QUESTION, plan=plan, approve=["*"], model="offline")


async def exported(service: RunningService, run_id: str, form: str) -> httpx.Response:
    response = await service.client.get(f"/runs/{run_id}/export", params={"format": form})
    assert response.status_code == 200, response.text
    return response


async def test_markdown_has_question_answer_sources_and_what_is_missing(
    service: RunningService, run: dict[str, Any]
) -> None:
    response = await exported(service, run["id"], "md")
    assert response.headers["content-type"] == "text/markdown; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="what-is-in-my-notes-about-falcon.md"'
    assert response.text.startswith(f"# {QUESTION}\n\n{run['answer'].strip()}\n\n## Sources\n\n\\[1\\] **")
    assert "## Left out" in response.text and "gone" in response.text and run["id"] in response.text
    assert (await service.client.get(f"/runs/{run['id']}/export")).text == response.text


async def test_json_is_the_run(service: RunningService, run: dict[str, Any]) -> None:
    response = await exported(service, run["id"], "json")
    assert response.json() == run and response.headers["content-disposition"].endswith('.json"')


@pytest.mark.parametrize(("form", "way"), [("html", "attachment"), ("print", "inline")])
async def test_the_page_stands_for_itself(service: RunningService, run: dict[str, Any], form: str, way: str) -> None:
    response = await exported(service, run["id"], form)
    assert response.headers["content-disposition"].startswith(f"{way};")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "style-src 'unsafe-inline'" in policy and "script" not in policy
    page = response.text
    assert not re.search(r"<(script|link|img|iframe|object|base|form)\b|\bsrc=|@import|url\(", page)
    marks = set(re.findall(r'href="#(source-\d+)"', page))
    assert marks and marks <= set(re.findall(r'id="(source-\d+)"', page))
    assert "@media print" in page and "Left out" in page


@pytest.mark.parametrize("form", ["md", "html", "print", "json"])
async def test_what_stands_in_a_question_is_text(service: RunningService, form: str) -> None:
    run = await service.ask(EVIL, plan={"tasks": [READ]}, model="offline")
    response = await exported(service, run["id"], form)
    assert "title-script-alert-1-script-link-http-evil-example-x-quoted." in response.headers["content-disposition"]
    if form in {"html", "print"}:
        assert "<script" not in response.text and "evil.example</" not in response.text.replace("evil.example)", "")
    if form == "md":
        assert "[link](http" not in response.text.splitlines()[0]


@pytest.mark.parametrize("form", ["md", "html"])
async def test_instructions_are_told_as_text(service: RunningService, form: str) -> None:
    run = await service.ask(QUESTION, plan={"tasks": [READ]}, model="offline", instructions=f"Be brief.\n{EVIL}")
    told = (await exported(service, run["id"], form)).text
    assert "Instructions: Be brief" in told
    assert ("<script" if form == "html" else "[link](http") not in told.split("Falcon is")[0]


async def test_a_question_of_no_latin_letters_names_its_file_by_the_run(service: RunningService) -> None:
    run = await service.ask("鷹は何ですか", plan={"tasks": [READ]}, model="offline")
    assert run["id"] in (await exported(service, run["id"], "md")).headers["content-disposition"]


async def test_a_run_without_an_answer_says_why(service: RunningService) -> None:
    refused_run = await service.client.post("/search", json={"query": QUESTION, "plan": {"tasks": [{"tool": "nix"}]}})
    run_id = refused_run.json()["run_id"]
    for form in ("md", "html"):
        assert "nix" in (await exported(service, run_id, form)).text
    assert (await service.client.get(f"/runs/{run_id}/replay")).status_code == 409


async def test_what_cannot_be_exported(service: RunningService, run: dict[str, Any]) -> None:
    assert (await service.client.get("/runs/nobody/export")).status_code == 404
    assert (await service.client.get("/runs/nobody/replay")).status_code == 404
    assert (await service.client.get(f"/runs/{run['id']}/export", params={"format": "pdf"})).status_code == 422
    run_id = await service.begin(QUESTION, plan={"tasks": [MOVE]})
    await waiting(service, run_id)
    for path in ("export", "replay"):
        response = await service.client.get(f"/runs/{run_id}/{path}")
        assert response.status_code == 409 and "has not ended" in response.json()["detail"]
    await service.client.post(f"/runs/{run_id}/cancel")


async def test_a_plan_is_saved_with_typed_inputs_and_runs_by_its_name(
    service: RunningService, run: dict[str, Any]
) -> None:
    response = await service.client.post(f"/runs/{run['id']}/workflow", json={"name": "notes", "description": "Notes"})
    assert response.status_code == 201, response.text
    entry = response.json()
    assert entry["name"] == "notes" and entry["description"] == "Notes" and entry["error"] is None
    assert entry["inputs"]["properties"] == {
        "query_1": {"type": "string", "default": "Falcon"},
        "name": {"type": "string", "default": "later"},
    } or entry["inputs"]["properties"]["name"] == {"type": "string", "default": "later"}
    listed = (await service.client.get("/workflows")).json()["workflows"]
    assert entry in listed
    again = await service.ask(QUESTION, workflow="notes", approve=["*"], model="offline")
    assert [task["status"] for task in again["tasks"]] == [task["status"] for task in run["tasks"]]
    problem = await refused(service, "/search", 422, {"query": "x", "workflow": "notes", "inputs": {"name": 7}})
    assert "name" in problem


async def test_the_question_in_an_argument_becomes_the_question_of_the_workflow(service: RunningService) -> None:
    plan = {"tasks": [{"id": "read", "tool": "read_notes", "arguments": {"query": QUESTION}}]}
    run = await service.ask(QUESTION, plan=plan, model="offline")
    saved = await service.client.post(f"/runs/{run['id']}/workflow", json={"name": "asked"})
    assert saved.json()["inputs"]["properties"] == {}
    other = await service.ask("And what of Hawk?", workflow="asked", model="offline")
    started = [it.data["data"] for it in await service.events(other["id"]) if it.event == "task.started"]
    assert [task["arguments"] for task in started] == [{"query": "And what of Hawk?"}]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (422, {"name": "../evil"}, "pattern"),
        (422, {"name": ".hidden"}, "pattern"),
        (422, {}, "missing"),
        (422, {"name": "w", "inputs": ["gone.nmae"]}, "did you mean 'gone.name'?"),
        (422, {"name": "w", "inputs": ["noted.text"]}, "no value 'noted.text'"),
        (409, {"name": "taken"}, "already"),
    ],
)
async def test_what_cannot_be_saved_is_said(
    service: RunningService, run: dict[str, Any], status: int, body: dict[str, Any], told: str
) -> None:
    path = f"/runs/{run['id']}/workflow"
    await service.client.post(path, json={"name": "taken"})
    assert told in await refused(service, path, status, body)
    if status == 409:
        response = await service.client.post(path, json={**body, "replace": True, "inputs": []})
        assert response.status_code == 201 and response.json()["inputs"]["properties"] == {}


async def test_a_recording_replays_to_the_same_outcomes_and_calls_nothing(
    service: RunningService, opened: tuple[RunningService, Notes], run: dict[str, Any], tmp_path: Path
) -> None:
    calls = len(opened[1].calls)
    path = tmp_path / "run.json"
    path.write_bytes((await service.client.get(f"/runs/{run['id']}/replay")).content)
    recording = read_recording(path)
    replayed = await replay(recording)
    assert replayed.statuses == recording.statuses == {task["id"]: task["status"] for task in run["tasks"]}
    results = {task["id"]: task["result"] for task in run["tasks"] if task["status"] == "completed"}
    outcomes: dict[str, Any] = {**replayed.outcomes}
    assert {name: outcomes[name].result.value for name in results} == results
    assert replayed.answer == run["answer"] and len(opened[1].calls) == calls
    assert json.loads(path.read_text())["version"] == 1


async def test_a_changed_plan_is_replayed_against_what_was_recorded(
    service: RunningService, run: dict[str, Any]
) -> None:
    recorded = (await service.client.get(f"/runs/{run['id']}/replay")).content
    new = {"id": "new", "tool": "read_notes", "arguments": {"query": "never asked"}}
    plan = Plan.model_validate({"tasks": [ROWS, {**EACH, "depends_on": ["rows"]}, new]})
    replayed = await replay(Recording.model_validate_json(recorded), plan)
    assert replayed.statuses == {"rows": "completed", "each": "completed", "new": "failed"}
    lost = replayed.outcomes["new"]
    assert isinstance(lost, Failed) and "no call of 'read_notes'" in lost.error

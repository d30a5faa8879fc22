"""A model's plan changes nothing unasked: it waits, and is run when approved, or skipped; `always` is remembered."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.journey.approval.guarded import (
    ADD,
    DELETE,
    KEPT,
    MOVE,
    QUESTION,
    READ,
    WRITE,
    Notes,
    Planned,
    ended,
    guarded_service,
    say,
    statuses,
    waiting,
)
from tests.support.service import RunningService

MODEL = Planned()


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[RunningService, Notes]]:
    """The service and its folder, for the tests of this file that leave the folder as it was."""
    async with guarded_service(tmp_path_factory.mktemp("approval"), model=MODEL) as opened:
        yield opened


@pytest.fixture
def service(opened: tuple[RunningService, Notes]) -> RunningService:
    return opened[0]


@pytest.fixture
def notes(opened: tuple[RunningService, Notes]) -> Notes:
    """The folder, with nothing called yet."""
    (opened[1].folder / "calls.jsonl").unlink(missing_ok=True)
    return opened[1]


async def test_a_caller_that_cannot_be_asked_gets_the_rest_at_once(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([READ, MOVE, DELETE, WRITE, ADD])
    run = await service.ask(QUESTION)
    assert run["status"] == "partial" and notes.untouched and notes.calls == ["read_notes"]
    tasks = {task["tool"]: task for task in run["tasks"]}
    assert {tool: task["status"] for tool, task in tasks.items()} == {
        "read_notes": "completed",
        "move_file": "skipped",
        "delete_entities": "skipped",
        "write_file": "skipped",
        "add_note": "skipped",
    }
    whys = {tool: task["approval"]["why"] if task["approval"] else None for tool, task in tasks.items()}
    assert whys == {
        "read_notes": None,
        "move_file": "destructive",
        "delete_entities": "unknown",
        "write_file": "destructive",
        "add_note": "writes",
    }
    assert tasks["move_file"]["approval"]["arguments"] == MOVE["arguments"]
    assert '"approve": ["move_file"]' in tasks["move_file"]["error"]
    told = " ".join(each["why"] for each in run["left_out"])
    assert '"approve": ["move_file"]' in told and '"readOnly": ["delete_entities"]' in told


async def test_what_the_request_approves_runs(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([READ, ADD, MOVE])
    run = await service.ask(QUESTION, approve=["add_*"])
    assert statuses(run) == {"read_notes": "completed", "add_note": "completed", "move_file": "skipped"}
    (notes.folder / "added.txt").unlink()
    assert notes.untouched


async def test_a_task_waits_without_holding_up_others_and_runs_when_approved(
    service: RunningService, notes: Notes
) -> None:
    after = {"tool": "read_notes", "arguments": {"query": "${t1}"}}
    MODEL.will_plan([ADD, READ, after])
    run_id = await service.begin(QUESTION)
    (needed,) = await waiting(service, run_id)
    assert (needed["id"], needed["tool"], needed["server"]) == ("t1", "add_note", "notes")
    assert (needed["why"], needed["arguments"], needed["question"]) == ("writes", ADD["arguments"], None)
    await service.events(run_id, until="task.completed")
    run = await service.report(run_id)
    assert run["status"] == "waiting"
    assert [task["status"] for task in run["tasks"]] == ["waiting", "completed", "queued"]
    assert run["tasks"][0]["approval"]["arguments"] == ADD["arguments"]
    assert notes.calls == ["read_notes"] and notes.untouched
    task = await say(service, run_id, "t1", "approve")
    assert task["id"] == "t1" and task["status"] in {"queued", "running", "completed"}
    run, told = await ended(service, run_id)
    assert run["status"] == "completed" and notes.calls == ["read_notes", "add_note", "read_notes"]
    given = [message.data["data"] for message in told if message.event == "approval.given"]
    assert given == [{"id": "t1", "tool": "add_note", "by": "user", "always": False}]
    assert run["tasks"][0]["approval"] is None
    (notes.folder / "added.txt").unlink()


async def test_a_denied_task_is_skipped_with_what_depends_on_it(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([WRITE, READ, {"tool": "read_notes", "arguments": {"query": "${t1}"}}])
    run_id = await service.begin(QUESTION)
    await waiting(service, run_id)
    await say(service, run_id, "t1", "deny")
    run, told = await ended(service, run_id)
    assert run["status"] == "partial" and notes.untouched and notes.calls == ["read_notes"]
    assert [(task["status"], task["error"]) for task in run["tasks"]] == [
        ("skipped", "denied by the user"),
        ("completed", None),
        ("skipped", "t1 was skipped"),
    ]
    denied = [message.data["data"] for message in told if message.event == "approval.denied"]
    assert denied == [{"id": "t1", "tool": "write_file", "by": "user", "always": False}]


async def test_a_run_of_nothing_but_denied_tasks_has_an_answer(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([WRITE])
    run_id = await service.begin("zzz qqq", tools=["write_file"])
    await waiting(service, run_id)
    await say(service, run_id, "t1", "deny")
    run, _ = await ended(service, run_id)
    assert run["status"] == "partial" and run["answer"] and notes.untouched
    assert run["left_out"][0]["why"] == "skipped: denied by the user"


async def test_what_still_waits_at_the_deadline_is_skipped(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([READ, MOVE])
    run_id = await service.begin(QUESTION, deadline=3)
    await waiting(service, run_id)
    run, _ = await ended(service, run_id)
    assert run["status"] == "partial" and notes.untouched
    assert "still waited for approval when the deadline passed" in run["tasks"][1]["error"]
    response = await service.client.post(f"/runs/{run_id}/tasks/t2/approve")
    assert response.status_code == 409 and notes.untouched


async def test_a_run_that_waits_can_be_cancelled(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([MOVE])
    run_id = await service.begin(QUESTION)
    await waiting(service, run_id)
    assert (await service.client.post(f"/runs/{run_id}/cancel")).status_code == 202
    run, _ = await ended(service, run_id)
    assert (run["status"], statuses(run)) == ("cancelled", {"move_file": "cancelled"})
    assert notes.untouched and notes.calls == []


async def test_a_word_where_none_is_wanted_is_a_problem(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([READ, MOVE])
    run_id = await service.begin(QUESTION)
    await waiting(service, run_id)

    async def status(path: str, body: object = None) -> int:
        return (await service.client.post(path, json=body)).status_code

    assert await status("/runs/nothing/tasks/t1/approve") == 404
    assert await status(f"/runs/{run_id}/tasks/t9/approve") == 404
    assert await status(f"/runs/{run_id}/tasks/t1/approve") == 409
    assert await status(f"/runs/{run_id}/tasks/t2/approve", {"answer": {"a": 1}}) == 409
    assert await status(f"/runs/{run_id}/tasks/t2/approve", {"allways": True}) == 422
    assert notes.untouched
    assert await status(f"/runs/{run_id}/tasks/t2/deny", {}) == 200
    assert await status(f"/runs/{run_id}/tasks/t2/approve") == 409
    await ended(service, run_id)
    assert notes.untouched


async def test_a_task_over_a_list_asks_once_for_all_its_calls(service: RunningService, notes: Notes) -> None:
    rows: dict[str, object] = {"tool": "list_rows", "arguments": {}}
    MODEL.will_plan([rows, {"tool": "add_note", "arguments": {"text": "note ${item}"}, "for_each": "${t1}"}])
    run_id = await service.begin(QUESTION)
    (needed,) = await waiting(service, run_id)
    assert needed["calls"] == 2 and needed["each"] == [{"text": "note one"}, {"text": "note two"}]
    await say(service, run_id, "t2", "approve")
    await ended(service, run_id)
    assert notes.calls.count("add_note") == 2
    (notes.folder / "added.txt").unlink()


async def test_the_tools_say_what_they_are_and_whether_they_wait(service: RunningService) -> None:
    tools = {tool["name"]: tool for tool in (await service.client.get("/tools")).json()["tools"]}
    told = {name: (tool["read_only"], tool["destructive"], tool["waits"]) for name, tool in tools.items()}
    assert told == {
        "ask_model": (True, False, None),
        "calculate": (True, False, None),
        "current_time": (True, False, None),
        "read_notes": (True, False, None),
        "list_rows": (True, False, None),
        "write_file": (False, True, "destructive"),
        "move_file": (False, True, "destructive"),
        "add_note": (False, False, "writes"),
        "delete_entities": (False, False, "unknown"),
        "web_search": (False, False, "unknown"),
    }
    assert (tools["add_note"]["open_world"], tools["web_search"]["open_world"]) == (False, None)
    assert "output_schema" in tools["add_note"]


async def test_always_is_remembered_also_after_a_restart(tmp_path: Path) -> None:
    model = Planned()
    async with guarded_service(tmp_path, model=model) as (service, notes):
        model.will_plan([MOVE])
        run_id = await service.begin(QUESTION)
        await waiting(service, run_id)
        await say(service, run_id, "t1", "approve", always=True)
        run, told = await ended(service, run_id)
        assert run["status"] == "completed" and (notes.folder / "gone.txt").read_text() == KEPT
        assert [m.data["data"]["always"] for m in told if m.event == "approval.given"] == [True]
        back = {"tool": "move_file", "arguments": {"source": "gone.txt", "destination": "keep.txt"}}
        model.will_plan([back])
        assert (await service.ask(QUESTION))["status"] == "completed" and notes.untouched
        model.will_plan([WRITE])
        assert statuses(await service.ask(QUESTION))["write_file"] == "skipped"
    async with guarded_service(tmp_path, model=model) as (service, notes):
        model.will_plan([MOVE])
        run_id = await service.begin(QUESTION)
        run, told = await ended(service, run_id)
        assert run["status"] == "completed" and (notes.folder / "gone.txt").exists()
        assert not [message for message in told if message.event.startswith("approval.")]
        tools = {tool["name"]: tool for tool in (await service.client.get("/tools")).json()["tools"]}
        assert (tools["move_file"]["waits"], tools["write_file"]["waits"]) == (None, "destructive")


async def test_a_tool_denied_for_good_is_not_asked_for_again(tmp_path: Path) -> None:
    model = Planned()
    async with guarded_service(tmp_path, model=model) as (service, notes):
        other = {"tool": "move_file", "arguments": {"source": "keep.txt", "destination": "else.txt"}}
        model.will_plan([READ, MOVE, other])
        run_id = await service.begin(QUESTION)
        first, _ = await waiting(service, run_id, 2)
        await say(service, run_id, first["id"], "deny", always=True)
        run, _ = await ended(service, run_id)
        assert statuses(run)["move_file"] == "skipped", "the other task of the tool, too"
        model.will_plan([READ, MOVE])
        run_id = await service.begin(QUESTION)
        run, told = await ended(service, run_id)
        assert run["status"] == "partial" and notes.untouched
        assert not [message for message in told if message.event == "approval.needed"]
        assert "denied by the user for good" in run["tasks"][1]["error"]

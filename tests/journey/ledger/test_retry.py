"""What failed runs again, or one task with other arguments: what completed is kept, and no tool is called twice."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.journey.approval.guarded import Notes, ended, guarded_service, say, waiting
from tests.journey.ledger.going_on import DELETE, MOVE, NOTE, QUESTION, READ, ROWS, by_id, go_on, refused
from tests.support.service import RunningService

APPROVE = ["delete_entities", "add_note", "move_file"]


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[RunningService, Notes]]:
    async with guarded_service(tmp_path_factory.mktemp("retry")) as opened:
        yield opened


@pytest.fixture
def service(opened: tuple[RunningService, Notes]) -> RunningService:
    return opened[0]


@pytest.fixture
def notes(opened: tuple[RunningService, Notes]) -> Notes:
    """The folder, with nothing called yet, and nothing to delete."""
    for name in ("calls.jsonl", "later.txt", "added.txt"):
        (opened[1].folder / name).unlink(missing_ok=True)
    return opened[1]


async def failed(service: RunningService, *tasks: dict[str, Any]) -> dict[str, Any]:
    """A run of which a task failed, for there is nothing to delete; the one behind it was skipped."""
    run = await service.ask(QUESTION, plan={"tasks": [*(tasks or (READ, DELETE, NOTE))]}, model="offline")
    assert run["status"] == "partial", run["tasks"]
    return run


async def test_what_failed_runs_again_with_what_waited_for_it_and_nothing_else(
    service: RunningService, notes: Notes
) -> None:
    first = await failed(service)
    (notes.folder / "later.txt").write_text("later")
    again = await go_on(service, first["id"], "retry", approve=APPROVE)
    assert again["status"] == "completed" and again["retry_of"] == first["id"] and again["id"] != first["id"]
    assert again["thread_id"] == first["thread_id"] and again["query"] == first["query"]
    assert by_id(again, "status", "kept") == {
        "read": ("completed", True),
        "gone": ("completed", False),
        "noted": ("completed", False),
    }
    assert sorted(notes.calls) == ["add_note", "delete_entities", "delete_entities", "read_notes"]
    kept, before = again["tasks"][0], first["tasks"][0]
    assert [kept[name] for name in ("result", "server", "tool")] == [before[n] for n in ("result", "server", "tool")]
    assert any(source["task_id"] == "read" for source in again["sources"])
    assert (await service.report(first["id"]))["status"] == "partial", "the first run stays as it was"


async def test_it_streams_like_any_run_and_stands_in_its_thread(service: RunningService, notes: Notes) -> None:
    first = await failed(service)
    headers = {"Accept": "text/event-stream"}
    async with service.client.stream("POST", f"/runs/{first['id']}/retry", headers=headers, json={}) as response:
        assert response.status_code == 200
        run_id = None
        async for line in response.aiter_lines():
            if line.startswith("event: approval.needed"):
                break
    listed = (await service.client.get("/runs", params={"thread_id": first["thread_id"]})).json()["runs"]
    run_id = listed[0]["id"]
    assert [run["id"] for run in listed] == [run_id, first["id"]]
    await say(service, run_id, "gone", "deny")
    run, told = await ended(service, run_id)
    assert [int(event.id) for event in told] == list(range(1, len(told) + 1))
    started = next(event.data["data"] for event in told if event.event == "run.started")
    assert started["retry_of"] == first["id"] == run["retry_of"]
    kept = [event.data["data"] for event in told if event.event == "task.completed"]
    assert [(task["id"], task["kept"], task["server"]) for task in kept] == [("read", True, "notes")]
    assert any(event.event == "sources.found" for event in told)


async def test_a_write_that_was_approved_is_asked_about_again(service: RunningService, notes: Notes) -> None:
    run_id = await service.begin(QUESTION, plan={"tasks": [READ, MOVE]}, model="offline")
    await waiting(service, run_id)
    await say(service, run_id, "moved", "approve")
    first, _ = await ended(service, run_id)
    assert by_id(first, "status") == {"read": "completed", "moved": "failed"}
    response = await service.client.post(f"/runs/{run_id}/retry", headers={"Prefer": "respond-async"})
    assert response.status_code == 202 and response.json()["retry_of"] == run_id
    again = response.json()["id"]
    assert response.headers["location"] == f"/runs/{again}"
    (asked,) = await waiting(service, again)
    assert asked["id"] == "moved" and notes.calls.count("move_file") == 1
    await say(service, again, "moved", "deny")
    await ended(service, again)
    assert notes.calls.count("move_file") == 1


@pytest.mark.parametrize("approve", [[], ["read_notes"]])
async def test_leave_given_in_the_first_request_does_not_count_again(
    service: RunningService, notes: Notes, approve: list[str]
) -> None:
    plan = {"tasks": [READ, DELETE]}
    first = await service.ask(QUESTION, plan=plan, approve=["*"], model="offline")
    assert by_id(first, "status")["gone"] == "failed"
    again = await go_on(service, first["id"], "retry", approve=approve)
    assert by_id(again, "status") == {"read": "completed", "gone": "skipped"}
    assert sorted(notes.calls) == ["delete_entities", "read_notes"]


async def test_a_write_that_completed_is_never_repeated(service: RunningService, notes: Notes) -> None:
    plan = {"tasks": [{"id": "noted", "tool": "add_note", "arguments": {"text": "once"}}, DELETE]}
    first = await service.ask(QUESTION, plan=plan, approve=["delete_entities"], model="offline")
    assert by_id(first, "status") == {"noted": "completed", "gone": "failed"}
    await go_on(service, first["id"], "retry", approve=["*"])
    assert notes.calls.count("add_note") == 1 and (notes.folder / "added.txt").read_text() == "once\n"


async def test_one_task_runs_with_other_arguments_and_what_depends_on_it(service: RunningService, notes: Notes) -> None:
    (notes.folder / "other.txt").write_text("other")
    first = await failed(service, READ, ROWS, DELETE, NOTE)
    body = {"task_id": "gone", "arguments": {"name": "other"}, "approve": APPROVE}
    again = await go_on(service, first["id"], "retry", **body)
    assert again["status"] == "completed"
    assert by_id(again, "kept") == {"read": True, "rows": True, "gone": False, "noted": False}
    planned = {task["id"]: task for task in again["plan"]["tasks"]}
    assert planned["gone"]["arguments"] == {"name": "other"} and planned["noted"]["depends_on"] == ["gone"]
    assert not (notes.folder / "other.txt").exists()


async def test_a_task_that_completed_can_be_named_and_runs_with_its_dependents(
    service: RunningService, notes: Notes
) -> None:
    each = {"id": "each", "tool": "read_notes", "for_each": "${rows}", "arguments": {"query": "${item}"}}
    run = await service.ask(QUESTION, plan={"tasks": [READ, ROWS, each]}, model="offline")
    assert run["status"] == "completed" and len(notes.calls) == 4
    again = await go_on(service, run["id"], "retry", task_id="rows")
    assert by_id(again, "kept") == {"read": True, "rows": False, "each": False}
    assert notes.calls[4:] == ["list_rows", "read_notes", "read_notes"]
    last = await go_on(service, again["id"], "retry", task_id="each")
    assert by_id(last, "kept") == {"read": True, "rows": True, "each": False}
    assert last["retry_of"] == again["id"] and notes.calls[7:] == ["read_notes", "read_notes"]


async def test_a_task_behind_one_that_failed_takes_that_along(service: RunningService, notes: Notes) -> None:
    first = await failed(service)
    (notes.folder / "later.txt").write_text("later")
    again = await go_on(service, first["id"], "retry", task_id="noted", approve=APPROVE)
    assert by_id(again, "status", "kept")["gone"] == ("completed", False)
    assert by_id(again, "status")["noted"] == "completed"


async def test_arguments_that_no_longer_read_a_failed_task_do_without_it(service: RunningService, notes: Notes) -> None:
    first = await failed(service)
    body = {"task_id": "noted", "arguments": {"text": "written by hand"}, "approve": APPROVE}
    again = await go_on(service, first["id"], "retry", **body)
    assert by_id(again, "status") == {"read": "completed", "gone": "failed", "noted": "completed"}
    assert notes.calls.count("delete_entities") == 1


async def test_what_was_skipped_by_the_plan_itself_is_no_failure(service: RunningService, notes: Notes) -> None:
    never: dict[str, Any] = {"id": "never", "tool": "list_rows", "arguments": {}, "when": "${length(read) == `0`}"}
    behind = {"id": "behind", "tool": "read_notes", "arguments": {"query": "x"}, "depends_on": ["never"]}
    run = await service.ask(QUESTION, plan={"tasks": [READ, never, behind]}, model="offline")
    assert run["status"] == "completed"
    told = await refused(service, f"/runs/{run['id']}/retry", 409)
    assert "Nothing failed" in told and "/synthesize" in told
    again = await go_on(service, run["id"], "retry", task_id="read")
    assert by_id(again, "status") == {"read": "completed", "never": "skipped", "behind": "skipped"}


def each(*names: str) -> dict[str, Any]:
    """Deletes what has these names, a call each."""
    listed = " ".join(f'"{name}",' for name in names).rstrip(",")
    return {
        "id": "each",
        "tool": "delete_entities",
        "for_each": f"${{rows && `[{listed}]`}}",
        "arguments": {"name": "${item}"},
    }


async def test_of_a_list_only_the_calls_that_failed_are_made_again(service: RunningService, notes: Notes) -> None:
    (notes.folder / "a.txt").write_text("a")
    behind = {"id": "behind", "tool": "add_note", "arguments": {"text": "all: ${each}"}}
    plan: dict[str, Any] = {"tasks": [ROWS, each("a", "b", "c"), behind]}
    first = await service.ask(QUESTION, plan=plan, model="offline")
    task = first["tasks"][1]
    assert first["status"] == "partial" and task["status"] == "completed" and len(task["failed_calls"]) == 2
    assert task["result"][0] == "deleted" and by_id(first, "status")["behind"] == "completed"
    for name in "abc":
        (notes.folder / f"{name}.txt").write_text(name)
    denied = await go_on(service, first["id"], "retry")
    task = denied["tasks"][1]
    assert (task["id"], task["status"], task["result"][0]) == ("each", "completed", "deleted")
    assert [("waits for approval" in error) for error in task["failed_calls"]] == [True, True]
    response = await service.client.post(f"/runs/{denied['id']}/retry", headers={"Prefer": "respond-async"})
    (asked,) = await waiting(service, response.json()["id"])
    assert [call["name"] for call in asked["each"]] == ["b", "c"]
    await service.client.post(f"/runs/{response.json()['id']}/cancel")
    again = await go_on(service, denied["id"], "retry", approve=APPROVE)
    assert again["status"] == "completed" and again["tasks"][1]["result"] == ["deleted"] * 3
    assert (notes.folder / "a.txt").exists() and not (notes.folder / "c.txt").exists()
    assert by_id(again, "server")["each"] == "notes", "it was told that the task began"
    for name in "abc":
        (notes.folder / f"{name}.txt").unlink(missing_ok=True)


async def test_inputs_of_a_workflow_hold_for_the_retry(service: RunningService, notes: Notes) -> None:
    first = await failed(service)
    saved = await service.client.post(
        f"/runs/{first['id']}/workflow", json={"name": "clearing", "inputs": ["gone.name", "read.query"]}
    )
    assert saved.status_code == 201, saved.text
    run = await service.ask(QUESTION, workflow="clearing", inputs={"name": "third"}, model="offline")
    assert by_id(run, "status") == {"read": "completed", "gone": "failed", "noted": "skipped"}
    (notes.folder / "third.txt").write_text("third")
    again = await go_on(service, run["id"], "retry", approve=APPROVE)
    assert again["status"] == "completed" and not (notes.folder / "third.txt").exists()


async def test_a_run_that_goes_on_still_lives_or_is_forgotten_or_has_no_plan(service: RunningService) -> None:
    plan = {"tasks": [READ, MOVE]}
    run_id = await service.begin(QUESTION, plan=plan, model="offline")
    await waiting(service, run_id)
    for how in ("retry", "synthesize", "start", "workflow"):
        body = {"name": "unfinished"} if how == "workflow" else {}
        assert f"/runs/{run_id}/cancel" in await refused(service, f"/runs/{run_id}/{how}", 409, body)
    await service.client.post(f"/runs/{run_id}/cancel")
    run, _ = await ended(service, run_id)
    assert run["status"] == "cancelled"
    again = await go_on(service, run_id, "retry", approve=["*"])
    assert by_id(again, "kept") == {"read": True, "moved": False}
    assert (await service.client.delete(f"/runs/{run_id}")).status_code == 200
    for how in ("retry", "synthesize", "start"):
        assert run_id in await refused(service, f"/runs/{run_id}/{how}", 404)
    response = await service.client.post("/search", json={"query": QUESTION, "plan": {"tasks": [{"tool": "no_such"}]}})
    refused_run = response.json()["run_id"]
    for how in ("retry", "synthesize", "start"):
        assert "no plan" not in await refused(service, f"/runs/{refused_run}/{how}", 409)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (404, {"task_id": "t9"}, "has no task 't9'; its 3 tasks: read, gone, noted"),
        (422, {"arguments": {"name": "x"}}, "name it by 'task_id'"),
        (422, {"task_id": "gone", "arguments": {"nmae": "x"}}, "name"),
        (422, {"task_id": "gone", "arguments": {"name": "${nowhere}"}}, "nowhere"),
        (422, {"task_id": "gone", "arguments": {"name": "${noted}"}}, "cycle"),
        (422, {"task_id": "gone", "arguments": {"name": "${gone}"}}, "itself"),
        (422, {"task": "gone"}, "There is no such field"),
        (422, {"task_id": "not an id"}, "pattern"),
        (422, {"deadline": 0}, "greater than 0"),
    ],
)
async def test_what_cannot_be_retried_is_said(
    service: RunningService, notes: Notes, status: int, body: dict[str, Any], told: str
) -> None:
    first = await failed(service)
    assert told in await refused(service, f"/runs/{first['id']}/retry", status, body)
    assert sorted(notes.calls) == ["delete_entities", "read_notes"]

"""A plan that is only made: nothing is called, and it is run later, as it is or edited."""

from collections.abc import AsyncGenerator

import pytest

from tests.journey.approval.guarded import ADD, MOVE, Notes, Planned, ended, guarded_service
from tests.journey.approval.guarded import READ as READ_ONLY
from tests.journey.ledger.going_on import QUESTION, READ, by_id, go_on, refused
from tests.support.service import RunningService

MODEL = Planned()


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[RunningService, Notes]]:
    async with guarded_service(tmp_path_factory.mktemp("plan-only"), model=MODEL) as opened:
        yield opened


@pytest.fixture
def service(opened: tuple[RunningService, Notes]) -> RunningService:
    return opened[0]


@pytest.fixture
def notes(opened: tuple[RunningService, Notes]) -> Notes:
    (opened[1].folder / "calls.jsonl").unlink(missing_ok=True)
    return opened[1]


@pytest.mark.parametrize("given", [{}, {"model": "offline"}, {"plan": {"tasks": [READ]}}, {"rounds": 3}])
async def test_only_the_plan_is_made(service: RunningService, notes: Notes, given: dict[str, object]) -> None:
    MODEL.will_plan([READ_ONLY])
    run = await service.ask(QUESTION, plan_only=True, **given)
    assert run["status"] == "completed" and run["answer"] is None and run["error"] is None
    assert [task["tool"] for task in run["plan"]["tasks"]] == ["read_notes"] and notes.calls == []
    assert set(by_id(run, "status").values()) == {"queued"}
    _, told = await ended(service, run["id"])
    assert told[-1].event == "run.completed" and not any(it.event.startswith(("task.", "answer.")) for it in told)
    assert "do not run yet" in run["thinking_steps"][-2]
    again = await go_on(service, run["id"], "start")
    assert again["status"] == "completed" and again["retry_of"] == run["id"] and again["answer"]
    assert again["thread_id"] == run["thread_id"] and notes.calls == ["read_notes"]
    assert "run its plan already" in await refused(service, f"/runs/{again['id']}/start", 409)


async def test_a_plan_of_a_model_changes_nothing_unasked_when_it_is_started(
    service: RunningService, notes: Notes
) -> None:
    MODEL.will_plan([READ_ONLY, MOVE, ADD])
    planned = await service.ask(QUESTION, plan_only=True)
    run = await go_on(service, planned["id"], "start")
    assert {task["tool"]: task["status"] for task in run["tasks"]} == {
        "read_notes": "completed",
        "move_file": "skipped",
        "add_note": "skipped",
    }
    assert notes.calls == ["read_notes"] and notes.untouched


async def test_an_edited_plan_is_checked_and_run(service: RunningService, notes: Notes) -> None:
    MODEL.will_plan([READ_ONLY])
    planned = await service.ask(QUESTION, plan_only=True)
    path = f"/runs/{planned['id']}/start"
    assert "no_such" in await refused(service, path, 422, {"plan": {"tasks": [{"tool": "no_such"}]}})
    tasks = [*planned["plan"]["tasks"], {"id": "rows", "tool": "list_rows"}]
    run = await go_on(service, planned["id"], "start", plan={"tasks": tasks})
    assert by_id(run, "status") == {planned["plan"]["tasks"][0]["id"]: "completed", "rows": "completed"}
    by_hand = await service.ask(QUESTION, plan=planned["plan"], model="offline")
    assert by_hand["status"] == "completed"


async def test_a_bad_plan_is_refused_before_it_is_started(service: RunningService, notes: Notes) -> None:
    body = {"query": QUESTION, "plan": {"tasks": [{"tool": "no_such"}]}, "plan_only": True}
    assert "no_such" in await refused(service, "/search", 422, body)
    assert notes.calls == []

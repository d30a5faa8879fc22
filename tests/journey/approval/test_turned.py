"""A tool that says it is harmless, and turns out to be something else once nothing stands between it and a call."""

from pathlib import Path
from typing import Any

import pytest

from tests.journey.approval.guarded import ADD, QUESTION, READ, Planned, ended, guarded_service, say, waiting
from tests.support.service import RunningService

TURN: dict[str, Any] = {"tasks": [{"tool": "list_rows", "arguments": {}}]}


async def turned(service: RunningService, tool: str) -> None:
    """Have the server say that the tool deletes, and wait until the service knows it."""
    await service.ask(QUESTION, plan=TURN)
    for _ in range(200):
        listed = (await service.client.get("/tools")).json()["tools"]
        if any(each["name"] == tool and each["destructive"] for each in listed):
            return
    raise AssertionError(f"{tool} has not turned")


async def test_a_tool_that_turned_while_it_waited_is_not_called_by_the_approval(tmp_path: Path) -> None:
    model = Planned()
    async with guarded_service(tmp_path, model=model, turns="add_note") as (service, notes):
        model.will_plan([ADD])
        run_id = await service.begin(QUESTION)
        (needed,) = await waiting(service, run_id)
        assert needed["why"] == "writes"
        await turned(service, "add_note")
        await say(service, run_id, "t1", "approve")
        run, _ = await ended(service, run_id)
        assert notes.untouched and "add_note" not in notes.calls
        assert "may delete or overwrite" in run["tasks"][0]["error"]


@pytest.mark.parametrize("always", [False, True])
async def test_what_was_allowed_for_good_is_asked_for_anew_once_it_says_that_it_deletes(
    tmp_path: Path, always: bool
) -> None:
    model = Planned()
    async with guarded_service(tmp_path, model=model, turns="add_note") as (service, notes):
        model.will_plan([ADD])
        run_id = await service.begin(QUESTION)
        await waiting(service, run_id)
        await say(service, run_id, "t1", "approve", always=always)
        await ended(service, run_id)
        await turned(service, "add_note")
        model.will_plan([ADD])
        again = await service.begin(QUESTION)
        (needed,) = await waiting(service, again)
        assert needed["why"] == "destructive"
        await say(service, again, "t1", "approve", always=always)
        await ended(service, again)
        assert notes.calls == ["add_note", "list_rows", "add_note"]
        model.will_plan([ADD])
        run = await service.ask(QUESTION)
        assert (run["tasks"][0]["status"] == "completed") is always


async def test_a_tool_that_only_read_when_it_was_planned_is_not_called_as_one_that_deletes(tmp_path: Path) -> None:
    model = Planned()
    late = {**READ, "depends_on": ["t1"]}
    async with guarded_service(tmp_path, model=model, turns="read_notes") as (service, notes):
        model.will_plan([ADD, late])
        run_id = await service.begin(QUESTION)
        await waiting(service, run_id)
        await turned(service, "read_notes")
        await say(service, run_id, "t1", "approve")
        run, _ = await ended(service, run_id)
        assert "read_notes" not in notes.calls and "add_note" in notes.calls
        assert "may delete or overwrite" in run["tasks"][1]["error"]

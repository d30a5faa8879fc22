"""Another answer from the same outcomes: by another model or of another length, and no tool is called."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from tests.journey.approval.guarded import Notes
from tests.journey.ledger.going_on import DELETE, QUESTION, READ, by_id, go_on, refused
from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.service import RunningService, running_service, stdio_entry

MODELS = [Model(name, script=lambda body: written("Falcon must be kept [1].")) for name in ("first:8b", "second:8b")]


@pytest.fixture(scope="module")
async def ollama() -> AsyncGenerator[OllamaDouble]:
    async with OllamaDouble(MODELS) as double:
        yield double


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("synthesize")


@pytest.fixture(scope="module")
async def service(ollama: OllamaDouble, folder: Path) -> AsyncGenerator[RunningService]:
    notes = Notes(folder / "notes")
    entry = stdio_entry("--folder", str(notes.folder), program="guarded_server")
    settings = {"CACHE_MAX_AGE": "0"}
    async with running_service(folder, servers={"notes": entry}, ollama=ollama.url, settings=settings) as service:
        await service.ready_servers("notes")
        yield service


@pytest.fixture
def notes(folder: Path) -> Notes:
    (folder / "notes" / "calls.jsonl").unlink(missing_ok=True)
    return Notes(folder / "notes")


def prompt(ollama: OllamaDouble) -> str:
    """All that the model was told last."""
    body: Any = ollama.chats[-1].body
    return "\n".join(message["content"] for message in body["messages"])


@pytest.mark.parametrize(("length", "words"), [("short", "two"), ("normal", "six"), ("long", "fifteen")])
async def test_another_model_writes_at_another_length(
    service: RunningService, ollama: OllamaDouble, notes: Notes, length: str, words: str
) -> None:
    first = await service.ask(QUESTION, plan={"tasks": [READ, DELETE]}, approve=["*"], model="first:8b")
    assert by_id(first, "status") == {"read": "completed", "gone": "failed"}
    told_first = prompt(ollama)
    run = await go_on(service, first["id"], "synthesize", model="second:8b", length=length)
    assert run["model"] == "second:8b" and run["retry_of"] == first["id"] and run["planner"] == "given"
    assert run["answer"].startswith("Falcon must be kept") and run["status"] == "partial"
    assert by_id(run, "status") == by_id(first, "status")
    assert [task["result"] for task in run["tasks"]] == [task["result"] for task in first["tasks"]]
    assert sorted(notes.calls) == ["delete_entities", "read_notes"]
    told = prompt(ollama)
    assert f"{words} sentences" in told and told.lower().count(" sentences") == 2
    assert "Falcon must be kept [1]" not in told, "its own earlier answer is none of the conversation"
    assert (told == told_first) is (length == "normal")


async def test_quotations_take_the_place_of_a_model_and_no_server_is_needed(
    service: RunningService, notes: Notes
) -> None:
    first = await service.ask(QUESTION, plan={"tasks": [READ]}, model="first:8b")
    run = await go_on(service, first["id"], "synthesize", model="offline")
    assert run["model"] is None and "quotes its sources" in run["answer"] and run["status"] == "completed"
    assert notes.calls == ["read_notes"] and run["usage"]["model_calls"] == 0
    again = await go_on(service, run["id"], "synthesize")
    assert again["answer"] == run["answer"], "the model is that of the run it goes on from"


async def test_there_must_be_something_to_answer_from(service: RunningService, notes: Notes) -> None:
    response = await service.client.post(
        "/search", json={"query": QUESTION, "plan": {"tasks": [DELETE]}, "approve": ["*"]}
    )
    assert response.status_code == 502
    path = f"/runs/{response.json()['run_id']}"
    assert "nothing to answer from" in await refused(service, f"{path}/synthesize", 409)
    assert "Input should be" in await refused(service, f"{path}/synthesize", 422, {"length": "endless"})

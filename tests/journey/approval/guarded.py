"""A service over one server that can change things, with a model that writes what a test has it write."""

import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Model, OllamaDouble, Step, written
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import Message

QUESTION = "What is in my notes about Falcon?"
READ = {"tool": "read_notes", "arguments": {"query": "Falcon"}}
MOVE = {"tool": "move_file", "arguments": {"source": "keep.txt", "destination": "gone.txt"}}
WRITE = {"tool": "write_file", "arguments": {"path": "keep.txt", "content": "overwritten"}}
DELETE = {"tool": "delete_entities", "arguments": {"name": "keep"}}
ADD = {"tool": "add_note", "arguments": {"text": "a line"}}
KEPT = "Falcon is a project that must be kept."


class Notes:
    """The folder that the server changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        (folder / "keep.txt").write_text(KEPT)

    @property
    def untouched(self) -> bool:
        """Whether what was there is there, and nothing else."""
        texts = {path.name: path.read_text() for path in self.folder.glob("*.txt")}
        return texts == {"keep.txt": KEPT}

    @property
    def calls(self) -> list[str]:
        """The tools that were called, in order."""
        log = self.folder / "calls.jsonl"
        return [json.loads(line)["tool"] for line in log.read_text().splitlines()] if log.exists() else []


class Planned:
    """A model that plans what it is told, round by round, and answers what it is told."""

    def __init__(self) -> None:
        self.answer = "Falcon is a project [1]."
        self.rounds: list[Sequence[dict[str, Any]]] = []

    def will_plan(self, *rounds: Sequence[dict[str, Any]]) -> None:
        """What it plans next, a list of tasks a round; after that, nothing more."""
        self.rounds = list(rounds)

    def script(self, body: JsonObject) -> Iterable[Step]:
        """What it writes."""
        if not body.get("format"):
            return written(self.answer)
        return written(json.dumps({"tasks": self.rounds.pop(0) if self.rounds else []}))


@asynccontextmanager
async def guarded_service(
    folder: Path,
    *,
    model: Planned | None = None,
    entry: dict[str, Any] | None = None,
    only: Sequence[str] = (),
    turns: str = "",
    settings: dict[str, str] | None = None,
) -> AsyncGenerator[tuple[RunningService, Notes]]:
    """The service, and the folder that its server changes; `entry` is added to the server's in mcp.json."""
    notes = Notes(folder / "notes")
    options = [
        "--folder",
        str(notes.folder),
        *(["--only", *only] if only else []),
        *(["--turns", turns] if turns else []),
    ]
    servers = {"notes": {**stdio_entry(*options, program="guarded_server"), **(entry or {})}}
    async with OllamaDouble([Model("qwen3:8b", script=model.script)] if model else []) as ollama:
        more: dict[str, Any] = {"ollama": ollama.url} if model else {}
        async with running_service(
            folder, servers=servers, settings={"CACHE_MAX_AGE": "0", **(settings or {})}, **more
        ) as service:
            await service.ready_servers("notes")
            yield service, notes


async def waiting(service: RunningService, run_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The tasks of the run that wait, once so many do."""
    needed: list[dict[str, Any]] = []
    after = 0
    while len(needed) < count:
        seen = await service.events(run_id, after=after, until="approval.needed")
        assert seen and seen[-1].event == "approval.needed", [message.event for message in seen]
        needed.append(seen[-1].data["data"])
        after = int(seen[-1].id)
    return needed


async def say(service: RunningService, run_id: str, task_id: str, word: str, **body: Any) -> dict[str, Any]:
    """Approve or deny a task."""
    response = await service.client.post(f"/runs/{run_id}/tasks/{task_id}/{word}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def ended(service: RunningService, run_id: str) -> tuple[dict[str, Any], list[Message]]:
    """The run at its end, and all its events."""
    told = await service.events(run_id)
    return await service.report(run_id), told


def statuses(run: dict[str, Any]) -> dict[str, str]:
    """How each tool's task ended."""
    return {task["tool"]: task["status"] for task in run["tasks"]}

"""One running service for each file: with a model, whose plans may call the tools of one server unasked."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.service import RunningService, running_service, stdio_entry

PLAN = {"tasks": [{"tool": "rows", "arguments": {"n": 3}}, {"tool": "echo", "arguments": {"text": "hello"}}]}
ANSWER = "The first row is about it [1], the second too [2]."
SLOW = {"tasks": [{"tool": "sleep_for", "arguments": {"seconds": 60, "label": "left"}}]}


@pytest.fixture(scope="module")
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    """A model server with one model."""
    async with OllamaDouble([Model("qwen3:8b")]) as double:
        yield double


@pytest.fixture(scope="module")
async def service(
    ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with that model."""
    folder: Path = tmp_path_factory.mktemp("service")
    never = {"APPROVAL": "never", "PREVIEW": "false"}
    async with running_service(folder, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=never) as running:
        await running.ready_servers("slow")
        yield running


def script(ollama: OllamaDouble, plan: object = PLAN, answer: str = ANSWER) -> None:
    """Have the model plan this, and answer this."""
    ollama.enqueue(*written(json.dumps(plan)))
    ollama.enqueue(*written(answer))


async def newest_run(service: RunningService) -> str:
    """The id of the run that was begun last; empty for none."""
    runs = (await service.client.get("/runs", params={"limit": 1})).json()["runs"]
    return runs[0]["id"] if runs else ""


async def newer_run(service: RunningService, last: str) -> str:
    """Wait for a run that begins after the run `last`; its id."""
    while (run_id := await newest_run(service)) == last:  # noqa: ASYNC110 - another process begins it
        await asyncio.sleep(0.02)
    return run_id

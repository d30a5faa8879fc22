"""An engine with one slot and several searches at once, and an engine too slow for the deadline."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.real_model.conftest import BUNDLED, NUM_CTX, Served
from tests.real_model.engine import NAME, LlamaServer
from tests.real_model.ollama_front import MODEL, LlamaEngine
from tests.support.ollama_double import OllamaDouble, Pace
from tests.support.service import ROOT, RunningService, running_service

pytestmark = pytest.mark.real_model

AT_ONCE = (
    "What is the difference between json.load and json.loads?",
    "How do I parse command line arguments in Python?",
    "Which setting bounds how many runs go on at once?",
)
PATIENT = 120.0
"""Seconds, enough for all of them one after another."""
DEADLINE = 20.0
SLOWEST = 21.0
SLACK = 1.0
"""Seconds that a busy machine may be late, on top."""
PLAN = {"tasks": [{"tool": "search_python_docs", "arguments": {"query": "temporary directory"}}]}


async def test_searches_at_once_on_one_slot_are_all_answered(served: Served) -> None:
    client = served.service.client

    async def ask(query: str) -> httpx.Response:
        return await client.post("/search", json={"query": query, "model": served.model, "deadline": PATIENT})

    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(query)) for query in AT_ONCE]
    responses = [task.result() for task in asking]
    assert [response.status_code for response in responses] == [200] * len(AT_ONCE), [it.text for it in responses]
    assert all(response.json()["answer"] for response in responses)
    steps = [step for response in responses for step in response.json()["thinking_steps"]]
    assert not [step for step in steps if "silent" in step], "waiting for one's turn is no silence of the model"


@pytest.fixture(scope="module")
async def slow_service(
    engine: LlamaServer, shared_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with the same model at two tokens a second: a search would take it more than a minute."""
    settings = {"NUM_CTX": str(NUM_CTX), "CACHE": str(shared_cache), "DOCUMENTS": str(ROOT / "docs")}
    slow = LlamaEngine(engine.url, pace=Pace(per_token=0.5))
    async with OllamaDouble([MODEL], engine=slow) as ollama:
        folder = tmp_path_factory.mktemp("service")
        async with running_service(folder, bundled=True, ollama=ollama.url, settings=settings) as service:
            await service.ready_servers(*BUNDLED)
            yield service


@pytest.mark.parametrize("more", [{}, {"plan": PLAN}], ids=["planning and writing", "writing alone"])
async def test_a_model_too_slow_for_the_deadline_costs_no_answer_and_no_delay(
    slow_service: RunningService, more: dict[str, object]
) -> None:
    began = asyncio.get_running_loop().time()
    query = "How can a temporary directory be removed by itself after use in Python?"
    run = await slow_service.ask(query, model=NAME, deadline=DEADLINE, **more)
    assert asyncio.get_running_loop().time() - began <= SLOWEST + SLACK
    assert run["answer"] and run["sources"]

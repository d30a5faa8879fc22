"""The real model's engine on loopback, and the service with the bundled servers, once for each protocol."""

import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentic_search.settings import Settings
from tests.real_model.engine import NAME, LlamaServer, llama_server
from tests.real_model.ollama_front import MODEL, LlamaEngine
from tests.real_model.set_up import RealModel, default_folder
from tests.support.ollama_double import OllamaDouble
from tests.support.service import ROOT, RunningService, running_service

BUNDLED = ("python_docs", "documents", "stories")
MOST_SECONDS = 900
"""For one test, with what its fixtures do before it: many searches, one after another."""
NUM_CTX = 4_096
"""Tokens: small, so that prompts and answers are short enough for the deadlines here."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder that needs the engine gets the time that it needs."""
    for item in items:
        if item.get_closest_marker("real_model"):
            item.add_marker(pytest.mark.timeout(MOST_SECONDS))


@dataclass(frozen=True, slots=True)
class Served:
    """A service whose model is real."""

    service: RunningService
    engine: LlamaServer
    model: str
    """The model's name, as this service knows it."""
    ollama: OllamaDouble | None
    """Where Ollama's protocol is spoken: what was asked."""


@pytest.fixture(scope="session")
def real_model() -> RealModel:
    """The files; without them the test is skipped, and fails where CI promises to have them."""
    found = RealModel(default_folder())
    if found.missing:
        why = f"{' and '.join(found.missing)} missing in {found.folder}: run python -m tests.real_model.set_up"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found


@pytest.fixture(scope="module")
async def engine(real_model: RealModel, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[LlamaServer, None]:
    """One slot, as Ollama has by default."""
    async with llama_server(real_model, tmp_path_factory.mktemp("engine") / "llama") as server:
        yield server


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled servers' indexes: made once for all services of a session."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=["ollama", "openai"])
async def served(
    request: pytest.FixtureRequest, engine: LlamaServer, shared_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Served, None]:
    """The service over one of the protocols."""
    settings = {"NUM_CTX": str(NUM_CTX), "CACHE": str(shared_cache), "DOCUMENTS": str(ROOT / "docs")}
    folder = tmp_path_factory.mktemp("service")
    async with AsyncExitStack() as stack:
        if request.param == "ollama":
            ollama = await stack.enter_async_context(OllamaDouble([MODEL], engine=LlamaEngine(engine.url)))
            starting = running_service(folder, bundled=True, ollama=ollama.url, settings=settings)
            model = NAME
        else:
            if "models" not in Settings.model_fields:
                pytest.skip("this service knows no OpenAI-compatible servers: there is no AGENTIC_SEARCH_MODELS")
            ollama, model = None, f"local/{NAME}"
            settings |= {"MODELS": f"local={engine.url}/v1", "MODEL": model}
            starting = running_service(folder, bundled=True, settings=settings)
        service = await stack.enter_async_context(starting)
        service.client.timeout = MOST_SECONDS
        await service.ready_servers(*BUNDLED)
        yield Served(service, engine, model, ollama)

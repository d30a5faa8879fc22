"""One service with everything that the examples ask for: bundled servers, a model, and a stand-in for the web."""

import shutil
from collections.abc import AsyncGenerator

import pytest

from tests.support.forking.starting import arguments_of
from tests.support.ollama_double import OllamaDouble
from tests.support.service import ROOT, RunningService, running_service, stdio_entry

WEB = {**stdio_entry(), "args": [*arguments_of("tests.journey.examples.web_server")]}


@pytest.fixture(scope="module")
async def service(
    ollama: OllamaDouble, kept_indexes: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service, with the examples as its workflows and as its functions."""
    folder = tmp_path_factory.mktemp("service")
    shutil.copytree(ROOT / "examples", folder / "workflows")
    settings = {
        "DOCUMENTS": str(ROOT / "docs"),
        "CACHE": kept_indexes,
        "MODEL": "",
        "FUNCTIONS": "examples.inventories",
    }
    async with running_service(
        folder, servers={"web_stand_in": WEB}, bundled=True, ollama=ollama.url, settings=settings
    ) as running:
        await running.ready_servers("python_docs", "documents", "stories", "web_stand_in")
        yield running

"""One service with everything that the documentation speaks of, and a reader who sits before it."""

import json
import os
import shutil
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest

from tests.documentation.reader import Reader, make_checkout, make_programs
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.postgres import RunningPostgres
from tests.support.service import ROOT, RunningService, environment_for, running_service, stdio_entry

NOTES: dict[str, object] = {
    **stdio_entry("--log", os.devnull, program="birds_server"),
    "env": {"PYTHONPATH": str(ROOT), "NOTES_KEY": "${input:notes-key}"},
}
LOOKED_UP = {"tasks": [{"tool": "search_python_docs", "arguments": {"query": "asyncio.gather"}}]}
NOT_YET = "Not indexed yet: stdlib"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything is."""
    return tmp_path_factory.mktemp("documentation")


@pytest.fixture(scope="session")
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    """A model server with the model that the documentation names."""
    async with OllamaDouble([Model("qwen3:8b")]) as double:
        yield double


@pytest.fixture(scope="session")
def home(folder: Path) -> Path:
    """A home folder, with the servers file of another host."""
    file = folder / "home" / ".config" / "Claude" / "claude_desktop_config.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"mcpServers": {"theirs": stdio_entry()}}))
    return folder / "home"


@pytest.fixture(scope="session")
async def service(
    folder: Path, home: Path, ollama: OllamaDouble, kept_indexes: str
) -> AsyncGenerator[RunningService, None]:
    """The service: bundled servers, a model, the examples, two servers more; it keeps its runs in the home folder."""
    shutil.copytree(ROOT / "examples", folder / "workflows")
    settings = {
        "CACHE": kept_indexes,
        "DATA": str(home / ".local" / "share" / "agentic-search"),
        "DOCUMENTS": str(ROOT / "docs"),
        "FUNCTIONS": "examples.inventories",
        "LOG_FORMAT": "json",
    }
    servers: dict[str, object] = {"slow": stdio_entry(), "notes": NOTES}
    async with running_service(folder, servers=servers, bundled=True, ollama=ollama.url, settings=settings) as running:
        await running.ready_servers("slow", "python_docs", "documents", "stories")
        for _ in range(10):  # each waits for the index, for a while
            if NOT_YET not in str(await running.ask("What is asyncio.gather?", plan=LOOKED_UP, model="offline")):
                break
        yield running


@pytest.fixture(scope="session")
def surroundings(
    folder: Path, home: Path, ollama: OllamaDouble, service: RunningService, kept_indexes: str
) -> Mapping[str, str]:
    """The variables of a reader's programs."""
    host, port = service.url.removeprefix("http://").split(":")
    return {
        **environment_for(folder, ollama=ollama.url, settings={"HOST": host, "PORT": port}),
        "AGENTIC_SEARCH_DATA": str(home / ".local" / "share" / "agentic-search"),
        "AGENTIC_SEARCH_CACHE": kept_indexes,
        "HOME": str(home),
        "CURL_HOME": str(folder),
        "PATH": make_programs(folder),
    }


@pytest.fixture(scope="session")
def checkout(folder: Path) -> Path:
    """The project as a reader has it."""
    checkout = make_checkout(folder)
    shutil.copytree(ROOT / "docker", checkout / "docker", ignore=shutil.ignore_patterns("secrets"))
    shutil.copy(ROOT / "benchmarks" / "quality" / "stories.jsonl", checkout / "stories.jsonl")
    return checkout


@pytest.fixture
def reader(
    checkout: Path, service: RunningService, surroundings: Mapping[str, str], postgres: RunningPostgres
) -> Reader:
    """Somebody who reads a page, in a shell that knows nothing yet."""
    history = "sqlite:////home/me/.local/share/agentic-search/runs.sqlite"
    here = {
        history: f"sqlite:///{checkout}/backup.sqlite",  # nobody has the backup open
        "postgresql://user@host/database": postgres.new_database(),
        "HOST=0.0.0.0": "HOST=127.0.0.1",  # tests listen on loopback only
    }
    return Reader(checkout, service, surroundings, here)

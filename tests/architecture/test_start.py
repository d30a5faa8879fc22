"""The service starts lean: nothing is loaded on the way to ready that waits for a question, a page or a connection.

What a question needs is loaded by whoever comes first.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import NOBODY, environment_for

_TO_READY = """
import asyncio, sys
sys.modules["httpx._main"] = None  # as server.py does
from agentic_search.api.app import create_app
from agentic_search.configured import configured
from agentic_search.settings import Settings
from agentic_search.wiring import open_service

async def start(settings):
    async with open_service(settings) as service:
        await service.tools.settled(60)
        assert [status.status for status in service.tools.statuses()] == ["unavailable"] * int(sys.argv[1])
        assert (await service.models.in_use()).why_none
        print(*sys.modules)
        await service.prepare()
        print(*sys.modules)

configured(settings := Settings())
create_app(settings)
asyncio.run(start(settings))
"""


def loaded_with(folder: Path, **servers: object) -> tuple[set[str], set[str]]:
    """The modules of a service that has looked for a model and for these servers, none of which is there.

    Then those when it has been prepared for a question.
    """
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": servers}))
    done = subprocess.run(
        [sys.executable, "-c", _TO_READY, str(len(servers))],
        cwd=folder,
        env=environment_for(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    idle, prepared = done.stdout.splitlines()
    return set(idle.split()), set(prepared.split())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[set[str], set[str]]:
    """The modules of a service with a remote server, before and after it is prepared."""
    return loaded_with(tmp_path_factory.mktemp("start"), plain={"url": f"{NOBODY}/mcp"})


@pytest.fixture(scope="module")
def loaded_alone(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a service without any server."""
    return loaded_with(tmp_path_factory.mktemp("start"))[0]


@pytest.mark.parametrize(
    "module",
    [
        "langchain",
        "langgraph.prebuilt",
        "langgraph.checkpoint.memory",
        "opentelemetry.exporter.otlp",
        "agentic_search.mcp_servers",
        "agentic_search.tracing.run_trace",
        "alembic",
        "feedparser",
        "jwt",
        "lxml",
        "openai",
        "prometheus_client",
        "psycopg",
        "pypdf",
        "rich",
        "sqlalchemy.dialects.postgresql",
        "typer",
    ],
)
def test_the_service_does_without(module: str, loaded: tuple[set[str], set[str]]) -> None:
    idle, prepared = loaded
    assert module not in idle
    assert module not in prepared


@pytest.mark.parametrize(
    "module",
    [
        "langchain_core",
        "langgraph",
        "langsmith",
        "requests",
        "agentic_search.graph.build",
        "agentic_search.planning.offline",
        "agentic_search.synthesis.writing",
        "json_repair",
        "markdown_it",
        "nh3",
        "snowballstemmer",
    ],
)
def test_what_answers_questions_is_loaded_when_somebody_comes(module: str, loaded: tuple[set[str], set[str]]) -> None:
    idle, prepared = loaded
    assert module not in idle
    assert module in prepared


@pytest.mark.parametrize("module", ["httpcore2", "truststore"])
def test_what_connects_to_remote_servers_is_not_loaded_where_there_are_none(
    module: str, loaded_alone: set[str]
) -> None:
    assert "mcp" in loaded_alone
    assert module not in loaded_alone

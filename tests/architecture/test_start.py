"""The service starts lean: what only its servers need, or only some connections, is not loaded on the way to ready."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import NOBODY, environment_for

_TO_READY = """
import asyncio, sys
from agentic_search.api.app import create_app
from agentic_search.serve import configured
from agentic_search.settings import Settings
from agentic_search.wiring import open_service

async def start(settings):
    async with open_service(settings) as service:
        await service.tools.settled(60)
        assert [status.status for status in service.tools.statuses()] == ["unavailable"] * int(sys.argv[1])
        assert (await service.models.in_use()).why_none

configured(settings := Settings())
create_app(settings)
asyncio.run(start(settings))
print(*sys.modules)
"""


def loaded_with(folder: Path, **servers: object) -> set[str]:
    """The modules of a service that has looked for a model and for these servers, none of which is there."""
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
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a service with a remote server."""
    return loaded_with(tmp_path_factory.mktemp("start"), plain={"url": f"{NOBODY}/mcp"})


@pytest.fixture(scope="module")
def loaded_alone(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a service without any server."""
    return loaded_with(tmp_path_factory.mktemp("start"))


@pytest.mark.parametrize(
    "module",
    [
        "agentic_search.mcp_servers",
        "feedparser",
        "lxml",
        "pypdf",
        "langchain",
        "langgraph.prebuilt",
        "langgraph.checkpoint.memory",
        "opentelemetry.exporter.otlp",
        "agentic_search.tracing.run_trace",
    ],
)
def test_the_service_starts_without(module: str, loaded: set[str]) -> None:
    assert "langgraph.graph" in loaded
    assert module not in loaded


@pytest.mark.parametrize("module", ["httpcore2", "truststore"])
def test_what_connects_to_remote_servers_is_not_loaded_where_there_are_none(
    module: str, loaded_alone: set[str]
) -> None:
    assert "langgraph.graph" in loaded_alone
    assert module not in loaded_alone

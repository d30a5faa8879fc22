"""The service starts lean: what its servers need, or only secure connections, is not loaded on the way to ready."""

import json
import subprocess
import sys

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
        assert [status.status for status in service.tools.statuses()] == ["unavailable"]
        assert (await service.models.in_use()).why_none

configured(settings := Settings())
create_app(settings)
asyncio.run(start(settings))
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules of a service that has looked for a model and for a server, neither of which is there."""
    folder = tmp_path_factory.mktemp("start")
    (folder / "mcp.json").write_text(json.dumps({"mcpServers": {"plain": {"url": f"{NOBODY}/mcp"}}}))
    done = subprocess.run(
        [sys.executable, "-c", _TO_READY],
        cwd=folder,
        env=environment_for(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        "agentic_search.mcp_servers",
        "feedparser",
        "lxml",
        "pypdf",
        "httpcore2",  # with it come the machine's certificates: 40 ms, and a megabyte, for each client that is made
        "truststore",
        "langchain",
        "langgraph.prebuilt",
        "langgraph.checkpoint.memory",
    ],
)
def test_the_service_starts_without(module: str, loaded: set[str]) -> None:
    assert "langgraph.graph" in loaded
    assert module not in loaded

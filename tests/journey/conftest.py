"""Journeys share one running service for each file: they are its users, side by side."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.mcp_processes import http_server
from tests.support.ollama_double import Model, OllamaDouble
from tests.support.service import RunningService, running_service, stdio_entry


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """The service with no model and two servers: `slow` over stdio and `web` over HTTP, which have the same tools."""
    folder = tmp_path_factory.mktemp("service")
    async with http_server("--name", "web") as url:
        servers = {"slow": stdio_entry("--log", str(folder / "slow.jsonl")), "web": {"url": url}}
        async with running_service(folder, servers=servers) as running:
            await running.ready_servers("slow", "web")
            yield running


@pytest.fixture(scope="module")
def slow_log(service: RunningService) -> Path:
    """What the stdio server wrote down about its calls."""
    args = service.servers["slow"]["args"]
    return Path(args[args.index("--log") + 1])


@pytest.fixture(scope="module")
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    """A model server with one model."""
    async with OllamaDouble([Model("qwen3:8b")]) as double:
        yield double


@pytest.fixture(scope="module")
async def service_with_model(
    ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with that model and one server, whose tools its plans may call unasked."""
    folder = tmp_path_factory.mktemp("service")
    never = {"APPROVAL": "never"}
    async with running_service(folder, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=never) as running:
        await running.ready_servers("slow")
        yield running

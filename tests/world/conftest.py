"""One service with every server of others connected at once, over stdio, streamable HTTP and SSE."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.mcp_processes import free_port
from tests.support.service import RunningService, running_service
from tests.support.serving import serving
from tests.world.processes import Program
from tests.world.set_up import World
from tests.world.set_up import world as installed_world
from tests.world.strangers import LISTENERS, STRANGERS
from tests.world.surroundings import Surroundings, page, prepare
from tests.world.watching import Everywhere

BUNDLED = ("python_docs", "documents", "stories")
_MOST_SECONDS = 240
"""For the first test, which starts all of the servers."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here that needs the servers gets the time to start them."""
    for item in items:
        if item.get_closest_marker("world"):
            item.add_marker(pytest.mark.timeout(_MOST_SECONDS))


@pytest.fixture(scope="session")
def world() -> World:
    """The installed servers; without them the test is skipped, and fails where CI promises to have them."""
    found = installed_world()
    if found.missing:
        why = f"servers of {' and '.join(found.missing)} missing in {found.folder}: run python -m tests.world.set_up"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return found


@pytest.fixture(scope="session")
async def everywhere(world: World, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Everywhere, None]:
    """The service, once all servers have been given the time to be ready."""
    folder: Path = tmp_path_factory.mktemp("world")
    prepare(folder)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serving(page()))
        it = Surroundings(world, folder, f"{site.url}/otters")
        listeners: dict[str, Program] = {}
        servers = {stranger.name: stranger.entry(it) for stranger in STRANGERS}
        for listener in LISTENERS:
            port = free_port()
            program = Program(listener.command(it, port), listener.environment(port), folder, port)
            listeners[listener.name] = await stack.enter_async_context(program)
            servers[listener.name] = listener.entry(port)
        await asyncio.gather(*(program.listens() for program in listeners.values()))
        service: RunningService = await stack.enter_async_context(
            running_service(folder, servers=servers, bundled=True)
        )
        await service.ready_servers(*servers, *BUNDLED)
        yield Everywhere(service, it, listeners)

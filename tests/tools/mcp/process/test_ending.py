"""A server's process is ended, also by whoever is cancelled again while it ends."""

import asyncio
from pathlib import Path

import pytest

from agentic_search.tools.config.server_config import StdioLaunch
from agentic_search.tools.mcp.stdio import StdioTransport
from tests.support.mcp_processes import bare_server, is_running, logged


def has_cycle(error: BaseException | None) -> bool:
    """Whether following the errors before it comes back to one of them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error = error.__context__
    return error is not None


@pytest.mark.parametrize("turns", [1, 5, 20])
async def test_whoever_is_cancelled_twice_gets_an_error_that_can_be_followed_to_its_end(
    turns: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    config = bare_server("bare", "--linger", "--log", str(log))
    assert isinstance(config.reach, StdioLaunch)
    transport = StdioTransport(config, config.reach, on_end=lambda why: None, hurry=lambda: True)
    caught: list[BaseException] = []

    async def hold() -> None:
        try:
            async with transport:
                await asyncio.Event().wait()
        except asyncio.CancelledError as error:
            caught.append(error)
            raise

    async with asyncio.TaskGroup() as group:
        holding = group.create_task(hold())
        pid = (await logged(log, "up"))["pid"]
        holding.cancel()
        for _ in range(turns):
            await asyncio.sleep(0)
        holding.cancel()
    assert [has_cycle(error) for error in caught] == [False]
    async with asyncio.timeout(30):
        while is_running(pid):  # noqa: ASYNC110 - no event tells that a process left behind has ended
            await asyncio.sleep(0.05)

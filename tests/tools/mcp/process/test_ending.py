"""A server's process is ended, also by whoever is cancelled again while it ends."""

import asyncio
import gc
import time
import warnings
from contextlib import suppress
from dataclasses import replace
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


@pytest.mark.parametrize("turns", range(12))
@pytest.mark.parametrize("times", [1, 2])
def test_a_start_that_is_cancelled_leaves_neither_a_process_nor_a_pipe(turns: int, times: int, tmp_path: Path) -> None:
    config = bare_server("bare", "--linger")
    assert isinstance(config.reach, StdioLaunch)
    marked = replace(config.reach, env={**config.reach.env, "MARK": str(tmp_path)})

    async def start() -> None:
        transport = StdioTransport(config, marked, on_end=lambda why: None, hurry=lambda: True)
        async with transport:
            await asyncio.Event().wait()

    async def cancelled() -> None:
        starting = asyncio.ensure_future(start())
        for _ in range(turns):
            await asyncio.sleep(0)
        for _ in range(times):
            starting.cancel()
            await asyncio.sleep(0)
        with suppress(asyncio.CancelledError):
            await starting

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(cancelled())
        gc.collect()
    assert [str(warning.message) for warning in caught] == []
    assert not running_with(str(tmp_path))


def running_with(text: str) -> list[str]:
    """The processes in whose environment the text stands, for a while: one that was killed needs a moment to go."""
    found: list[Path] = []
    for _ in range(100):
        found = [each for each in Path("/proc").glob("[0-9]*/environ") if text.encode() in readable(each)]
        if not found:
            break
        time.sleep(0.05)
    return [each.parent.name for each in found]


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

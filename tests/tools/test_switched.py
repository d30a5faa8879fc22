"""A server that leaves the machine runs only while the user lets it: real processes, switched on and off."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import NotFound, ServerUnavailable, WrongState
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.pool import ToolPool
from agentic_search.tools.switched import ServerSwitches
from tests.support.mcp_processes import PATIENCE, bare_server

CONSENT = "Questions are sent elsewhere"


def asked_first(*, consented: bool = False) -> ServerConfig:
    """A server that runs only with leave."""
    return replace(bare_server("far"), consent=CONSENT, consented=consented)


def pool_of(*servers: ServerConfig, file: Path | None = None) -> ToolPool:
    return ToolPool(servers, clock=SystemClock(), switches=ServerSwitches(file) if file else None)


def no_progress(progress: float, total: float | None, text: str) -> None:
    """Nobody looks on."""


async def until(pool: ToolPool, status: str) -> None:
    """Wait for a status of the server."""
    async with asyncio.timeout(PATIENCE):
        while pool.statuses()[0].status != status:
            await pool.changed()


async def test_it_is_off_until_it_is_switched_on_and_ends_when_it_is_switched_off() -> None:
    async with pool_of(asked_first()) as pool:
        await pool.settled(PATIENCE)
        (status,) = pool.statuses()
        assert status.status == "disabled" and status.consent == CONSENT
        assert status.error and CONSENT in status.error and "POST /servers/far/switch" in status.error
        assert not [tool for tool in pool.catalog().tools if tool.server == "far"]
        for _ in range(2):
            assert (await pool.switch("far", on=True)).consent == CONSENT
            await until(pool, "ready")
            tool = next(tool for tool in pool.catalog().tools if tool.server == "far")
            assert (await pool.switch("far", on=False)).status == "disabled"
            assert not [tool for tool in pool.catalog().tools if tool.server == "far"]
            with pytest.raises(ServerUnavailable, match="off until you allow it"):
                await pool.call(tool.name, {}, planned=tool, timeout=5, on_progress=no_progress)


async def test_the_setting_counts_until_the_user_says_something_which_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "data" / "switches.json"
    async with pool_of(asked_first(consented=True), file=file) as pool:
        await until(pool, "ready")
        await pool.switch("far", on=False)
    async with pool_of(asked_first(consented=True), file=file) as pool:
        assert pool.statuses()[0].status == "disabled"
        await pool.switch("far", on=True)
    async with pool_of(asked_first(), file=file) as pool:
        await until(pool, "ready")


@pytest.mark.parametrize("content", [b"", b"[]", b'{"far": "yes"}', b"\xff\xfe", b'{"far": 1}'])
def test_a_file_that_cannot_be_read_allows_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "switches.json"
    file.write_bytes(content)
    assert ServerSwitches(file).said("far") is None


async def test_other_servers_cannot_be_switched() -> None:
    async with pool_of(bare_server(), replace(asked_first(), disabled=True)) as pool:
        with pytest.raises(WrongState, match="servers file"):
            await pool.switch("bare", on=False)
        with pytest.raises(WrongState):
            await pool.switch("far", on=True)
        with pytest.raises(NotFound):
            await pool.switch("nowhere", on=True)


async def test_switching_to_and_fro_ends_as_it_was_said_last() -> None:
    async with pool_of(asked_first()) as pool:
        for on in (True, False, True, False, True):
            await pool.switch("far", on=on)
            await asyncio.sleep(0)
        await until(pool, "ready")
        for on in (False, True, False):
            await pool.switch("far", on=on)
        assert pool.statuses()[0].status == "disabled"

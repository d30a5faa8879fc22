"""Every server that others wrote, over stdio: all of its tools, one real call, and one death."""

import os
import shutil

import pytest

from tests.world.processes import another, children, descendants, kill
from tests.world.strangers import STRANGERS, Stranger
from tests.world.watching import Everywhere

pytestmark = pytest.mark.world
each = pytest.mark.parametrize("stranger", STRANGERS, ids=lambda stranger: stranger.name)


def need(program: str) -> None:
    """Skip without a program of the system, and fail where CI promises to have it."""
    if not program or shutil.which(program):
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed, and CI must run its tests")
    pytest.skip(f"{program} is not installed")


@each
async def test_all_tools_are_offered_or_named_as_unusable(everywhere: Everywhere, stranger: Stranger) -> None:
    usable, unusable = await everywhere.offered(stranger.name)
    assert len(usable) + len(unusable) == stranger.tools, (usable, unusable)
    status = await everywhere.status(stranger.name)
    assert status["tools"] == len(usable)
    assert status["transport"] == "stdio"


@each
async def test_a_call_comes_to_what_is_known(everywhere: Everywhere, stranger: Stranger) -> None:
    need(stranger.needs)
    await everywhere.calls(stranger.name, stranger.call)


@each
async def test_killed_once_it_is_back_with_all_tools_and_answers(everywhere: Everywhere, stranger: Stranger) -> None:
    need(stranger.needs)
    command = stranger.entry(everywhere.surroundings)["command"]
    before = await everywhere.offered(stranger.name)
    [pid] = await children(everywhere.service.process.pid, command)
    left_behind = await descendants(pid)
    kill(pid)
    try:
        await another(everywhere.service.process.pid, command, pid)
    finally:
        for orphan in left_behind:
            kill(orphan)
    await everywhere.until(stranger.name, "ready")
    assert await everywhere.offered(stranger.name) == before
    await everywhere.calls(stranger.name, stranger.call)

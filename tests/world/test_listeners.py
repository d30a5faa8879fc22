"""Servers that others wrote, over streamable HTTP and over SSE: all of their tools, one real call, one restart."""

import pytest

from tests.world.strangers import LISTENERS, Listener
from tests.world.watching import Everywhere

pytestmark = pytest.mark.world
each = pytest.mark.parametrize("listener", LISTENERS, ids=lambda listener: listener.name)


@each
async def test_all_tools_are_offered_or_named_as_unusable(everywhere: Everywhere, listener: Listener) -> None:
    usable, unusable = await everywhere.offered(listener.name)
    assert len(usable) + len(unusable) == listener.tools, (usable, unusable)
    assert (await everywhere.status(listener.name))["transport"] == listener.name.rpartition("_")[2]


@each
async def test_a_call_comes_to_what_is_known(everywhere: Everywhere, listener: Listener) -> None:
    await everywhere.calls(listener.name, listener.call)


@each
async def test_restarted_while_it_was_connected_it_answers(everywhere: Everywhere, listener: Listener) -> None:
    program = everywhere.listeners[listener.name]
    await program.kill()
    await program.start()
    await program.listens()
    await everywhere.until(listener.name, "ready")
    await everywhere.calls(listener.name, listener.call)

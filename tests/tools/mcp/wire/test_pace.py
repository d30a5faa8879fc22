"""A server that sends what nobody asked for is read no faster than is fair."""

import asyncio

from agentic_search.tools.mcp.wire.pace import Pace


async def has_to_wait(pace: Pace, messages: int) -> bool:
    """Whether reading on after so many more messages is put off for longer than the loop needs for others."""
    for _ in range(messages):
        pace.count()
    reading = asyncio.ensure_future(pace.keep())
    for _ in range(5):
        await asyncio.sleep(0)
    waits = not reading.done()
    await reading
    return waits


async def test_a_few_messages_are_read_at_once_and_a_flood_is_held_back() -> None:
    pace = Pace()
    assert not await has_to_wait(pace, 10)
    assert await has_to_wait(pace, 100)
    assert not await has_to_wait(pace, 10)

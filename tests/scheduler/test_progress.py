"""However often a call reports its progress, few reports are emitted, and the last is one of them."""

import asyncio
from contextlib import closing

from agentic_search.events.facts import Fact, TaskProgress
from agentic_search.scheduler.progress import AT_ONCE, INTERVAL, LONGEST_TEXT, CallProgress, ProgressLimits
from tests.scheduler.plans import task


def values(emitted: list[Fact]) -> list[float]:
    return [fact.progress for fact in emitted if isinstance(fact, TaskProgress)]


async def test_of_a_flood_the_first_reports_and_the_last_are_emitted() -> None:
    emitted: list[Fact] = []
    with closing(CallProgress(emitted.append, task("a"))) as progress:
        for number in range(20_000):
            progress(number, None, "step")
        assert values(emitted) == list(range(AT_ONCE))
    assert values(emitted) == [*range(AT_ONCE), 19_999]
    await asyncio.sleep(INTERVAL * 1.2)
    assert len(emitted) == AT_ONCE + 1, "nothing comes after the end of a call"


async def test_a_report_that_is_held_back_is_emitted_when_nothing_follows() -> None:
    emitted: list[Fact] = []
    with closing(CallProgress(emitted.append, task("a"))) as progress:
        for number in range(AT_ONCE + 5):
            progress(number, None, "step")
        await asyncio.sleep(INTERVAL * 3)
        assert values(emitted) == [*range(AT_ONCE), AT_ONCE + 4]
    assert len(emitted) == AT_ONCE + 1


async def test_a_long_text_is_cut() -> None:
    emitted: list[Fact] = []
    with closing(CallProgress(emitted.append, task("a"))) as progress:
        progress(1, 2, "lamp " * 100_000)
    (fact,) = emitted
    assert isinstance(fact, TaskProgress) and len(fact.text) == LONGEST_TEXT and fact.text.startswith("lamp lamp")


async def test_between_two_reports_after_the_first_ones_is_a_pause() -> None:
    emitted: list[Fact] = []
    limits, loop = ProgressLimits(interval=0.05), asyncio.get_running_loop()
    began = loop.time()
    with closing(CallProgress(emitted.append, task("a"), limits)) as progress:
        for number in range(200):
            progress(number, None, "step")
            await asyncio.sleep(0.002)
        pauses = (loop.time() - began) / limits.interval
        assert AT_ONCE < len(emitted) <= AT_ONCE + pauses + 1

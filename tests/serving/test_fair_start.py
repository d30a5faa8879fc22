"""Of requests that come at one moment a few begin at a time, and nobody else waits for them."""

import asyncio

from starlette.types import Message, Receive, Scope, Send

from agentic_search.serving.fair_start import FairStart

CROWD = 500


class Begun:
    """An application that notes what was asked for, and at how many turns of the loop something was."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.paths.append(scope["path"])


async def nothing() -> Message:
    """Nothing is received."""
    return {"type": "http.disconnect"}


async def nowhere(message: Message) -> None:
    """Nothing is sent."""


async def ask(app: FairStart, path: str, kind: str = "http") -> None:
    """One request."""
    await app({"type": kind, "path": path}, nothing, nowhere)


async def test_of_a_crowd_few_begin_at_a_turn_and_all_in_order() -> None:
    begun = Begun()
    app = FairStart(begun)
    async with asyncio.TaskGroup() as group:
        for index in range(CROWD):
            group.create_task(ask(app, f"/{index}"))
        most = before = 0
        while len(begun.paths) < CROWD:
            await asyncio.sleep(0)
            most, before = max(most, len(begun.paths) - before), len(begun.paths)
    assert most <= 10
    assert begun.paths == [f"/{index}" for index in range(CROWD)]


async def test_health_and_what_is_no_request_pass_the_crowd() -> None:
    begun = Begun()
    app = FairStart(begun)
    async with asyncio.TaskGroup() as group:
        for _ in range(CROWD):
            group.create_task(ask(app, "/runs"))
        await asyncio.sleep(0)
        await ask(app, "/health")
        await ask(app, "/any", kind="lifespan")
        assert "/health" in begun.paths[:10] and "/any" in begun.paths[:10]


async def test_whoever_leaves_while_it_waits_holds_up_nobody() -> None:
    begun = Begun()
    app = FairStart(begun)
    leaving = [asyncio.ensure_future(ask(app, "/gone")) for _ in range(CROWD)]
    await asyncio.sleep(0)
    for each in leaving:
        each.cancel()
    staying = asyncio.ensure_future(ask(app, "/stays"))
    await asyncio.gather(*leaving, return_exceptions=True)
    await staying
    assert begun.paths[-1] == "/stays" and len(begun.paths) < 20
    await ask(app, "/later")
    assert begun.paths[-1] == "/later"

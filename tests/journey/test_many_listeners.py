"""Hundreds follow runs at two web processes, and reconnect at random: each sees every event once, in order."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress

import httpx
import pytest

from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import messages

TASKS = [
    {"id": f"t{n}", "tool": "sleep_for", "arguments": {"seconds": 0.3}, "depends_on": [f"t{n - 1}"] if n else []}
    for n in range(6)
]


@pytest.fixture
async def webs(
    tmp_path_factory: pytest.TempPathFactory, postgres: RunningPostgres
) -> AsyncGenerator[list[RunningService]]:
    """Two web processes, with a worker behind them."""
    folder, url = tmp_path_factory.mktemp("cluster"), postgres.new_database()
    async with AsyncExitStack() as stack:
        started = [
            await stack.enter_async_context(
                running_service(
                    folder,
                    servers={"slow": stdio_entry()},
                    settings={"DATABASE_URL": url, "ROLE": role, "MAX_CONCURRENT_RUNS": "60"},
                )
            )
            for role in ("web", "web", "worker")
        ]
        yield started[:2]


async def listen(clients: list[httpx.AsyncClient], run_id: str, seed: int) -> list[str]:
    """Follow the run to its end, now at the one process, now at the other; what was seen."""
    chance = random.Random(seed)
    seen: list[str] = []
    while not (seen and seen[-1].endswith(("run.completed", "run.failed", "run.cancelled"))):
        client, most = chance.choice(clients), chance.choice([3, 8, 1000])
        headers = {"Last-Event-ID": str(len(seen))} if seen else {}
        with suppress(httpx.RemoteProtocolError):  # cut off: whoever follows asks again
            async with client.stream("GET", f"/runs/{run_id}/events", headers=headers) as response:
                if response.status_code != 200:
                    await asyncio.sleep(0.1)
                    continue
                async for message in messages(response):
                    seen.append(f"{message.id} {message.event}")
                    most -= 1
                    if not most:
                        break
    return seen


@pytest.mark.parametrize(("runs", "listeners"), [(1, 500), (50, 10)])
async def test_each_listener_sees_every_event_once(webs: list[RunningService], runs: int, listeners: int) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=web.url, timeout=200, limits=limits))
            for web in webs
        ]
        run_ids = [await webs[0].begin(f"Run {n}", plan={"tasks": TASKS}, model="offline") for n in range(runs)]
        following = [
            asyncio.ensure_future(listen(clients, run_id, seed)) for run_id in run_ids for seed in range(listeners)
        ]
        seen = await asyncio.gather(*following)
    whole = {run_id: [f"{each.id} {each.event}" for each in await webs[1].events(run_id)] for run_id in run_ids}
    expected = [whole[run_id] for run_id in run_ids for _ in range(listeners)]
    assert all(told[-1].endswith("run.completed") for told in whole.values())
    assert all([int(line.split()[0]) for line in told] == [*range(1, len(told) + 1)] for told in whole.values())
    assert seen == expected

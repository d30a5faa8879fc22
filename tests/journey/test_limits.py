"""What the operator allows a server in `mcp.json` is kept by all runs together, as the server itself saw it."""

import asyncio
from pathlib import Path

from tests.support.mcp_processes import events
from tests.support.service import RunningService, running_service, stdio_entry


async def sleep_in_two_runs(service: RunningService, *, tasks: int, seconds: float) -> None:
    """Two searches at once, each with so many calls that sleep."""
    async with asyncio.TaskGroup() as group:
        for run in range(2):
            naps = [
                {"tool": "sleep_for", "arguments": {"seconds": seconds, "label": f"{run} {n}"}} for n in range(tasks)
            ]
            group.create_task(service.ask("sleep", plan={"tasks": naps}))


async def test_no_more_calls_are_under_way_than_the_server_takes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = {"slow": {**stdio_entry("--log", str(log)), "maxConcurrency": 2}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        await sleep_in_two_runs(service, tasks=3, seconds=0.2)
    under_way = most = 0
    for event in events(log):
        under_way += {"started": 1, "finished": -1}.get(event["event"], 0)
        most = max(most, under_way)
    assert (most, under_way) == (2, 0)


async def test_the_rate_of_a_server_holds_over_runs_at_once(tmp_path: Path) -> None:
    servers = {"slow": {**stdio_entry(), "rateLimit": "3/s"}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        began = asyncio.get_running_loop().time()
        await sleep_in_two_runs(service, tasks=4, seconds=0)
        # Eight calls at three a second: three at once, three after a second, two after another.
        assert asyncio.get_running_loop().time() - began >= 2

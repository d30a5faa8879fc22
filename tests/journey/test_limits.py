"""What the operator allows a server in `mcp.json` is kept by all runs together, as the server itself saw it."""

import asyncio
from pathlib import Path

from tests.support.mcp_processes import events
from tests.support.service import RunningService, running_service, stdio_entry


def nap(label: str, seconds: float) -> dict[str, object]:
    """A task that sleeps."""
    return {"tool": "sleep_for", "arguments": {"seconds": seconds, "label": label}}


def most_under_way(log: Path) -> int:
    """How many calls the server had at once; it has none in the end."""
    under_way = most = 0
    for event in events(log):
        under_way += {"started": 1, "finished": -1}.get(event["event"], 0)
        most = max(most, under_way)
    assert under_way == 0
    return most


async def sleep_in_two_runs(service: RunningService, *, tasks: int, seconds: float) -> None:
    """Two searches at once, each with so many calls that sleep."""
    async with asyncio.TaskGroup() as group:
        for run in range(2):
            naps = [nap(f"{run} {n}", seconds) for n in range(tasks)]
            group.create_task(service.ask("sleep", plan={"tasks": naps}))


async def test_no_more_calls_are_under_way_than_the_server_takes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = {"slow": {**stdio_entry("--log", str(log)), "maxConcurrency": 2}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        await sleep_in_two_runs(service, tasks=3, seconds=0.5)
    assert most_under_way(log) == 2


async def test_no_more_calls_of_a_tool_are_under_way_than_that_tool_takes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = {"slow": {**stdio_entry("--log", str(log)), "limits": {"sleep_*": {"maxConcurrency": 1}}}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        await sleep_in_two_runs(service, tasks=2, seconds=0.1)
    assert most_under_way(log) == 1


async def test_calls_of_a_batch_come_after_those_of_runs_that_somebody_waits_for(tmp_path: Path) -> None:
    log = tmp_path / "log"
    servers = {"slow": {**stdio_entry("--log", str(log)), "maxConcurrency": 1}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        held = await service.begin("hold the only place", plan={"tasks": [{"tool": "hang"}]})
        await service.events(held, until="task.started")
        batch = await service.begin("batch", batch=True, plan={"tasks": [nap(f"batch {n}", 0.1) for n in range(4)]})
        await service.events(batch, until="plan.ready")
        asked = await service.begin("asked", plan={"tasks": [nap("asked", 0.1)]})
        await service.events(asked, until="plan.ready")
        await service.client.post(f"/runs/{held}/cancel")
        for run in (batch, asked):
            assert (await service.events(run))[-1].event == "run.completed"
    order = [event["label"] for event in events(log) if event["event"] == "started"]
    assert order.index("asked") < order.index("batch 1")


async def test_the_rate_of_a_server_holds_over_runs_at_once(tmp_path: Path) -> None:
    servers = {"slow": {**stdio_entry(), "rateLimit": "3/s"}}
    async with running_service(tmp_path, servers=servers) as service:
        await service.ready_servers("slow")
        began = asyncio.get_running_loop().time()
        await sleep_in_two_runs(service, tasks=4, seconds=0)
        # Eight calls at three a second: three at once, three after a second, two after another.
        assert asyncio.get_running_loop().time() - began >= 2

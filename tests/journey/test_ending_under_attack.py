"""SIGTERM while somebody does their worst: who follows a run is told its end, who waits for one too, and all ends."""

import asyncio
import signal
from pathlib import Path

import pytest

from benchmarks.doubles.processes import program
from benchmarks.hostile.attacks import hostile_servers, plan_of
from benchmarks.hostile.under_attack import ATTACKS
from tests.support.service import running_service

TWO_AT_ONCE = {"MAX_CONCURRENT_RUNS": "2", "DATABASE_URL": "memory:"}
"""One that is followed, one of the attack: others wait in the queue. What is in memory only cannot go on later."""
CLIENTS = 20
PATIENCE = 15

# The service has seconds to end in, which tests that run beside it would use up: it runs alone, as the benchmarks do.
pytestmark = pytest.mark.benchmark


@pytest.mark.parametrize(
    "attack",
    [
        "listeners",
        "never read",
        "connections a second",
        "endless progress",
        "deaf, endless progress",
        "endless comments",
        "stdout flood",
        "half-sent requests",
        "endless heads",
    ],
)
async def test_every_run_and_everybody_who_waits_is_told_and_the_process_ends(attack: str, tmp_path: Path) -> None:
    does, _ = ATTACKS[attack]
    async with program("hostile_mcp", "--http") as http:
        servers = hostile_servers(http)
        servers["well"] = servers["stdio"]
        async with running_service(tmp_path, servers=servers, settings=TWO_AT_ONCE) as service:
            await service.ready_servers("stdio", "http", "well")
            steps = plan_of("well.steps", seconds=3_600)
            runs = [await service.begin(**steps)]
            await service.events(runs[0], until="task.progress")
            attacking = asyncio.ensure_future(does(service, CLIENTS))
            await asyncio.sleep(1)
            runs += [await service.begin(**steps) for _ in range(2)]
            following = [asyncio.ensure_future(service.events(run_id)) for run_id in runs]
            waiting = asyncio.ensure_future(service.client.post("/search", json=steps))
            await asyncio.sleep(0.5)
            service.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE):
                assert await service.process.wait() == -signal.SIGTERM, service.log  # by itself, not by force
                told = [(await each)[-1].event for each in following]
                answered = await waiting
            attacking.cancel()
            await asyncio.gather(attacking, return_exceptions=True)  # it is of no interest how the attack ended
            assert told == ["run.cancelled"] * len(runs)
            assert answered.status_code == 503 and answered.json()["run_id"], answered.text
            assert "Traceback" not in "\n".join(service.log)

"""How long `/health` takes while the service is attacked, what memory it keeps afterwards, and how long its end takes.

Each attack has a fresh service. Targets: p99 under 100 ms throughout; within some seconds after the attack memory
(VmRSS of the service itself) within 20 % of the start; SIGTERM in the middle of the attack ends it within 5 s.
"""

import argparse
import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.doubles import processes
from benchmarks.hostile import attacks
from benchmarks.hostile.attacks import Attack, going_on, plan_of, searching
from benchmarks.hostile.prober import probing
from benchmarks.report import percentile, print_report
from tests.support.service import RunningService, running_service

MOST_MILLISECONDS = 100
MOST_GROWTH = 1.2
MOST_SECONDS = 5
KEEPING_ONE_RUN = {"MAX_KEPT_RUNS": "1"}
"""Else what is measured as left behind are runs that are kept on purpose."""
SETTLING = 20
"""Seconds in which memory may come back."""
ATTACKS: Mapping[str, tuple[Attack, int]] = {
    "idle": (lambda _service, _clients: asyncio.sleep(0), 0),
    "listeners": (attacks.listeners, 1_000),
    "never read": (attacks.never_read, 100),
    "connections a second": (attacks.many_connections, 200),
    "200 MB, stdio": (searching("stdio.big", megabytes=200), 1),
    "200 MB, HTTP": (searching("http.big", megabytes=200), 1),
    "31 MB, stdio": (searching("stdio.big", megabytes=31), 1),
    "31 MB, HTTP": (searching("http.big", megabytes=31), 1),
    "31 MB of records, stdio": (searching("stdio.records", megabytes=31), 1),
    "31 MB of records, HTTP": (searching("http.records", megabytes=31), 1),
    "endless progress": (searching("stdio.progress", seconds=3_600), 1),
    "deaf, endless progress": (searching("stdio.deaf"), 1),
    "endless comments": (searching("http.comments"), 1),
    "stdout flood": (searching("stdio.flood", seconds=3_600), 1),
    "alias bomb": (attacks.alias_bomb, 1),
    "schema bomb": (searching("stdio.matched", text="a" * 30 + "!"), 1),
    "half-sent requests": (attacks.half_sent, 500),
    "endless heads": (attacks.endless_heads, 10),
}
"""Each attack and its clients."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    seconds: float
    share: float
    """Of an attack's clients."""


async def measure(name: str, size: Size, http: str) -> dict[str, object]:
    """One line of the table."""
    attack, most = ATTACKS[name]
    clients = max(1, round(most * size.share))
    with tempfile.TemporaryDirectory() as folder:
        attacks.write_alias_bomb(Path(folder) / "workflows")
        servers = attacks.hostile_servers(http)
        async with running_service(Path(folder), servers=servers, settings=KEEPING_ONE_RUN) as service:
            await service.ready_servers("stdio", "http")
            await warm_up(service)
            before = processes.megabytes_now(service.process.pid)
            async with probing(service.url) as took, going_on(attack, service, clients):
                await asyncio.sleep(size.seconds)
            most_memory = processes.most_megabytes(service.process.pid)
            await stop_runs(service)
            settled = await settle(service, before)
            ended = await end(service, attack, clients)
    return {
        "attack": name,
        "clients": clients,
        "p50 ms": round(percentile(took, 0.5), 1),
        "p99 ms": round(percentile(took, 0.99), 1),
        "max ms": round(max(took)),
        "MB before": round(before),
        "most": round(most_memory),
        "after": round(settled),
        "SIGTERM s": round(ended, 1),
        "missed": missed(percentile(took, 0.99), settled / before, ended),
    }


async def warm_up(service: RunningService) -> None:
    """What a service has done that was asked a little: a few searches, and one of a megabyte."""
    for _ in range(20):
        await service.ask(**plan_of("stdio.no_op"))
    await service.ask(**plan_of("stdio.big", megabytes=1))
    await service.ask(**plan_of("http.big", megabytes=1))


async def stop_runs(service: RunningService) -> None:
    """Stop what the attack has started, and have its last run forgotten for one that does nothing."""
    for run in (await service.client.get("/runs")).json()["runs"]:
        await service.client.post(f"/runs/{run['id']}/cancel")
        await service.events(run["id"])
    await service.ask(**plan_of("http.no_op"))


async def settle(service: RunningService, before: float) -> float:
    """The megabytes that it holds as soon as they are few enough, at the latest after `SETTLING` seconds."""
    for _ in range(2 * SETTLING):
        if processes.megabytes_now(service.process.pid) <= before * MOST_GROWTH:
            break
        await asyncio.sleep(0.5)
    return processes.megabytes_now(service.process.pid)


async def end(service: RunningService, attack: Attack, clients: int) -> float:
    """Attack again, and send SIGTERM in the middle; the seconds until the process has ended."""
    attacking = asyncio.create_task(attack(service, clients))
    await asyncio.sleep(2)
    began = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    await service.process.wait()
    attacking.cancel()
    await asyncio.gather(attacking, return_exceptions=True)  # what becomes of requests at the end is not measured
    return time.monotonic() - began


def missed(p99: float, growth: float, ended: float) -> str:
    """The targets that were not met."""
    targets = {
        f"p99 {MOST_MILLISECONDS} ms": p99 < MOST_MILLISECONDS,
        f"memory x {MOST_GROWTH}": growth <= MOST_GROWTH,
        f"end {MOST_SECONDS} s": ended < MOST_SECONDS,
    }
    return ", ".join(target for target, is_met in targets.items() if not is_met)


async def measure_all(names: list[str], size: Size) -> list[dict[str, object]]:
    """Every attack, one after another."""
    processes.compile_package()
    async with processes.program("hostile_mcp", "--http") as http:
        rows: list[dict[str, object]] = []
        for name in names:
            rows.append(await measure(name, size, http))
            print(f"{rows[-1]}", flush=True)
        return rows


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attacks", nargs="+", choices=list(ATTACKS), default=list(ATTACKS), metavar="NAME")
    parser.add_argument("--seconds", type=float, default=60, help="how long each attack goes on")
    parser.add_argument("--share", type=float, default=1, help="of each attack's clients")
    given = parser.parse_args()
    print(f"on {os.cpu_count()} cores\n")
    print_report("under_attack", asyncio.run(measure_all(given.attacks, Size(given.seconds, given.share))))


if __name__ == "__main__":
    main()

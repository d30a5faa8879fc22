"""Thousands of plans, right, nearly right and wild: each is refused in words, or runs to one end that is told truly."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.fuzz import plans
from tests.fuzz.conftest import count, fuzzed_entry
from tests.fuzz.streams import check_report, check_run, events_of, strict_json
from tests.support.service import RunningService, running_service

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(1_200)]

_PLANS = 10_000
_AT_ONCE = 8
_LONGEST = 30
"""Seconds for one plan: none has a deadline above 5 s that could be reached."""
_MOST_FAULTS = 20
_REFUSALS = {400, 404, 413, 422, 503}


class Wrong(Exception):
    """What a plan's answer has wrong, and the plan."""


async def test_every_plan_is_refused_in_words_or_runs_to_one_end(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    bodies = iter([plans.request(chance) for _ in range(count("FUZZ_PLANS", _PLANS))])
    seen: Counter[str] = Counter()
    faults: list[str] = []
    settings = {"DEADLINE": "5", "MAX_KEPT_RUNS": "100", "APPROVAL": "writes"}
    async with running_service(tmp_path, servers={"fuzzed": fuzzed_entry()}, settings=settings) as service:
        await service.ready_servers("fuzzed")

        async def take() -> None:
            for body in bodies:
                try:
                    seen[await _tried(service, body)] += 1
                except Wrong as fault:
                    faults.append(str(fault))
                if len(faults) >= _MOST_FAULTS:
                    return

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(take())
        assert not faults, "\n\n".join(faults) + "\n".join(service.log[-200:])
        assert not [line for line in service.log if "broke down" in line or "Traceback" in line]
        assert (await service.client.get("/health")).status_code == 200
    print(dict(seen))
    assert seen["run.completed"] > sum(seen.values()) / 10 and seen["422"] > sum(seen.values()) / 10


async def _tried(service: RunningService, body: str) -> str:
    """How the service answers: the status of a refusal, or the type of the run's last event."""
    headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
    content = body.encode(errors="surrogatepass")
    try:
        async with (
            asyncio.timeout(_LONGEST),
            service.client.stream("POST", "/search", content=content, headers=headers) as response,
        ):
            if response.status_code != 200:
                problem = strict_json(await response.aread())
                assert response.status_code in _REFUSALS, problem
                assert problem["status"] == response.status_code and problem["detail"]
                return str(response.status_code)
            events = await events_of(response)
        run_id = check_run(events)
        report = await service.client.get(f"/runs/{run_id}")
        check_report(strict_json(report.content), events)
    except (AssertionError, ValueError, TimeoutError, httpx.HTTPError) as wrong:
        raise Wrong(f"{wrong!r}: {body[:3_000]!r}") from wrong
    return events[-1].type

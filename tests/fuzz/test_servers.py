"""MCP servers whose right answers are changed by chance, to calls alone or from the first word: every run ends."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.conftest import count, fuzzed_entry
from tests.fuzz.streams import check_report, check_run, events_of, strict_json
from tests.support.service import RunningService, running_service

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(900)]

_RUNS = 400
_AT_ONCE = 6
_LONGEST = 30
_TOOLS = ("echo", "count", "say", "tree", "wörter")
_ARGUMENTS = {"count": {"to": 3}, "say": {"text": "The lamp is red."}}


@pytest.mark.parametrize(
    "options", [("--mutate", "0.1"), ("--mutate", "0.6"), ("--mutate", "0.1", "--everything")], ids=" ".join
)
async def test_every_run_ends_whatever_its_server_answers(options: tuple[str, ...], tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    bodies = iter([_body(chance) for _ in range(count("FUZZ_SERVER_RUNS", _RUNS))])
    servers = {
        "changed": fuzzed_entry(*options, "--seed", str(seed), timeout=1),
        "sound": fuzzed_entry(),
    }
    seen: Counter[str] = Counter()
    async with running_service(tmp_path, servers=servers, settings={"DEADLINE": "4"}) as service:
        await service.ready_servers("sound")

        async def take() -> None:
            for body in bodies:
                seen[await _tried(service, body)] += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(take())
        for path in ("/health", "/ready", "/servers", "/tools"):
            answered = await service.client.get(path)
            assert answered.status_code == 200 and strict_json(answered.content)
        assert not [line for line in service.log if "broke down" in line or "Traceback" in line]
    assert seen["run.completed"] > 0 and seen.keys() <= {"run.completed", "run.failed", "422", "503"}, seen


def _body(chance: Random) -> dict[str, object]:
    """A question, or a plan of calls of both servers."""
    if chance.random() < 0.3:
        return {"query": f"What does tool number {chance.randrange(100)} say of lamps?"}
    tasks = [_task(f"t{number}", chance) for number in range(1, chance.randint(2, 6))]
    return {"query": "What is there?", "plan": {"tasks": tasks}}


def _task(name: str, chance: Random) -> dict[str, object]:
    tool = chance.choice(_TOOLS)
    server = "changed" if chance.random() < 0.7 else "sound"
    arguments = _ARGUMENTS.get(tool, {}) | ({"value": chance.random()} if tool == "echo" else {})
    return {"id": name, "tool": f"{server}.{tool}", "arguments": arguments}


async def _tried(service: RunningService, body: dict[str, object]) -> str:
    """The status of a refusal, or the type of the run's last event."""
    headers = {"Accept": "text/event-stream"}
    async with (
        asyncio.timeout(_LONGEST),
        service.client.stream("POST", "/search", json=body, headers=headers) as response,
    ):
        if response.status_code != 200:
            return str(strict_json(await response.aread())["status"])
        events = await events_of(response)
    report = await service.client.get(f"/runs/{check_run(events)}")
    check_report(strict_json(report.content), events)
    return events[-1].type

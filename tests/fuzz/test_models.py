"""A model whose streams are changed by chance: every search ends, and with an answer, as it does without a model."""

import asyncio
import json
from pathlib import Path
from random import Random

import pytest

from agentic_search.domain.data import JsonObject
from tests.fuzz.conftest import count, fuzzed_entry
from tests.fuzz.mutation import mutated_line, mutated_value
from tests.fuzz.streams import check_report, check_run, events_of, strict_json
from tests.support.ollama_double import (
    Call,
    Drop,
    Fail,
    Hang,
    Length,
    Model,
    NoDone,
    OllamaDouble,
    Raw,
    Say,
    Silent,
    Step,
    Think,
)  # fmt: skip
from tests.support.service import RunningService, running_service

pytestmark = [pytest.mark.fuzz, pytest.mark.timeout(900)]

_SEARCHES = 500
_AT_ONCE = 8
_LONGEST = 30
_PLAN = {"tasks": [{"tool": "say", "with": {"text": "The lamp is red."}}, {"tool": "echo", "with": {"value": "lamp"}}]}
_ANSWER = "The lamp is red [1], and **nothing else** [2].\n\n- one [1]\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 [1] |\n"
_FRAME = {"model": "qwen3:8b", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": "x"}}


async def test_every_search_is_answered_whatever_its_model_streams(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)

    def script(body: JsonObject) -> list[Step]:
        return _steps(_PLAN if body.get("format") else _ANSWER, chance)

    turns = iter(range(count("FUZZ_SEARCHES", _SEARCHES)))
    settings = {"MODEL_SLOTS": str(_AT_ONCE), "DEADLINE": "6"}
    async with (
        OllamaDouble([Model("qwen3:8b", script=script)]) as ollama,
        running_service(tmp_path, servers={"fuzzed": fuzzed_entry()}, ollama=ollama.url, settings=settings) as service,
    ):
        await service.ready_servers("fuzzed")
        assert (await service.ask(_question(0), model="offline"))["answer"]

        async def take() -> None:
            for turn in turns:
                await _search(service, _question(turn))

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(take())
        assert not [line for line in service.log if "broke down" in line or "Traceback" in line]


def _question(turn: int) -> str:
    return f"What does the tool say of lamp number {turn}?"


async def _search(service: RunningService, question: str) -> None:
    async with (
        asyncio.timeout(_LONGEST),
        service.client.stream(
            "POST", "/search", json={"query": question, "rounds": 2}, headers={"Accept": "text/event-stream"}
        ) as response,
    ):
        events = await events_of(response)
    report = strict_json((await service.client.get(f"/runs/{check_run(events)}")).content)
    check_report(report, events)
    assert report["status"] in {"completed", "partial"} and report["answer"].strip(), report


def _steps(right: object, chance: Random) -> list[Step]:
    """What a model streams for a right text, or nearly that."""
    value = mutated_value(right, chance) if chance.random() < 0.3 else right
    text = value.encode(errors="replace").decode() if isinstance(value, str) else json.dumps(value)
    if chance.random() < 0.3:
        text = mutated_line(text.encode(), chance).decode(errors="replace")
    size = chance.choice((1, 3, 7, 1_000))
    steps: list[Step] = [Say(text[start : start + size]) for start in range(0, len(text), size)]
    for _ in range(chance.choice((0, 0, 1, 2))):
        place = chance.randrange(len(steps) + 1)
        steps[place:place] = [_odd(chance)]
    if chance.random() < 0.1:
        steps = [step for step in steps for _ in range(chance.choice((0, 1, 1, 30)))]
    return steps


def _odd(chance: Random) -> Step:
    match chance.randrange(10):
        case 0:
            return Hang()
        case 1:
            return Drop()
        case 2:
            return NoDone()
        case 3:
            return Length()
        case 4:
            return Fail("the model broke", status=chance.choice((400, 404, 429, 500, 503)))
        case 5:
            return Think("Let me think. " * chance.choice((1, 500)))
        case 6:
            return Call(chance.choice(("echo", "nothing", "")), {"value": "lamp"})
        case 7:
            return Silent()
        case _:
            line = mutated_line(json.dumps(_FRAME).encode(), chance)
            return Raw(line.decode("latin-1"))

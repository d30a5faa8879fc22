"""A thousand texts, or a fifth, that no model should write, to a real service as plans and answers: it answers each."""

import asyncio
import random
import re
from collections.abc import Iterator
from itertools import chain, cycle, islice
from pathlib import Path

import pytest

from agentic_search.domain.data import JsonObject
from tests.planning.draft.test_hostile import KINDS
from tests.support.effort import cases
from tests.support.ollama_double import Model, OllamaDouble, Say
from tests.support.service import RunningService, running_service, stdio_entry
from tests.synthesis.writing.hostile import HOSTILE_KINDS, SECRET, hostile_texts

SEARCHES = cases(500)
AT_ONCE = 8
RENAMED = {"search": "search_rows", "read": "rows", "measure": "echo", "now": "no_op"}
"""The tools of those plans, as tools of the server at hand."""
NEVER = re.compile(rf"<\|im_end\|>|</?think>|</?sources?\b|\[[nN]\]|{SECRET}")


def hostile_plans() -> Iterator[str]:
    for seed in range(SEARCHES):
        text = KINDS[seed % len(KINDS)](random.Random(seed))
        yield re.sub(r'"(search|read|measure|now)"', lambda found: f'"{RENAMED[found[1]]}"', text)


def hostile_answers() -> Iterator[str]:
    return islice(cycle(chain.from_iterable(hostile_texts(kind) for kind in HOSTILE_KINDS)), SEARCHES)


async def ask(service: RunningService) -> None:
    run = await service.ask("What do the rows say?", deadline=60)
    assert run["status"] in {"completed", "partial"} and run["answer"].strip()
    outside_code = re.sub(r"(?s)```.*?(```|$)|~~~.*?(~~~|$)|`[^`]*`", "", run["answer"])
    assert NEVER.findall(outside_code) == [], run["answer"]
    assert {int(mark) for mark in re.findall(r"\[([1-9]\d*)\]", outside_code)} <= {
        source["id"] for source in run["sources"]
    }


@pytest.mark.timeout(600)
async def test_whatever_a_model_writes_every_search_is_answered(tmp_path: Path) -> None:
    plans, answers = cycle(hostile_plans()), cycle(hostile_answers())
    written = {"plans": 0, "answers": 0}

    def script(body: JsonObject) -> list[Say]:
        kind = "plans" if body.get("format") else "answers"
        written[kind] += 1
        text = next(plans if kind == "plans" else answers)
        size = max(40, len(text) // 200)
        return [Say(text[start : start + size]) for start in range(0, len(text), size)]

    async with (
        OllamaDouble([Model("qwen3:8b", script=script)]) as ollama,
        running_service(
            tmp_path,
            servers={"slow": stdio_entry()},
            ollama=ollama.url,
            settings={"MODEL_SLOTS": str(AT_ONCE), "CACHE_MAX_AGE": "600"},
        ) as service,
    ):
        await service.ready_servers("slow")
        turns = iter(range(SEARCHES))

        async def take_turns() -> None:
            for _ in turns:
                await ask(service)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(take_turns())
    assert written["plans"] >= SEARCHES and written["answers"] > SEARCHES // 2

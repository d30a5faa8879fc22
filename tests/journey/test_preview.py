"""Quotations while a model works: what is called for them, what the plan shares, and when nothing is called at all."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.ollama_double import Hang, Model, OllamaDouble, Say, Step, written
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import Message

QUESTION = "Which bird sleeps standing on one leg?"
FLAMINGO = "The flamingo is the bird that sleeps standing on one leg."
SLOWLY = 1.5
"""Seconds that the model lets pass before it writes its plan: far more than a preview takes."""


def planning(*tasks: dict[str, Any], wait: float = SLOWLY) -> Sequence[Step]:
    """A plan that the model takes its time to write."""
    return [Say(json.dumps({"tasks": list(tasks)}), delay=wait)]


def search(tool: str = "search_birds", query: str = "Which bird sleeps standing on one leg") -> dict[str, Any]:
    return {"tool": tool, "arguments": {"query": query}}


@asynccontextmanager
async def birds(
    folder: Path, *options: str, settings: dict[str, str] | None = None, plan: Sequence[Step] = (), **entry: object
) -> AsyncGenerator[tuple[RunningService, OllamaDouble], None]:
    """A service with a server about birds, whose calls are written to `calls.jsonl`."""
    server = {**stdio_entry("--log", str(folder / "calls.jsonl"), *options, program="birds_server"), **entry}
    async with (
        OllamaDouble([Model("qwen3:8b")]) as ollama,
        running_service(folder, servers={"birds": server}, ollama=ollama.url, settings=settings) as service,
    ):
        await service.ready_servers("birds")
        if plan:
            ollama.enqueue(*plan)
            ollama.enqueue(*written("The flamingo sleeps standing on one leg [1]."))
        yield service, ollama


def calls(folder: Path) -> list[dict[str, Any]]:
    """What arrived at the server."""
    log = folder / "calls.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


async def arrives(folder: Path, name: str) -> None:
    """Wait until the server has written something of this name."""
    async with asyncio.timeout(20):
        while True:
            if any(name in call for call in calls(folder)):
                return
            await asyncio.sleep(0.02)


def kinds(events: Sequence[Message]) -> list[str]:
    return [event.event for event in events]


async def searched(service: RunningService, **more: object) -> tuple[list[Message], dict[str, Any]]:
    run_id = await service.begin(QUESTION, **more)
    events = await service.events(run_id)
    return events, await service.report(run_id)


async def test_quotations_come_before_the_plan_and_the_plan_shares_their_call(tmp_path: Path) -> None:
    async with birds(tmp_path, plan=planning(search())) as (service, _):
        events, run = await searched(service)
    order = kinds(events)
    assert order.index("answer.preview") < order.index("plan.task") < order.index("answer.started")
    preview = events[order.index("answer.preview")].data["data"]
    assert "flamingo" in preview["html"] and "<script" not in preview["html"]
    assert preview["sources"][0]["title"] == "Flamingo"
    assert len(calls(tmp_path)) == 1, "the plan made the preview's call again"
    assert [task["cached"] for task in run["tasks"]] == [True]
    assert run["status"] == "completed" and run["planner"] == "model"


async def test_a_call_is_equal_also_where_one_of_them_names_a_default(tmp_path: Path) -> None:
    task = search()
    task["arguments"]["size"] = 5
    async with birds(tmp_path, plan=planning(task)) as (service, _):
        _, run = await searched(service)
    assert len(calls(tmp_path)) == 1 and run["tasks"][0]["cached"]


async def test_a_plan_joins_a_call_of_the_preview_that_is_under_way(tmp_path: Path) -> None:
    async with birds(tmp_path, "--seconds", "2.5", plan=planning(search(), wait=0.7)) as (service, _):
        _, run = await searched(service)
    assert len(calls(tmp_path)) == 1 and run["tasks"][0]["cached"]
    assert run["timings"]["execute"] < 2.4


async def test_calls_that_the_plan_does_not_make_are_no_tasks_and_hold_nothing_up(tmp_path: Path) -> None:
    plan = planning(search("count_birds", "flamingo"), wait=0.7)
    async with birds(tmp_path, "--seconds", "30", "--quick", "count_birds", plan=plan) as (service, _):
        events, run = await searched(service)
    assert "search_birds" in {call["tool"] for call in calls(tmp_path)}
    assert [task["tool"] for task in run["tasks"]] == ["count_birds"]
    assert {event.data["data"]["tool"] for event in events if event.event == "task.started"} == {"count_birds"}
    assert run["timings"]["total"] < 20


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({"PREVIEW": "false"}, {}),
        ({}, {"preview": False}),
        ({"START_EARLY": "false"}, {}),
        ({"PARALLEL": "false"}, {}),
        ({}, {"tools": ["count_*"]}),
    ],
    ids=["setting", "request", "start_early", "parallel", "tools"],
)
async def test_where_none_is_wanted_nothing_is_called_before_the_plan(
    tmp_path: Path, settings: dict[str, str], more: dict[str, Any]
) -> None:
    plan = planning(search("count_birds", "flamingo"), wait=0.3)
    async with birds(tmp_path, settings=settings, plan=plan) as (service, _):
        events, _ = await searched(service, **more)
    assert "answer.preview" not in kinds(events)
    assert {call["tool"] for call in calls(tmp_path)} <= {"count_birds"}


async def test_a_request_can_ask_for_what_the_setting_leaves_out(tmp_path: Path) -> None:
    async with birds(tmp_path, settings={"PREVIEW": "false"}, plan=planning(search())) as (service, _):
        events, _ = await searched(service, preview=True)
    assert "answer.preview" in kinds(events)


@pytest.mark.parametrize("kind", ["open", "writes", "unsaid"])
async def test_tools_that_leave_the_machine_or_do_not_only_read_are_not_called_for_it(
    tmp_path: Path, kind: str
) -> None:
    plan = planning(search("count_birds", "flamingo"), wait=0.5)
    async with birds(tmp_path, "--kind", kind, plan=plan) as (service, _):
        events, _ = await searched(service)
    assert "answer.preview" not in kinds(events)
    assert "search_birds" not in {call["tool"] for call in calls(tmp_path)}


async def test_tools_that_wait_for_approval_are_not_called_for_it(tmp_path: Path) -> None:
    plan = planning(search(), wait=0.5)
    async with birds(tmp_path, settings={"APPROVAL": "always"}, plan=plan) as (service, _):
        run_id = await service.begin(QUESTION)
        events = await service.events(run_id, until="approval.needed")
        await service.client.post(f"/runs/{run_id}/cancel")
    assert "answer.preview" not in kinds(events) and calls(tmp_path) == []


async def test_tools_that_fail_are_not_told_of(tmp_path: Path) -> None:
    plan = planning(search("count_birds", "flamingo"), wait=0.7)
    async with birds(tmp_path, "--fails", "search_birds", plan=plan) as (service, _):
        events, run = await searched(service)
    assert "search_birds" in {call["tool"] for call in calls(tmp_path)}
    assert "answer.preview" not in kinds(events)
    assert "search_birds" not in json.dumps([event.data for event in events if event.event.startswith("task.")])
    assert run["status"] == "completed"


async def test_a_cancelled_run_leaves_no_call_of_its_preview(tmp_path: Path) -> None:
    async with birds(tmp_path, "--seconds", "60") as (service, ollama):
        ollama.enqueue(Hang())
        run_id = await service.begin(QUESTION)
        await arrives(tmp_path, "tool")
        await service.client.post(f"/runs/{run_id}/cancel")
        await arrives(tmp_path, "ended")
        assert (await service.events(run_id))[-1].event == "run.cancelled"


async def test_without_a_model_and_for_a_given_plan_there_is_none(tmp_path: Path) -> None:
    async with birds(tmp_path) as (service, _):
        offline, _ = await searched(service, model="offline")
        given, _ = await searched(service, plan={"tasks": [search()]}, model="offline")
    assert "answer.preview" not in [*kinds(offline), *kinds(given)]
    starts = [event.data["data"] for event in offline if event.event == "task.completed"]
    assert starts and not any(task["cached"] for task in starts)


async def test_what_a_page_says_is_text_in_the_preview(tmp_path: Path) -> None:
    hostile = f"{FLAMINGO} <script>alert(1)</script> [here](javascript:alert(1)) <img src=x onerror=alert(1)>"
    async with birds(tmp_path, "--text", hostile, plan=planning(search())) as (service, _):
        events, _ = await searched(service)
    html = next(event.data["data"]["html"] for event in events if event.event == "answer.preview")
    assert "flamingo" in html and not any(tag in html for tag in ("<script", "<img", "href"))

"""More rounds: the planner sees what came out and adds tasks or stops; whatever goes wrong then, there is an answer."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest

from tests.support.ollama_double import Drop, Hang, OllamaDouble, Say, Step, written
from tests.support.service import RunningService
from tests.support.sse import Message

ROWS = {"tool": "rows", "arguments": {"n": 2}}
ECHO = {"tool": "echo", "arguments": {"text": "Once more: ${t1[1].text}"}}
ENOUGH = '{"tasks":[]}'
ANSWER = "The first row is about it [1]."


@pytest.fixture(scope="module")
def service(service_with_model: RunningService) -> RunningService:
    """The one that has a model."""
    return service_with_model


def plan(*tasks: dict[str, Any]) -> str:
    """What the model writes for these tasks."""
    return json.dumps({"tasks": tasks})


async def story(
    service: RunningService, ollama: OllamaDouble, *replies: str | Sequence[Step], **request: Any
) -> tuple[list[Message], dict[str, Any], list[list[Any]]]:
    """Ask while the model is to give these replies; the events, the run, and the messages of each call of the model."""
    before = len(ollama.chats)
    for reply in replies:
        ollama.enqueue(*(written(reply) if isinstance(reply, str) else reply))
    run_id = await service.begin("What do the rows say?", **request)
    told = await service.events(run_id)
    calls: list[Any] = [chat.body["messages"] for chat in ollama.chats[before:]]
    return told, await service.report(run_id), calls


def kinds(told: Sequence[Message]) -> list[str]:
    return [message.event or "" for message in told]


def data_of(told: Sequence[Message], kind: str) -> list[dict[str, Any]]:
    return [message.data["data"] for message in told if message.event == kind]


def places(told: Sequence[Message], kind: str) -> list[int]:
    return [place for place, message in enumerate(told) if message.event == kind]


async def test_a_second_round_reads_what_the_first_one_found(service: RunningService, ollama: OllamaDouble) -> None:
    told, run, calls = await story(service, ollama, plan(ROWS), plan(ECHO), ANSWER, rounds=2)
    assert (run["status"], run["planner"]) == ("completed", "model")
    assert [(task["id"], task["tool"], task["status"]) for task in run["tasks"]] == [
        ("t1", "rows", "completed"),
        ("t2", "echo", "completed"),
    ]
    assert run["tasks"][1]["result"] == "Once more: Text of row 2"
    assert [task["id"] for task in run["plan"]["tasks"]] == ["t1", "t2"]
    assert run["plan"]["tasks"][1]["depends_on"] == ["t1"]
    assert [(ready["round"], ready["earlier"]) for ready in data_of(told, "plan.ready")] == [(1, 0), (2, 1)]
    assert run["usage"]["model_calls"] == len(calls) == 3
    first, second, _ = calls
    assert second[: len(first)] == first, "the model's server keeps what it has read of the first prompt"
    assert "Text of row 2" in second[-1]["content"] and "the first is t2" in second[-1]["content"]


async def test_a_planner_that_needs_no_more_stops_at_once(service: RunningService, ollama: OllamaDouble) -> None:
    told, run, calls = await story(service, ollama, plan(ROWS), ENOUGH, ANSWER, rounds=5)
    assert (run["status"], len(run["tasks"]), len(calls)) == ("completed", 1, 3)
    assert "🧠 No more tasks are needed" in run["thinking_steps"]
    assert "plan.fallback" not in kinds(told)


async def test_one_round_asks_the_planner_once(service: RunningService, ollama: OllamaDouble) -> None:
    told, run, calls = await story(service, ollama, plan(ROWS), ANSWER)
    assert (run["status"], len(calls), kinds(told).count("plan.started")) == ("completed", 2, 1)


async def test_rounds_come_to_an_end_where_the_planner_does_not(service: RunningService, ollama: OllamaDouble) -> None:
    drafts = [plan({"tool": "echo", "arguments": {"text": f"row {place}"}}) for place in range(10)]
    told, run, calls = await story(service, ollama, *drafts, ANSWER, rounds=10)
    assert (run["status"], len(calls)) == ("completed", 11)
    assert [task["id"] for task in run["tasks"]] == [f"t{place}" for place in range(1, 11)]
    assert [task["result"] for task in run["tasks"]] == [f"row {place}" for place in range(10)]
    assert [started["round"] for started in data_of(told, "plan.started")] == [*range(1, 11)]
    assert all(later[: len(call)] == call for call, later in pairwise(calls[:10]))


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (["I would rather not.", "No, really."], 4),
        ([plan({"tool": "rosw"}), plan({**ECHO, "arguments": {"text": "${t9}"}})], 4),
        ([[*written('{"tasks": ['), Drop()]], 3),
    ],
    ids=["prose", "refused twice", "dropped"],
)
async def test_a_second_round_that_cannot_be_planned_leaves_the_answer_to_the_first(
    service: RunningService, ollama: OllamaDouble, fault: Sequence[str | Sequence[Step]], asked: int
) -> None:
    told, run, calls = await story(service, ollama, plan(ROWS), *fault, ANSWER, rounds=3)
    assert (run["status"], [task["id"] for task in run["tasks"]], len(calls)) == ("completed", ["t1"], asked)
    assert run["answer"].startswith("The first row is about it [1]")
    assert data_of(told, "plan.fallback")[-1]["instead"] == "The answer is made from what was found."
    assert run["planner"] == "model"


async def test_a_refused_draft_takes_back_its_own_work_and_nothing_of_the_first_round(
    service: RunningService, ollama: OllamaDouble
) -> None:
    early = '{"tool": "sleep_for", "arguments": {"seconds": 60}}'
    draft = [Say(f'{{"tasks": [{early}'), Say(', {"tool": "nonsense"}]}', delay=2)]
    told, run, _ = await story(service, ollama, plan(ROWS), draft, plan(ECHO), ANSWER, rounds=2)
    assert run["status"] == "completed"
    assert [(task["tool"], task["status"]) for task in run["tasks"]] == [("rows", "completed"), ("echo", "completed")]
    assert run["tasks"][1]["result"] == "Once more: Text of row 2"
    assert [failed["id"] for failed in data_of(told, "task.failed")] == ["t2"]
    assert places(told, "task.failed") < places(told, "plan.fallback")


async def test_tasks_of_a_later_round_begin_while_it_is_still_being_written(
    service: RunningService, ollama: OllamaDouble
) -> None:
    draft = [Say('{"tasks": [' + json.dumps(ECHO)), Say("]}", delay=2)]
    told, run, _ = await story(service, ollama, plan(ROWS), draft, ANSWER, rounds=2)
    begun, ready = places(told, "task.started"), places(told, "plan.ready")
    assert run["status"] == "completed" and begun[1] < places(told, "task.completed")[1] < ready[1]


async def test_the_planner_is_shown_what_failed_and_what_refers_to_it_is_skipped(
    service: RunningService, ollama: OllamaDouble
) -> None:
    failing = {"tool": "fail", "arguments": {"message": "the shop is closed"}}
    again = {"tool": "echo", "arguments": {"text": "${t2}"}}
    _, run, calls = await story(service, ollama, plan(ROWS, failing), plan(again, ECHO), ANSWER, rounds=2)
    assert "t2 failed:" in calls[1][-1]["content"] and "the shop is closed" in calls[1][-1]["content"]
    assert run["status"] == "partial"
    assert [task["status"] for task in run["tasks"]] == ["completed", "failed", "skipped", "completed"]
    assert run["tasks"][2]["error"] == "t2 failed"


async def test_with_too_little_time_left_no_round_is_begun(service: RunningService, ollama: OllamaDouble) -> None:
    resting = {"tool": "sleep_for", "arguments": {"seconds": 4.8}}
    slowly = [Say(plan(ROWS, resting)[:-1]), Say("}", delay=2)]
    told, run, calls = await story(service, ollama, slowly, ANSWER, rounds=3, deadline=9)
    assert (run["status"], len(calls), kinds(told).count("plan.started")) == ("completed", 2, 1)


async def test_a_deadline_that_passes_while_a_round_is_planned_ends_the_rounds_not_the_search(
    service: RunningService, ollama: OllamaDouble
) -> None:
    unfinished = [Say('{"tasks": ['), Hang()]
    told, run, _ = await story(service, ollama, plan(ROWS), unfinished, ANSWER, rounds=3, deadline=5)
    assert run["status"] == "completed" and run["sources"]
    reason = data_of(told, "plan.fallback")[0]["reason"]
    assert reason == "The model took longer to plan round 2 than its share of the deadline, 1.67 s."


async def test_stopping_a_run_while_its_second_round_is_planned_ends_it(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue(*written(plan(ROWS)))
    ollama.enqueue(*(Say("x", delay=0.05) for _ in range(2_000)))
    run_id = await service.begin("What do the rows say?", rounds=2)
    first = await service.events(run_id, until="sources.found")
    await service.events(run_id, after=int(first[-1].id or 0), until="plan.started")
    while ollama.chats[-1].outcome != "under way":
        await service.report(run_id)
    await service.client.post(f"/runs/{run_id}/cancel")
    assert kinds(await service.events(run_id))[-1] == "run.cancelled"
    await ollama.chats[-1].ended.wait()
    run = await service.report(run_id)
    assert (run["status"], [task["status"] for task in run["tasks"]]) == ("cancelled", ["completed"])


async def test_without_a_model_there_is_one_round(service: RunningService) -> None:
    run = await service.ask("What do the rows say?", rounds=4, model="offline")
    assert run["planner"] == "offline"
    assert sum("Planning" in step for step in run["thinking_steps"]) == 1

"""With a language model: a double of Ollama over real HTTP plans, writes, and fails in every way a real one does."""

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from tests.support.ollama_double import Drop, Fail, Length, NoDone, OllamaDouble, Say, Step, written
from tests.support.service import RunningService

PLAN = {"tasks": [{"tool": "rows", "arguments": {"n": 3}}, {"tool": "echo", "arguments": {"text": "hello"}}]}
ANSWER = "The first row is about it [1], the second too [2]. Nobody said this [9]."


@pytest.fixture(scope="module")
def service(service_with_model: RunningService) -> RunningService:
    """The one that has a model."""
    return service_with_model


def planned(plan: dict[str, Any]) -> Sequence[Step]:
    """A plan, written by the model token by token."""
    return written(json.dumps(plan))


async def kinds_and_run(service: RunningService) -> tuple[list[str], dict[str, Any]]:
    """Ask, and give the kinds of events and the run."""
    run_id = await service.begin("What do the rows say?")
    events = await service.events(run_id)
    return [message.event for message in events], await service.report(run_id)


async def test_the_model_plans_and_writes_in_two_calls_and_invented_citations_are_gone(
    service: RunningService, ollama: OllamaDouble
) -> None:
    before = len(ollama.chats)
    ollama.enqueue(*planned(PLAN))
    ollama.enqueue(*written(ANSWER))
    kinds, run = await kinds_and_run(service)
    assert (run["status"], run["planner"], run["model"]) == ("completed", "model", "qwen3:8b")
    assert "about it [1], the second too [2]" in run["answer"] and "[9]" not in run["answer"]
    assert [source["id"] for source in run["sources"]] == [1, 2]
    assert len(ollama.chats) - before == run["usage"]["model_calls"] == 2
    assert run["usage"]["prompt_tokens"] > 0 and run["usage"]["completion_tokens"] > 0
    assert kinds.count("plan.task") == 2 and "plan.fallback" not in kinds
    assert kinds.index("plan.task") < kinds.index("plan.ready") < kinds.index("answer.started")
    plan_call, answer_call = (cast("Any", chat.body) for chat in ollama.chats[-2:])
    assert plan_call["format"] and "format" not in answer_call
    assert plan_call["messages"][0] == answer_call["messages"][0], "a server with one slot reads the beginning once"
    assert answer_call["options"]["temperature"] == 0.2
    assert len(set(ollama.loads)) == 1, "one context size for all calls: the model is loaded once"


@pytest.mark.parametrize(
    "draft",
    [
        [Say("I would rather not.")],
        planned({"tasks": [{"tool": "rosw", "arguments": {"n": 3}}]}),
        planned({"tasks": [{"tool": "rows", "arguments": {"n": "three"}}]}),
        [*written('{"tasks": [{"tool": "rows", "argum'), Length()],
    ],
    ids=["prose", "unknown tool", "bad argument", "cut"],
)
async def test_a_plan_that_is_no_good_is_mended_by_a_second_try(
    service: RunningService, ollama: OllamaDouble, draft: Sequence[Step]
) -> None:
    ollama.enqueue(*draft)
    ollama.enqueue(*planned(PLAN))
    ollama.enqueue(*written(ANSWER))
    kinds, run = await kinds_and_run(service)
    assert (run["status"], run["planner"]) == ("completed", "model")
    assert kinds.count("plan.fallback") == 1
    assert run["usage"]["model_calls"] == 3


@pytest.mark.parametrize(
    "fault",
    [
        [Fail("llama-server process has terminated", 500)],
        [*written('{"tasks": ['), Fail("an error was encountered while running the model")],
        [*written('{"tasks": ['), Drop()],
        [*written('{"tasks": ['), NoDone()],
        [Fail("server busy, please try again.  maximum pending requests exceeded", 503)],
    ],
    ids=["500", "error frame", "dropped", "no done", "busy"],
)
async def test_a_model_that_fails_while_planning_costs_the_plan_not_the_search(
    service: RunningService, ollama: OllamaDouble, fault: Sequence[Step]
) -> None:
    ollama.enqueue(*fault)
    ollama.enqueue(*written(ANSWER))
    kinds, run = await kinds_and_run(service)
    assert (run["planner"], run["status"] in {"completed", "partial"}) == ("offline", True)
    assert "plan.fallback" in kinds and kinds[-1] == "run.completed"


@pytest.mark.parametrize(
    "fault",
    [[Fail("boom", 500)], [*written("The first row "), Drop()], [*written("The first row "), NoDone()]],
    ids=["500", "dropped in mid-answer", "no done"],
)
async def test_a_model_that_fails_while_writing_leaves_an_answer_of_quotations_that_says_so(
    service: RunningService, ollama: OllamaDouble, fault: Sequence[Step]
) -> None:
    ollama.enqueue(*planned(PLAN))
    ollama.enqueue(*fault)
    kinds, run = await kinds_and_run(service)
    assert run["model"] is None and run["sources"]
    assert "model" in run["answer"].lower()
    assert kinds.count("answer.completed") == 1 and kinds[-1] == "run.completed"


async def test_a_model_that_is_not_there_is_said_and_searched_without(service: RunningService) -> None:
    run = await service.ask("What do the rows say?", model="llama9:1b")
    assert run["model"] is None and run["answer"]
    assert any("llama9:1b" in step for step in run["thinking_steps"])


async def test_offline_asks_no_model(service: RunningService, ollama: OllamaDouble) -> None:
    before = len(ollama.chats)
    run = await service.ask("What do the rows say?", model="offline")
    assert (run["planner"], run["model"]) == ("offline", None)
    assert len(ollama.chats) == before


async def test_a_task_that_only_reads_begins_while_the_plan_is_still_being_written(
    service: RunningService, ollama: OllamaDouble
) -> None:
    first, second = '{"tool": "rows", "arguments": {"n": 1}}', '{"tool": "hang", "arguments": {"seconds": 0}}'
    ollama.enqueue(Say(f'{{"tasks": [{first}, {second}'), Say("]}", delay=2))
    ollama.enqueue(*written(ANSWER))
    events = await service.events(await service.begin("What do the rows say?"))
    kinds = [message.event for message in events]
    begun = {
        message.data["data"]["id"]: index for index, message in enumerate(events) if message.event == "task.started"
    }
    assert begun["t1"] < kinds.index("task.completed") < kinds.index("plan.ready") < begun["t2"]


async def test_a_plan_that_is_refused_takes_back_what_it_had_begun(
    service: RunningService, ollama: OllamaDouble
) -> None:
    early = '{"tool": "sleep_for", "arguments": {"seconds": 60}}'
    ollama.enqueue(Say(f'{{"tasks": [{early}'), Say(', {"tool": "nonsense"}]}', delay=2))
    ollama.enqueue(*planned(PLAN))
    ollama.enqueue(*written(ANSWER))
    run_id = await service.begin("What do the rows say?")
    kinds = [message.event for message in await service.events(run_id)]
    assert kinds.index("task.started") < kinds.index("task.failed") < kinds.index("plan.fallback")
    run = await service.report(run_id)
    assert run["status"] == "completed"
    assert [(task["id"], task["tool"], task["status"]) for task in run["tasks"]] == [
        ("t1", "rows", "completed"),
        ("t2", "echo", "completed"),
    ]


async def test_stopping_a_run_stops_the_model(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue(*(Say("x", delay=0.05) for _ in range(2_000)))
    run_id = await service.begin("What do the rows say?")
    await service.events(run_id, until="plan.started")
    while not ollama.chats or ollama.chats[-1].outcome != "under way":
        await service.report(run_id)
    await service.client.post(f"/runs/{run_id}/cancel")
    await ollama.chats[-1].ended.wait()
    assert ollama.chats[-1].outcome == "cancelled"


async def test_the_models_are_reported(service: RunningService) -> None:
    models = (await service.client.get("/models")).json()
    assert (models["writer"], models["planner"], models["error"]) == ("qwen3:8b", "qwen3:8b", None)
    assert [model["name"] for model in models["models"]] == ["qwen3:8b"]


async def test_where_nothing_can_be_planned_the_first_cause_is_the_models(
    service_with_model: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue(Fail("model requires more system memory (9.0 GiB) than is available (4.1 GiB)"))
    request = {"query": "zzz qqq", "tools": ["fail"]}
    response = await service_with_model.client.post("/search", json=request)
    assert response.status_code == 502
    cause, _, advice = response.json()["detail"].partition("requires more system memory (9.0 GiB)")
    assert cause.startswith("No plan could be made. The model made no plan: ") and "needs 'message'" in advice

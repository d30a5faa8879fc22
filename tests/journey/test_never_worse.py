"""Whatever a model does or fails to do: at least what the search would have given without it, within the deadline."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from agentic_search.graph.nodes import FOUND_NOTHING
from tests.support.ollama_double import Hang, OllamaDouble, Say, Step, written
from tests.support.service import RunningService
from tests.support.sse import Message

QUESTION = "What do the rows say?"
ROWS = {"tool": "rows", "arguments": {"n": 2}}
USELESS = {
    "a task that fails": {"tool": "fail", "arguments": {"message": "the shop is closed"}},
    "a result that is about something else": {"tool": "echo", "arguments": {"text": "Ada Lovelace"}},
    "a result without a passage": {"tool": "no_op"},
    "a task that never ends": {"tool": "hang", "arguments": {"seconds": 60}},
}
ANSWER = "The first row is about it [1]."


@pytest.fixture(scope="module")
def service(service_with_model: RunningService) -> RunningService:
    """The one that has a model."""
    return service_with_model


def plan(*tasks: dict[str, Any]) -> Sequence[Step]:
    return written(json.dumps({"tasks": tasks}))


async def story(service: RunningService, **request: Any) -> tuple[list[Message], dict[str, Any]]:
    run_id = await service.begin(QUESTION, **request)
    return await service.events(run_id), await service.report(run_id)


def data_of(messages: Sequence[Message], kind: str) -> list[dict[str, Any]]:
    return [message.data["data"] for message in messages if message.event == kind]


@pytest.mark.parametrize("task", USELESS.values(), ids=USELESS)
async def test_a_plan_that_finds_nothing_is_added_to_without_the_model(
    service: RunningService, ollama: OllamaDouble, task: dict[str, Any]
) -> None:
    ollama.enqueue(*plan(task))
    ollama.enqueue(*written(ANSWER))
    messages, run = await story(service, deadline=9)
    assert run["sources"] and run["status"] in {"completed", "partial"} and run["planner"] == "offline"
    assert run["tasks"][0]["id"] == "t1" and "search_rows" in {each["tool"] for each in run["tasks"][1:]}
    (stepped_down,) = data_of(messages, "plan.fallback")
    assert stepped_down["reason"] == FOUND_NOTHING and stepped_down["usage"]["model_calls"] == 1
    assert [(ready["planner"], ready["round"], ready["earlier"]) for ready in data_of(messages, "plan.ready")] == [
        ("model", 1, 0),
        ("offline", 2, 1),
    ]
    assert run["timings"]["total"] < 10


async def test_a_plan_that_the_model_does_not_finish_in_its_share_runs_as_far_as_it_is_written(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue(Say(f'{{"tasks": [{json.dumps(ROWS)}, {{"tool"'), Hang())
    ollama.enqueue(*written(ANSWER))
    messages, run = await story(service, deadline=6)
    assert [(task["id"], task["tool"]) for task in run["tasks"]][:2] == [("t1", "rows"), ("t2", "search_rows")]
    assert run["status"] == "completed" and run["sources"] and run["timings"]["total"] < 7
    assert "than its share of the deadline, 2 s" in data_of(messages, "plan.fallback")[0]["reason"]


async def test_a_model_that_plans_nothing_in_its_share_costs_no_more_than_that(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue(Hang())
    ollama.enqueue(*written(ANSWER))
    _, run = await story(service, deadline=6)
    assert (run["status"], run["planner"], run["model"]) == ("completed", "offline", "qwen3:8b")
    assert run["sources"] and run["timings"]["plan"] < run["timings"]["total"] < 7


@pytest.mark.parametrize(
    ("steps", "model", "begins", "left_out"),
    [
        ([Say(ANSWER), Hang()], "qwen3:8b", ANSWER[:-1], "the end of the answer"),
        ([Say("The first row is about it."), Hang()], None, "**", "the model's answer"),
        ([Hang()], None, "**", "the model's answer"),
    ],
    ids=["cited", "uncited", "silent"],
)
async def test_a_writer_that_does_not_end_is_stopped_at_the_deadline(
    service: RunningService, ollama: OllamaDouble, steps: Sequence[Step], model: str | None, begins: str, left_out: str
) -> None:
    ollama.enqueue(*plan(ROWS))
    ollama.enqueue(*steps)
    _, run = await story(service, deadline=4)
    assert (run["status"], run["model"]) == ("completed", model)
    assert (model is None) == ("No language model wrote this answer" in run["answer"])
    assert run["answer"].startswith(begins) and run["sources"] and run["timings"]["total"] < 5
    assert [line["what"] for line in run["left_out"]] == [left_out]


async def test_an_answer_that_cites_nothing_is_followed_by_quotations(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue(*plan(ROWS))
    ollama.enqueue(*written("The first row is about the rows."))
    messages, run = await story(service)
    assert run["answer"].startswith("The first row is about the rows.\n\n") and "[1]" in run["answer"]
    assert run["model"] == "qwen3:8b" and run["sources"]
    assert [line["what"] for line in run["left_out"]] == ["citations"]
    assert data_of(messages, "answer.completed")[0]["left_out"] == run["left_out"]


async def test_a_failed_run_reports_what_was_spent_and_the_first_cause(
    service: RunningService, ollama: OllamaDouble
) -> None:
    for _ in range(2):
        ollama.enqueue(Say("I would rather not."))
    messages, run = await story(service, tools=["fail"])
    assert run["status"] == "failed"
    assert run["error"].startswith("No plan could be made. The model's plan cannot be used: ")
    assert run["usage"]["model_calls"] == 2 and run["usage"]["prompt_tokens"] > 0
    assert run["usage"]["by_model"]["qwen3:8b"]["model_calls"] == 2
    assert run["timings"]["plan"] > 0
    fallbacks = data_of(messages, "plan.fallback")
    assert [each["usage"]["model_calls"] for each in fallbacks] == [1, 2]
    assert all(each["seconds"] > 0 for each in fallbacks)


async def test_a_cancelled_run_reports_what_was_spent(service: RunningService, ollama: OllamaDouble) -> None:
    before = len(ollama.chats)
    ollama.enqueue(*(Say("x", delay=0.05) for _ in range(2_000)))
    run_id = await service.begin(QUESTION)
    await service.events(run_id, until="plan.started")
    while len(ollama.chats) == before:
        await service.report(run_id)
    await service.client.post(f"/runs/{run_id}/cancel")
    await service.events(run_id)
    run = await service.report(run_id)
    assert (run["status"], run["usage"]["model_calls"]) == ("cancelled", 1)
    assert run["timings"]["plan"] > 0


async def test_what_a_task_asks_a_model_is_counted_too(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue(*written("Forty-two rows."))
    ollama.enqueue(*written(ANSWER))
    given = {"tasks": [{"id": "ask", "tool": "ask_model", "arguments": {"prompt": "How many rows?"}}]}
    run = await service.ask(QUESTION, plan=given)
    assert run["usage"]["model_calls"] == run["usage"]["by_model"]["qwen3:8b"]["model_calls"] == 2

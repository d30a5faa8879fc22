"""With models of an OpenAI-compatible server beside Ollama's: they plan and write when their full name is asked for."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.openai_double import Dialect, OpenAIDouble
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import Message, messages

KEY = "sk-journey-1"
PLAN = {"tasks": [{"tool": "rows", "arguments": {"n": 3}}, {"tool": "echo", "arguments": {"text": "hello"}}]}
ANSWER = "The first row is about it [1], the second too [2]."


@pytest.fixture(scope="module")
async def lab() -> AsyncGenerator[OpenAIDouble, None]:
    """A model server that wants a key."""
    async with OpenAIDouble([Model("qwen/qwen3-8b"), Model("bge-m3")], dialect=Dialect(key=KEY)) as double:
        yield double


@pytest.fixture(scope="module")
async def service(
    lab: OpenAIDouble, ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """The service with both, and a third server that is down."""
    settings = {
        "MODELS": f"lab={lab.root}, down=http://127.0.0.1:9/v1",
        "MODELS_LAB_KEY": KEY,
        "PROFILES": json.dumps({"counter": {"model": "lab/qwen/qwen3-8b"}}),
        "LOG_LEVEL": "debug",
    }
    folder = tmp_path_factory.mktemp("service")
    async with running_service(
        folder, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=settings
    ) as running:
        await running.ready_servers("slow")
        yield running


async def test_a_model_of_the_server_plans_and_writes_an_answer(service: RunningService, lab: OpenAIDouble) -> None:
    lab.enqueue(*written(json.dumps(PLAN)))
    lab.enqueue(*written(ANSWER))
    run = await service.ask("What do the rows say?", model="lab/qwen/qwen3-8b")
    assert (run["status"], run["planner"], run["model"]) == ("completed", "model", "lab/qwen/qwen3-8b")
    assert "about it [1], the second too [2]" in run["answer"]
    assert run["usage"]["model_calls"] == 2 and run["usage"]["prompt_tokens"] > 0
    plan_call, answer_call = (chat.body for chat in lab.chats)
    assert plan_call["model"] == "qwen/qwen3-8b" and plan_call["response_format"]
    assert "response_format" not in answer_call
    assert KEY not in "\n".join(service.log)


async def test_without_a_name_the_answer_is_ollamas(
    service: RunningService, ollama: OllamaDouble, lab: OpenAIDouble
) -> None:
    before = len(lab.chats)
    ollama.enqueue(*written(json.dumps(PLAN)))
    ollama.enqueue(*written(ANSWER))
    run = await service.ask("What do the rows say?")
    assert (run["status"], run["model"]) == ("completed", "qwen3:8b")
    assert len(lab.chats) == before


async def test_every_source_is_in_the_list_and_one_that_is_down_hides_nothing(service: RunningService) -> None:
    listed = (await service.client.get("/models")).json()
    assert {model["name"]: model["usable"] for model in listed["models"]} == {
        "qwen3:8b": True,
        "lab/qwen/qwen3-8b": True,
        "lab/bge-m3": False,
    }
    assert listed["writer"] == listed["planner"] == "qwen3:8b"
    assert "'down' in AGENTIC_SEARCH_MODELS" in listed["error"]


async def test_ask_model_asks_a_model_of_the_server(service: RunningService, lab: OpenAIDouble) -> None:
    lab.enqueue("Forty-two.")
    arguments = {"prompt": "How many?", "profile": "counter"}
    plan = {"tasks": [{"id": "t1", "tool": "ask_model", "arguments": arguments}]}
    run = await service.ask("How many?", model="offline", plan=plan)
    (task,) = run["tasks"]
    assert (run["status"], task["result"]) == ("completed", "Forty-two.")
    assert run["sources"][0]["url"] == "model:lab/qwen/qwen3-8b"


async def test_a_model_that_the_server_does_not_have_is_told_and_the_answer_quotes(service: RunningService) -> None:
    run_id = await service.begin("What do the rows say?", model="lab/nope")
    told = await service.events(run_id)
    run = await service.report(run_id)
    assert run["model"] is None and run["status"] == "completed"
    assert "lab/qwen/qwen3-8b" in json.dumps([message.data for message in told])


async def test_a_model_is_suggested_where_there_is_none_fetched_with_progress_and_used(tmp_path: Path) -> None:
    async with OllamaDouble([]) as ollama, running_service(tmp_path, ollama=ollama.url) as service:
        models = (await service.client.get("/models")).json()
        name = models["suggestion"]["name"]
        assert models["writer"] is None and name in models["error"]
        told = await pulled(service, name)
        assert [message.event for message in told] == ["pull.progress"] * 5 + ["pull.completed"]
        assert told[2].data == {"status": "pulling 8eeb52dfb3bb", "completed": 2_000, "total": 3_000}
        models = (await service.client.get("/models")).json()
        assert (models["writer"], models["suggestion"]) == (name, None)
        failed = await pulled(service, "missing")
        assert failed[-1].event == "pull.failed" and "does not exist" in failed[-1].data["error"]
        refused = await service.client.post("/models/pull", json={"model": "../etc"})
        assert refused.status_code == 422


async def pulled(service: RunningService, name: str) -> list[Message]:
    """The events of POST /models/pull."""
    async with service.client.stream("POST", "/models/pull", json={"model": name}) as response:
        return [message async for message in messages(response)]

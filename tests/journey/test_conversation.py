"""A conversation: the next question sees what was asked and answered, with a model and without."""

import json
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.service import RunningService, running_service

TEXTS = {
    "lamp.md": "# The Aurora lamp\n\nThe Aurora lamp was designed by Ines Moro. It cost 40 euros in 2019, 55 in 2021.",
    "chair.md": "# The Boreal chair\n\nThe Boreal chair was designed by Olav Berg. In 2019 it cost 90 euros.",
}  # fmt: skip


@pytest.fixture(scope="module")
async def ollama() -> AsyncGenerator[OllamaDouble, None]:
    async with OllamaDouble([Model("qwen3:8b")]) as double:
        yield double


@pytest.fixture(scope="module")
async def service(
    ollama: OllamaDouble, kept_indexes: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService]:
    """The bundled servers over two documents, and a model that says what it is told to."""
    folder = tmp_path_factory.mktemp("conversation")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / name).write_text(text)
    settings = {"DOCUMENTS": str(folder / "texts"), "CACHE": kept_indexes}
    async with running_service(folder, bundled=True, ollama=ollama.url, settings=settings) as running:
        await running.ready_servers("documents", "stories")
        yield running


async def ask(service: RunningService, query: str, **more: object) -> dict[str, Any]:
    return await service.ask(query, tools=["documents.*"], **more)


def understood(run: dict[str, Any]) -> list[str]:
    return [step for step in run["thinking_steps"] if step.startswith("💬")]


async def test_without_a_model_a_follow_up_is_searched_with_the_subject_and_says_so(service: RunningService) -> None:
    first = await ask(service, "Who designed the Aurora lamp?", model="offline")
    assert "Ines Moro" in first["answer"] and not understood(first)
    second = await ask(service, "how much did it cost?", model="offline", thread_id=first["thread_id"])
    [step] = understood(second)
    assert "Aurora lamp" in step
    assert any("Aurora" in json.dumps(task["arguments"]) for task in second["plan"]["tasks"])
    assert "40 euros" in second["answer"]
    third = await ask(service, "and the Boreal chair?", model="offline", thread_id=first["thread_id"])
    assert "90 euros" in third["answer"] or "Olav Berg" in third["answer"]
    assert third["query"] == "and the Boreal chair?"


async def test_a_question_that_stands_by_itself_inherits_nothing(service: RunningService) -> None:
    first = await ask(service, "Who designed the Aurora lamp?", model="offline")
    second = await ask(service, "Who designed the Boreal chair?", model="offline", thread_id=first["thread_id"])
    assert not understood(second) and second["sources"][0]["title"].startswith("chair.md")


async def test_a_run_of_another_thread_or_one_that_is_forgotten_is_not_seen(service: RunningService) -> None:
    first = await ask(service, "Who designed the Aurora lamp?", model="offline")
    other = await ask(service, "how much did it cost?", model="offline")
    assert not understood(other)
    assert (await service.client.delete(f"/runs/{first['id']}")).status_code == 200
    second = await ask(service, "how much did it cost?", model="offline", thread_id=first["thread_id"])
    assert not understood(second)


async def test_five_turns_with_a_model(service: RunningService, ollama: OllamaDouble) -> None:
    thread: dict[str, object] = {}
    questions = (
        "Who designed the Aurora lamp?",
        "how much did it cost?",
        "and in 2019?",
        "what about the Boreal chair?",
        "who designed it?",
    )
    prompts: list[tuple[str, str]] = []
    for number, question in enumerate(questions):
        plan = {"tasks": [{"search_documents": {"query": f"search {number}"}}]}
        ollama.enqueue(*written(json.dumps(plan)))
        ollama.enqueue(*written(f"Answer number {number} says what was found [1]."))
        run = await service.ask(question, tools=["documents.*"], **thread)
        thread = {"thread_id": run["thread_id"]}
        bodies = [cast("Any", chat.body)["messages"] for chat in ollama.chats if chat.body][-2:]
        prompts.append((bodies[0][-1]["content"], bodies[1][-1]["content"]))
    assert "<conversation>" not in prompts[0][0]
    for plan_prompt, answer_prompt in prompts[1:]:
        for prompt in (plan_prompt, answer_prompt):
            assert "Question: Who designed the Aurora lamp?" in prompt
    assert "(It seems to mean: how much did" in prompts[1][0] and "Aurora lamp" in prompts[1][0]
    assert prompts[4][0].index("Answer number 0") < prompts[4][0].index("Answer number 3")
    assert "[1]" not in prompts[4][0].split("</conversation>")[0]


async def test_what_an_earlier_answer_cites_can_be_cited_again(service: RunningService, ollama: OllamaDouble) -> None:
    first = await ask(service, "Who designed the Aurora lamp?", model="offline")
    plan: dict[str, Any] = {"tasks": [{"list_documents": {}}]}
    ollama.enqueue(*written(json.dumps(plan)))
    ollama.enqueue(*written("It was Ines Moro [1]. [2] [3] [4] [5] [6]"))
    second = await ask(service, "who designed the Aurora lamp, again?", thread_id=first["thread_id"])
    assert any(not source["task_id"] and "Ines Moro" in source["snippet"] for source in second["sources"]), second


async def test_a_thread_of_many_turns_is_bounded(service: RunningService, ollama: OllamaDouble) -> None:
    thread: dict[str, object] = {}
    for _ in range(30):
        run = await ask(service, "Who designed the Aurora lamp?", model="offline", **thread)
        thread = {"thread_id": run["thread_id"]}
    ollama.enqueue(*written(json.dumps({"tasks": [{"search_documents": {"query": "lamp"}}]})))
    ollama.enqueue(*written("Ines Moro [1]."))
    run = await ask(service, "who designed it?", **thread)
    assert run["status"] == "completed"
    assert any("earlier questions" in line["what"] for line in run["left_out"])

"""The examples on the bundled servers and a model: analyses, ensembles, searches that are read, and a branch."""

from typing import Any

from tests.journey.examples.running import QUESTION, by_id, run_workflow
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService


async def test_three_analyses_of_one_text_side_by_side(service: RunningService, ollama: OllamaDouble) -> None:
    replies = [f"Several coroutines run at once, says analysis {number}." for number in range(3)]
    ollama.enqueue_all([reply] for reply in replies)
    run = await run_workflow(service, "three-analyses", text="Read ${summary} and ${nothing.")
    assert (run["status"], run["planner"]) == ("completed", "given")
    assert sorted(task["result"] for task in run["tasks"]) == replies
    prompts: list[Any] = [chat.body["messages"] for chat in ollama.chats[-3:]]
    assert all(messages[-1]["content"] == "Read ${summary} and ${nothing." for messages in prompts)
    assert all("Answer in English." in messages[0]["content"] for messages in prompts)
    assert all(source["url"] == "model:qwen3:8b" for source in run["sources"]) and run["sources"]


async def test_an_ensemble_of_five_reviewers_and_a_coordinator(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue_all([*([f"Finding {number}."] for number in range(5)), ["The verdict."]])
    run = await run_workflow(service, "review-panel", text="def f(): pass")
    tasks = by_id(run)
    assert sorted(tasks["reviews"]["result"]) == [f"Finding {number}." for number in range(5)]
    assert tasks["verdict"]["result"] == "The verdict."
    asked = str(ollama.chats[-1].body["messages"])
    assert QUESTION in asked and all(f"Finding {number}." in asked for number in range(5))
    reviewing: list[Any] = [chat.body["messages"] for chat in ollama.chats[-6:-1]]
    roles = {messages[0]["content"].partition(",")[0] for messages in reviewing}
    assert len(roles) == 5


async def test_the_same_search_on_several_servers_merged(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("One list.")
    run = await run_workflow(service, "search-everywhere", limit=2)
    tasks = by_id(run)
    assert {tasks[name]["server"] for name in ("python", "documents", "stories")} == {
        "python_docs",
        "documents",
        "stories",
    }
    assert len(tasks["python"]["result"]["results"]) == 2 and tasks["merged"]["result"] == "One list."
    asked = str(ollama.chats[-1].body["messages"])
    assert "pydoc:" in asked and "documents:" in asked


async def test_search_then_read_each_hit_then_summarise(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("Use asyncio.gather.")
    run = await run_workflow(service, "search-and-read", hits=2)
    tasks = by_id(run)
    found = [hit["title"] for hit in tasks["found"]["result"]["results"]]
    assert [page["title"] for page in tasks["read"]["result"]] == found and len(found) == 2
    assert tasks["summary"]["result"] == "Use asyncio.gather."
    assert all(title in str(ollama.chats[-1].body["messages"]) for title in found)


async def test_a_branch_by_when_takes_one_way(service: RunningService) -> None:
    known = by_id(await run_workflow(service, "branch", "How is a run cancelled?"))
    assert (known["read"]["status"], known["elsewhere"]["status"]) == ("completed", "skipped")
    unknown = by_id(await run_workflow(service, "branch", "colorsys hls_to_rgb"))
    assert (unknown["read"]["status"], unknown["elsewhere"]["status"]) == ("skipped", "completed")


async def test_the_sentiment_the_entities_and_the_key_phrases_of_one_document(
    service: RunningService, ollama: OllamaDouble
) -> None:
    replies = ["Neutral. It explains.", "AGENTIC_SEARCH_WORKFLOWS: a setting", "a plan with a name and typed inputs"]
    ollama.enqueue_all([reply] for reply in replies)
    run = await run_workflow(service, "document-analysis", path="workflows.md", characters=600)
    tasks = by_id(run)
    assert run["status"] == "completed"
    assert sorted(tasks[name]["result"] for name in ("sentiment", "entities", "phrases")) == sorted(replies)
    text = tasks["page"]["result"]["text"]
    asked: list[Any] = [chat.body["messages"] for chat in ollama.chats[-3:]]
    assert 0 < len(text) <= 600 and all(messages[-1]["content"] == text.strip() for messages in asked)
    assert len({messages[0]["content"] for messages in asked}) == 3


async def test_one_text_into_three_languages(service: RunningService, ollama: OllamaDouble) -> None:
    replies = ["Die Lampe ist rot.", "La lampe est rouge.", "La lámpara es roja."]
    ollama.enqueue_all([reply] for reply in replies)
    run = await run_workflow(service, "translations", text="The lamp is red.")
    assert sorted(by_id(run)["translations"]["result"]) == sorted(replies)
    asked: list[Any] = [chat.body["messages"] for chat in ollama.chats[-3:]]
    assert {messages[0]["content"].partition(".")[0] for messages in asked} == {
        "You translate into German",
        "You translate into French",
        "You translate into Spanish",
    }
    assert all(messages[-1]["content"] == "The lamp is red." for messages in asked)

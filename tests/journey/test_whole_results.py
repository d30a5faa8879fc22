"""Whole results and true sources, from a scripted server to the run: nothing is lost, and no remark is cited."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from tests.support.service import RunningService, running_service, stdio_entry

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TREE = [{"name": "red.md", "type": "file"}, {"name": "blue.md", "type": "file"}]


def text(said: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": said}


def link(name: str) -> dict[str, Any]:
    """A link block."""
    return {"type": "resource_link", "uri": f"https://lamps.example/{name}", "name": name}


def says(*blocks: dict[str, Any], structured: object = None, arguments: tuple[str, ...] = ()) -> dict[str, Any]:
    """A tool with one answer."""
    result = {"content": list(blocks), **({} if structured is None else {"structuredContent": structured})}
    return {"arguments": arguments, "result": result}


def searches(result: object) -> dict[str, Any]:
    """A search with one answer, as JSON in a text."""
    return says(text(json.dumps(result)), arguments=("query",))


NOTHING: dict[str, Any] = {"query": "@query@", "results": [], "status": "no_results", "count": 0, "language": "en"}
TOOLS: dict[str, Any] = {
    "photograph": says(text("The lamp, seen from above."), {"type": "image", "data": PIXEL, "mimeType": "image/png"}),
    "large_photograph": says(text("big"), {"type": "image", "data": "A" * 200_000, "mimeType": "image/png"}),
    "list_links": says(text("Here are 2 resource links."), link("red"), link("blue")),
    "list_tree": says(text(json.dumps(TREE)), structured={"content": json.dumps(TREE)}),
    "show": says(text("shown: @name@"), arguments=("name",)),
    "read_text_file": {
        "title": "Read Text File",
        "arguments": ["path"],
        "by": {
            "red.md": "The red lamp costs four euros and hangs in the kitchen.",
            "blue.md": "A blue lantern needs oil and burns for nine hours in the garden.",
        },
    },
    "search_lexicon": searches({**NOTHING, "message": "No search results found for the query"}),
    "search_manuals": says(text("Error searching libraries: TypeError: fetch failed"), arguments=("query",)),
    "find_on_page": says(text('No matches found for "@text@".'), arguments=("text",)),
    "search_titles": searches([{"title": "@query@", "url": "https://x.example", "text": "Bananas are yellow."}]),
    "search_index": searches({"results": [{"title": "Lamp", "text": "A lamp, call @calls@."}], "partial": True}),
    "count_lamps": searches({"count": 13}),
    "find_version": searches({"version": "3.13"}),
}


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    """The service with the scripted server `lamps`, and no model."""
    folder = tmp_path_factory.mktemp("service")
    script = folder / "tools.json"
    script.write_text(json.dumps(TOOLS), encoding="utf-8")
    servers = {"lamps": stdio_entry(str(script), program="scripted.filled_in")}
    async with running_service(folder, servers=servers) as running:
        await running.ready_servers("lamps")
        yield running


def plan(*tasks: tuple[str, dict[str, str]]) -> dict[str, object]:
    """Tasks t1, t2 …"""
    return {"tasks": [{"tool": tool, "arguments": arguments} for tool, arguments in tasks]}


async def test_an_image_beside_text_is_in_the_result_and_in_the_content(service: RunningService) -> None:
    run = await service.ask("What does the lamp look like from above?", plan=plan(("photograph", {})))
    (task,) = run["tasks"]
    image = {"type": "image", "data": PIXEL, "mimeType": "image/png"}
    assert task["content"] == [image]
    assert task["result"] == [{"type": "text", "text": "The lamp, seen from above."}, image]
    assert run["sources"][0]["snippet"] == "The lamp, seen from above."


async def test_a_large_image_is_named_by_its_url_in_events(service: RunningService) -> None:
    run_id = await service.begin("x", plan=plan(("large_photograph", {})))
    (completed,) = [each.data["data"] for each in await service.events(run_id) if each.event == "task.completed"]
    assert "result" not in completed and "content" not in completed
    task = (await service.client.get(completed["result_url"])).json()
    assert len(task["content"][0]["data"]) == 200_000


async def test_links_beside_text_are_reached_by_references(service: RunningService) -> None:
    tasks = plan(("list_links", {}), ("show", {"name": "${t1[1].uri}"}))
    run = await service.ask("red lamps", plan=tasks)
    assert run["tasks"][1]["result"] == "shown: https://lamps.example/red"
    assert run["sources"][0]["url"] == "https://lamps.example/red"


async def test_json_in_a_lone_text_field_is_reached_by_references(service: RunningService) -> None:
    show = {"tool": "show", "arguments": {"name": "${item.name}"}, "for_each": "${t1}"}
    tasks: dict[str, Any] = {"tasks": [{"tool": "list_tree", "arguments": {}}, show]}
    run = await service.ask("files", plan=tasks)
    assert run["tasks"][0]["result"] == TREE
    assert run["tasks"][1]["result"] == ["shown: red.md", "shown: blue.md"]


async def test_two_reads_are_two_sources_named_by_what_was_read(service: RunningService) -> None:
    reads = plan(("read_text_file", {"path": "red.md"}), ("read_text_file", {"path": "blue.md"}))
    run = await service.ask("What do the files say about lamps and lanterns?", plan=reads)
    assert sorted(source["title"] for source in run["sources"]) == ["blue.md", "red.md"]
    assert len({source["url"] for source in run["sources"]}) == 2


@pytest.mark.parametrize(
    ("tool", "argument", "remark"),
    [
        ("search_lexicon", "query", "found nothing"),
        ("find_on_page", "text", "found nothing"),
        ("search_manuals", "query", "said: Error searching libraries: TypeError: fetch failed"),
    ],
)
async def test_what_a_tool_says_of_itself_is_told_and_not_cited(
    service: RunningService, tool: str, argument: str, remark: str
) -> None:
    run_id = await service.begin("Who wrote Dune", plan=plan((tool, {argument: "Who wrote Dune"})))
    events = await service.events(run_id)
    (completed,) = [each.data for each in events if each.event == "task.completed"]
    run = await service.report(run_id)
    assert run["status"] == "completed" and run["sources"] == []
    assert run["tasks"][0]["note"].startswith(remark) and completed["data"]["note"].startswith(remark)
    assert remark in completed["message"]
    assert remark.split(":")[0] in run["answer"] and tool in run["answer"].replace("\\", "")
    assert run["left_out"][0]["why"].startswith(remark)


async def test_words_that_the_call_put_into_a_title_are_no_match(service: RunningService) -> None:
    question = "Who wrote the novel Dune"
    run = await service.ask(question, plan=plan(("search_titles", {"query": question})))
    assert run["sources"] == []


async def test_a_good_result_beside_an_empty_one_is_the_whole_answer(service: RunningService) -> None:
    tasks = plan(("search_lexicon", {"query": "lamp"}), ("read_text_file", {"path": "red.md"}))
    run = await service.ask("How much does the red lamp cost?", plan=tasks)
    assert [source["title"] for source in run["sources"]] == ["red.md"]
    assert "no_results" not in run["answer"]


async def test_what_calls_itself_partial_is_asked_again(service: RunningService) -> None:
    texts: list[str] = []
    for _ in range(2):
        run = await service.ask("lamp", plan=plan(("search_index", {"query": "lamp"})))
        assert not run["tasks"][0]["cached"]
        texts.append(run["tasks"][0]["result"]["results"][0]["text"])
    assert texts[0] != texts[1]


@pytest.mark.parametrize(
    ("tool", "query", "said"),
    [("count_lamps", "Kubernetes", '13 lamps hold "Kubernetes".'), ("find_version", "pydantic", "version: 3.13")],
)
async def test_facts_without_prose_are_cited(service: RunningService, tool: str, query: str, said: str) -> None:
    run = await service.ask("How many stories mention it?", plan=plan((tool, {"query": query})))
    assert said in run["answer"].replace("\\", "")
    assert query in run["sources"][0]["title"]

"""The examples that ask many sources at once: the web's, three search engines, ten inventories. How many is counted."""

from pathlib import Path

from tests.journey.examples.inventory_of_ten import TOGETHER
from tests.journey.examples.running import by_id, run_workflow
from tests.support.ollama_double import OllamaDouble
from tests.support.service import ROOT, RunningService, running_service

GROUPS = ("reviews", "reddit", "videos", "prices", "experts")


async def test_product_research_searches_five_kinds_of_sources_at_once(
    service: RunningService, ollama: OllamaDouble
) -> None:
    ollama.enqueue_all([*([f"Summary {number}."] for number in range(5)), ["A report."]])
    run = await run_workflow(service, "product-research", "Is it worth its price?", product="Lamp 5 together")
    tasks = by_id(run)
    assert run["status"] == "completed" and tasks["report"]["result"] == "A report."
    assert {tasks[name]["server"] for name in GROUPS} == {"web_stand_in"}
    assert sorted(tasks[f"{name}_say"]["result"] for name in GROUPS) == [f"Summary {number}." for number in range(5)]
    queries = {name: tasks[name]["result"]["results"][0]["title"] for name in GROUPS}
    assert "site:reddit.com" in queries["reddit"] and "site:youtube.com" in queries["videos"]
    assert all("Lamp 5 together" in query for query in queries.values())
    summing_up, reporting = ollama.chats[-6:-1], str(ollama.chats[-1].body["messages"])
    assert all("page 5" in str(chat.body) and "page 6" not in str(chat.body) for chat in summing_up)
    assert all(f"Summary {number}." in reporting for number in range(5)) and "Is it worth its price?" in reporting
    assert any(source["url"].endswith(".example/1") for source in run["sources"])


async def test_three_search_engines_at_once_merged(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("One list.")
    run = await run_workflow(service, "search-engines", "python 3 together")
    tasks = by_id(run)
    assert run["status"] == "completed" and tasks["merged"]["result"] == "One list."
    found = [hits["results"] for hits in tasks["found"]["result"]]
    assert [hits[0]["engine"] for hits in found] == ["duckduckgo", "brave", "mojeek"]
    asked = str(ollama.chats[-1].body["messages"])
    assert all(f"good, says {hits[0]['engine']}." in asked for hits in found) and len(found[0]) == 8


async def test_an_engine_that_refuses_costs_its_own_results(service: RunningService, ollama: OllamaDouble) -> None:
    ollama.enqueue("One list.")
    run = await run_workflow(service, "search-engines", "python", engines=["brave", "blocked", "mojeek"])
    tasks = by_id(run)
    assert run["status"] == "partial" and tasks["merged"]["result"] == "One list."
    assert "wants to see a human" in tasks["found"]["result"][1]["error"]
    asked = str(ollama.chats[-1].body["messages"])
    assert "says brave" in asked and "says mojeek" in asked and "human" not in asked


async def test_ten_inventories_are_asked_and_added_up_without_a_model(
    service: RunningService, ollama: OllamaDouble
) -> None:
    before = len(ollama.chats)
    run = await run_workflow(service, "inventories", "How many lamps are there?", article="lamp")
    tasks = by_id(run)
    counted = [stock["in_stock"] for stock in tasks["asked"]["result"]]
    assert len(counted) == TOGETHER and tasks["total"]["result"]["value"] == sum(counted)
    assert run["status"] == "completed" and len(ollama.chats) == before
    assert any(source["text"] if "text" in source else source["snippet"] for source in run["sources"])


async def test_the_ten_calls_are_under_way_at_the_same_time(tmp_path: Path) -> None:
    settings = {"WORKFLOWS": str(ROOT / "examples"), "FUNCTIONS": "tests.journey.examples.inventory_of_ten"}
    async with running_service(tmp_path, settings=settings) as service:
        run = await run_workflow(service, "inventories", "How many lamps are there?", article="lamp")
    total = by_id(run)["total"]["result"]
    assert total["text"] == " + ".join("3" * TOGETHER) + " = 30" and run["status"] == "completed"


def test_every_example_is_tested_here() -> None:
    tested = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [path.stem for path in (ROOT / "examples").glob("*.yaml") if f'"{path.stem}"' not in tested] == []

"""What servers have beside tools, through the whole service: resources, links, questions, instructions."""

import json
from pathlib import Path
from typing import Any

from tests.support.ollama_double import OllamaDouble, written
from tests.support.service import running_service, stdio_entry

NOTES = stdio_entry(program="reading_server")
PEOPLE = stdio_entry(program="asking_server")


async def test_a_plan_finds_a_resource_reads_it_and_follows_a_link(tmp_path: Path) -> None:
    address = {"uri": "${found[0].uri}", "server": "${found[0].server}"}
    tasks = [
        {"id": "found", "tool": "find_resources", "arguments": {"query": "red lamp"}},
        {
            "id": "read",
            "tool": "read_resource",
            "arguments": address,
        },
        {"id": "linked", "tool": "links"},
        {"id": "followed", "tool": "read_resource", "arguments": {"uri": "${linked[0].uri}"}},
    ]
    async with running_service(tmp_path, servers={"notes": NOTES}) as service:
        run = await service.ask("What does the red lamp cost?", plan={"tasks": tasks})
    ended = {task["id"]: task for task in run["tasks"]}
    assert ended["read"]["result"].startswith("The red lamp costs 4 euros.")
    assert ended["followed"]["result"] == "The green chair is here."
    assert "4 euros" in run["answer"]
    assert "notes://lamps/red" in {source["url"] for source in run["sources"]}


async def test_where_nobody_can_be_asked_the_run_says_what_to_do(tmp_path: Path) -> None:
    tasks = [{"id": "t1", "tool": "greet"}]
    async with running_service(tmp_path, servers={"people": PEOPLE}) as service:
        response = await service.client.post("/search", json={"query": "greet", "plan": {"tasks": tasks}})
    assert "nobody could be asked: search in the page, or with 'Accept: text/event-stream'" in response.text


async def test_a_request_with_globs_reads_only_what_their_servers_have(tmp_path: Path) -> None:
    tasks = [
        {"id": "found", "tool": "find_resources", "arguments": {"query": "lamp"}},
        {"id": "read", "tool": "read_resource", "arguments": {"uri": "notes://lamps/red", "server": "other"}},
    ]
    asked = {"query": "lamp", "plan": {"tasks": tasks}, "tools": ["notes.*", "*_resources", "read_resource"]}
    async with running_service(tmp_path, servers={"notes": NOTES, "other": NOTES}) as service:
        run = (await service.client.post("/search", json=asked)).json()
    found, read = run["tasks"]
    assert {each["server"] for each in found["result"]} == {"notes"}
    assert "not among the tools that this request may use" in read["error"]


async def test_what_a_server_cannot_do_is_told_with_its_reason(tmp_path: Path) -> None:
    books = stdio_entry("task_required", program="scripted_server")
    async with running_service(tmp_path, servers={"books": books}) as service:
        await service.ask("anything", plan={"tasks": [{"tool": "find", "arguments": {"topic": "lamps"}}]})
        listed = (await service.client.get("/tools")).json()
    [unusable] = listed["unusable"]
    assert unusable["name"] == "study"
    assert unusable["reason"] == "it must be run as a task, and its server does not say that it runs tasks"


async def test_what_a_server_says_of_itself_reaches_the_planner_and_so_do_its_resources(
    tmp_path: Path, ollama: OllamaDouble
) -> None:
    before = len(ollama.chats)
    ollama.enqueue(*written(json.dumps({"tasks": [{"find_resources": {"query": "red lamp"}}]})))
    async with running_service(tmp_path, servers={"notes": NOTES}, ollama=ollama.url) as service:
        await service.ask("What does the red lamp cost?")
    messages: Any = ollama.chats[before].body["messages"]
    asked: str = messages[0]["content"]
    assert "# notes: Notes on lamps." in asked
    assert "find_resources(query: text)" in asked
    assert "read_resource(" in asked

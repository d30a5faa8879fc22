"""The service as an MCP server, asked by the official client: over HTTP in both eras, over stdio in both ways."""

import json
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.api.protocols.conftest import ANSWER, SLOW, newer_run, newest_run, script
from tests.cli.terminal import run
from tests.support.forking.starting import ROOT
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService, environment_for, running_service, stdio_entry

QUESTION = {"query": "What do the rows say?"}
PROGRAM = ["-m", "agentic_search.cli.program", "mcp"]
"""`agentic-search mcp`, which is in PATH only once the package is installed."""
KEY = "a-key-for-mcp-hosts-4711"


@asynccontextmanager
async def asking(service: RunningService, how: str) -> AsyncGenerator[Client, None]:
    """A client over HTTP in an era (`auto`, `legacy`), or over stdio beside the service."""
    at: Any = f"{service.url}/mcp"
    if how == "stdio":
        command = [*PROGRAM, "--server", service.url]
        at = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT)
    async with Client(at, mode="legacy" if how == "legacy" else "auto") as client:
        yield client


@pytest.mark.parametrize(
    ("how", "revision"), [("auto", "2026-07-28"), ("legacy", "2025-11-25"), ("stdio", "2026-07-28")]
)
async def test_a_search_tells_its_progress_and_gives_text_links_and_structure(
    service: RunningService, ollama: OllamaDouble, how: str, revision: str
) -> None:
    told: list[tuple[float, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with asking(service, how) as client:
        assert client.protocol_version == revision
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert listed.keys() == {"search", "get_run", "list_tools_available"}
        assert listed["search"].output_schema and "sources" in listed["search"].output_schema["properties"]
        script(ollama)
        result = await client.call_tool("search", QUESTION, progress_callback=on_progress)
        given: Any = result.structured_content
        assert (given["status"], given["answer"]) == ("completed", ANSWER)
        text, *links = result.content
        assert text.type == "text" and text.text.startswith(f"{ANSWER}\n\nSources:\n\n- \\[1\\] **Row 1**")
        assert [link.uri for link in links if link.type == "resource_link"] == [
            "https://example.org/1",
            "https://example.org/2",
        ]
        assert [number for number, _ in told] == list(range(1, len(told) + 1))
        assert "🧠 Planning with qwen3:8b" in [message for _, message in told]
        again = await client.call_tool("get_run", {"run_id": given["run_id"]})
        assert again.structured_content == given
        available: Any = (await client.call_tool("list_tools_available", {})).structured_content
        assert "rows" in {tool["name"] for tool in available["tools"]}
        refusals: list[dict[str, Any]] = [
            {"query": " "},
            {"query": "x", "thread_id": "not a thread"},
            {"query": "x", "tools": []},
        ]
        for wrong in refusals:
            refused = await client.call_tool("search", wrong)
            assert refused.is_error
        assert (await client.call_tool("get_run", {"run_id": "none"})).is_error


@pytest.mark.parametrize("how", ["auto", "legacy", "stdio"])
async def test_a_call_that_is_cancelled_stops_its_run(service: RunningService, ollama: OllamaDouble, how: str) -> None:
    script(ollama, SLOW)
    last = await newest_run(service)
    async with asking(service, how) as client:
        await client.list_tools()
        run_id = ""
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "search", QUESTION)
            run_id = await newer_run(service, last)
            await service.events(run_id, until="task.started")
            group.cancel_scope.cancel()
        told = await service.events(run_id)
    assert told[-1].event == "run.cancelled"
    ollama.forget_replies()


async def test_without_a_running_service_the_program_opens_one(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_text(json.dumps({"mcpServers": {"slow": stdio_entry()}}))
    environment = environment_for(tmp_path, settings={"DATABASE_URL": "memory:"})
    program = StdioServerParameters(command=sys.executable, args=PROGRAM, env=environment, cwd=tmp_path)
    async with Client(program) as client:
        given: Any = (await client.call_tool("search", QUESTION)).structured_content
        assert given["status"] == "completed" and given["sources"], given["error"]


async def test_names_and_pages_that_are_not_the_services_own_are_refused(service: RunningService) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    for headers, status in (({"Host": "other.example"}, 421), ({"Origin": "https://other.example"}, 403)):
        assert (await service.client.post("/mcp", json=body, headers=headers)).status_code == status


def documented_entries() -> list[dict[str, Any]]:
    """The entries of hosts' files in the documentation."""
    text = (ROOT / "docs" / "clients.md").read_text()
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    return [entry for block in blocks for entry in (block.get("mcpServers") or block["servers"]).values()]


async def test_the_entries_for_hosts_in_the_documentation_work(service: RunningService) -> None:
    entries = documented_entries()
    assert len(entries) == 3
    commands = {(entry["command"], *entry["args"]) for entry in entries if "command" in entry}
    assert {entry["url"] for entry in entries if "url" in entry} == {"http://localhost:8023/mcp"}
    host, port = service.url.removeprefix("http://").split(":")
    own = {"AGENTIC_SEARCH_HOST": host, "AGENTIC_SEARCH_PORT": port, "PYTHONPATH": str(ROOT)}
    assert commands == {("agentic-search", "mcp")}
    for _, *arguments in commands:
        program = StdioServerParameters(command=sys.executable, args=[*PROGRAM[:-1], *arguments], env=own)
        async with Client(program) as client:
            available: Any = (await client.call_tool("list_tools_available", {})).structured_content
            assert "rows" in {tool["name"] for tool in available["tools"]}, "it asks the running service"


async def test_programs_give_the_key_of_their_environment_and_say_where_it_is_missing(tmp_path: Path) -> None:
    async with running_service(
        tmp_path, servers={"slow": stdio_entry()}, settings={"API_KEYS": f"mine={KEY}"}
    ) as service:
        await service.ready_servers("slow")
        host, port = service.url.removeprefix("http://").split(":")
        own = environment_for(tmp_path, settings={"HOST": host, "PORT": port})
        for key, is_let_in in ((KEY, True), ("", False)):
            given = {**own, "AGENTIC_SEARCH_KEY": key}
            async with Client(StdioServerParameters(command=sys.executable, args=PROGRAM, env=given)) as client:
                result = await client.call_tool("search", QUESTION)
                assert result.is_error is not is_let_in, result
                if not is_let_in:
                    assert "from the variable AGENTIC_SEARCH_KEY" in str(result.content)
        ended = await run(tmp_path, "history", "list", "--server", service.url)
        assert (ended.status, "from the variable AGENTIC_SEARCH_KEY" in ended.error) == (1, True), ended

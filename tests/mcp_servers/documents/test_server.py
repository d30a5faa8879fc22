"""The documents server as an MCP host meets it: a process of its own, over standard input and output."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from mcp import Client

from tests.mcp_servers.asking import ask, complaint
from tests.mcp_servers.documents.connection import ROOT, documents
from tests.mcp_servers.documents.pdf import make_pdf
from tests.mcp_servers.processes import children, is_alive, linux_only

GUIDE = """# Guide

Everything there is to know.

## Installing

Run the frobnicator's installer.

### Linux

Use the package called frobd.

## Using

""" + "\n\n".join(f"Paragraph {number} about daily use." for number in range(600))


@pytest.fixture(scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Client]:
    """One server for all tests that change nothing."""
    base = tmp_path_factory.mktemp("documents")
    root = base / "docs"
    (root / "manuals").mkdir(parents=True)
    (root / "guide.md").write_text(GUIDE)
    (root / "manuals" / "C# notes 100%.txt").write_text("sharp notes on the garbage collector")
    (root / "manuals" / "paper.pdf").write_bytes(make_pdf(["On the theory of widgets", "Widget measurements"]))
    (root / "page.html").write_text("<title>Page</title><h2 id=inst>Setting up</h2><p>Unpack the gizmo archive.")
    (root / "empty.md").write_text("")
    (root / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (base / "secret.md").write_text("# Secret\n\nclassified material")
    (root / "link.md").symlink_to(base / "secret.md")
    async with documents(base / "cache", str(root)) as client:
        yield client


async def test_the_tools_only_read_and_have_schemas(client: Client) -> None:
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"search_documents", "read_document", "list_documents"}
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.idempotent_hint
        assert tool.annotations.open_world_hint is False
        assert tool.output_schema is not None
    assert set(tools["search_documents"].input_schema["properties"]) == {"query", "limit"}


async def test_a_search_gives_passages_that_can_be_cited_and_read_on_from(client: Client) -> None:
    found = await ask(client, "search_documents", query="How is frobd installed on Linux?")
    first = found["results"][0]
    assert first["title"] == "guide.md › Linux"
    assert first["url"] == "documents:guide.md#linux"
    assert first["text"] == "Use the package called frobd."
    assert (first["path"], first["section"], first["line"], first["page"]) == ("guide.md", "linux", 9, None)
    assert found["indexing"] == {"complete": True, "documents": 4, "waiting": 0}
    read = await ask(client, "read_document", path=first["url"])
    assert read["text"].startswith("### Linux\n\nUse the package")
    assert read["url"] == first["url"]


async def test_a_pdf_is_cited_by_its_page(client: Client) -> None:
    found = await ask(client, "search_documents", query="widget measurements", limit=1)
    assert found["results"][0]["url"] == "documents:manuals/paper.pdf#page=2"
    assert found["results"][0]["page"] == 2
    for section in ("2", "page=2", "page 2"):
        read = await ask(client, "read_document", path="manuals/paper.pdf", section=section)
        assert read["text"].strip() == "Widget measurements"


async def test_a_name_with_marks_of_addresses_in_it_is_found_again_by_its_address(client: Client) -> None:
    found = await ask(client, "search_documents", query="garbage collector")
    url = found["results"][0]["url"]
    assert url == "documents:manuals/C%23 notes 100%25.txt"
    for path in (url, "manuals/C# notes 100%.txt"):
        assert (await ask(client, "read_document", path=path))["text"].startswith("sharp notes")


async def test_html_is_cited_by_the_anchor_it_brings(client: Client) -> None:
    found = await ask(client, "search_documents", query="gizmo archive")
    assert found["results"][0]["url"] == "documents:page.html#inst"


async def test_a_document_is_read_page_by_page(client: Client) -> None:
    page = await ask(client, "read_document", path="guide.md", limit=5_000)
    text = page["text"]
    while page["next_offset"] is not None:
        assert page["next_offset"] == len(text)
        page = await ask(client, "read_document", path="guide.md", offset=len(text), limit=5_000)
        assert len(page["text"]) <= 5_000
        text += page["text"]
    assert text == GUIDE
    assert page["total"] == len(GUIDE)
    assert page["sections"][:4] == ["guide", "installing", "linux", "using"]
    beyond = await ask(client, "read_document", path="guide.md", offset=10**6)
    assert (beyond["text"], beyond["next_offset"]) == ("", None)


async def test_a_section_is_read_with_what_is_below_it(client: Client) -> None:
    read = await ask(client, "read_document", path="guide.md", section="Installing")
    assert "Linux" in read["text"]
    assert "Using" not in read["text"]
    assert read["title"] == "guide.md › Installing"


async def test_the_list_tells_what_cannot_be_read_and_why(client: Client) -> None:
    listed = await ask(client, "list_documents")
    files = {file["path"]: file for file in listed["documents"]}
    assert listed["total"] == 7
    assert files["guide.md"]["title"] == "Guide"
    assert files["guide.md"]["size"] == len(GUIDE)
    assert files["empty.md"]["note"] == "it holds no text"
    assert files["broken.pdf"]["problem"].startswith("the PDF is broken")
    assert files["link.md"]["problem"] == "a symbolic link that leads out of the folder; it is not followed"
    assert listed["note"] == "2 files cannot be read; the `problem` of each says why."


async def test_the_list_is_narrowed_by_a_pattern_and_a_limit(client: Client) -> None:
    listed = await ask(client, "list_documents", pattern="manuals/*")
    assert [file["path"] for file in listed["documents"]] == ["manuals/C# notes 100%.txt", "manuals/paper.pdf"]
    few = await ask(client, "list_documents", pattern="*.MD", limit=1)
    assert (len(few["documents"]), few["total"]) == (1, 3)


@pytest.mark.parametrize(
    "path", ["../secret.md", "link.md", "/etc/passwd", "documents:../secret.md", "documents:link.md"]
)
async def test_nothing_outside_the_folder_is_read(client: Client, path: str) -> None:
    told = await complaint(client, "read_document", path=path)
    assert "classified" not in told
    assert "cannot be read" in told


async def test_what_is_outside_the_folder_is_not_found_either(client: Client) -> None:
    assert (await ask(client, "search_documents", query="classified material"))["results"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"path": "guid.md"}, "'guide.md'"),
        ({"path": "paper.pdf"}, "'manuals/paper.pdf'"),
        ({"path": "guide.md", "section": "Nope"}, "it has no section 'Nope'"),
        ({"path": "broken.pdf"}, "the PDF is broken"),
        ({"path": "guide.md", "offset": -1}, "offset"),
        ({}, "path"),
    ],
)
async def test_a_mistake_is_told_with_what_there_is(client: Client, arguments: dict[str, str], told: str) -> None:
    assert told in await complaint(client, "read_document", **arguments)


@pytest.mark.parametrize("query", ['"', "AND OR NOT", "frobd* NEAR(", "the of and", "\N{PILE OF POO}", "a" * 8_000])
async def test_no_question_is_taken_for_search_syntax(client: Client, query: str) -> None:
    assert isinstance((await ask(client, "search_documents", query=query))["results"], list)


@pytest.mark.parametrize("arguments", [{"query": ""}, {"query": "x", "limit": 0}, {"query": "x", "limit": 51}, {}])
async def test_arguments_that_break_the_schema_are_refused(client: Client, arguments: dict[str, object]) -> None:
    assert "search_documents" in await complaint(client, "search_documents", **arguments)


async def test_many_questions_at_once_are_all_answered(client: Client) -> None:
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(client, "search_documents", query=f"frobd {n}")) for n in range(20)]
        read = [group.create_task(ask(client, "read_document", path="manuals/paper.pdf")) for _ in range(5)]
    assert all(task.result()["results"][0]["path"] == "guide.md" for task in asked)
    assert len({task.result()["text"] for task in read}) == 1


async def test_a_missing_folder_is_a_note_on_how_to_set_it(tmp_path: Path) -> None:
    async with documents(tmp_path / "cache", env={"AGENTIC_SEARCH_DOCUMENTS": str(tmp_path / "nowhere")}) as client:
        for tool, arguments in (("search_documents", {"query": "x"}), ("list_documents", {})):
            told = await ask(client, tool, **arguments)
            assert "There is no folder" in told["note"]
            assert "AGENTIC_SEARCH_DOCUMENTS" in told["note"]


async def test_no_folder_at_all_is_a_note_on_how_to_set_one(tmp_path: Path) -> None:
    async with documents(tmp_path / "cache") as client:
        assert "No documents folder is set" in (await ask(client, "search_documents", query="x"))["note"]
        assert "No documents folder is set" in (await ask(client, "list_documents"))["note"]
        assert "No documents folder is set" in await complaint(client, "read_document", path="x.md")


async def test_the_tools_are_listed_at_once_though_the_folder_is_large(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(200):
        (root / f"{number:03}.md").write_text(f"# File {number}\n\nword{number} common")
    write_endless(root)
    async with documents(tmp_path / "cache", str(root)) as client:
        assert len((await client.list_tools()).tools) == 3
        found = await ask(client, "search_documents", query="word199")
        assert not found["indexing"]["complete"] and found["note"]


@linux_only
@pytest.mark.parametrize("busy", [True, False])
async def test_the_end_of_standard_input_ends_everything_it_started(tmp_path: Path, busy: bool) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(2_000 if busy else 1):
        (root / f"{number}.md").write_text(f"# File {number}\n\nwords")
    if busy:
        write_endless(root)
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agentic_search.mcp_servers.documents", str(root)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"AGENTIC_SEARCH_CACHE": str(tmp_path / "cache"), "PATH": ""},
    )
    assert server.stdin is not None
    started = await parsers_of(server)
    server.stdin.close()
    async with asyncio.timeout(60):
        assert await server.wait() == 0
    await all_ended(started)


@linux_only
async def test_a_server_that_is_killed_leaves_no_parser_behind(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    write_endless(root)
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agentic_search.mcp_servers.documents", str(root)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={"AGENTIC_SEARCH_CACHE": str(tmp_path / "cache"), "PATH": ""},
    )
    started = await parsers_of(server)
    assert all(map(is_alive, started))
    server.kill()
    async with asyncio.timeout(10):
        await server.wait()
    await all_ended(started)


def write_endless(root: Path) -> None:
    """A document that keeps a parser busy until it is stopped."""
    (root / "endless.md").write_bytes(b"# One\n\n*two* [three](four)\n\n" * 400_000)


async def parsers_of(server: asyncio.subprocess.Process) -> list[int]:
    """The processes that it has started, once there are any."""
    async with asyncio.timeout(30):
        while not (started := children(server.pid)):
            assert server.returncode is None
            await asyncio.sleep(0.01)
    return started


async def all_ended(processes: list[int]) -> None:
    """Wait until none of them is alive; they have five seconds."""
    async with asyncio.timeout(5):
        while any(map(is_alive, processes)):  # noqa: ASYNC110 - nobody tells that a process has ended
            await asyncio.sleep(0.01)


def test_the_server_starts_without_what_only_the_parsers_need() -> None:
    check = """
import sys
import agentic_search.mcp_servers.documents.__main__
print(sorted({"lxml", "pypdf", "markdown_it", "trafilatura", "kreuzberg"} & sys.modules.keys()))
"""
    ended = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert ended.stdout == "[]\n"

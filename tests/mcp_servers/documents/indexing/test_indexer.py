"""What can be found keeps up with a folder that changes, and no file stops the indexing."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest

from agentic_search.mcp_servers.documents.files.dropped import FolderWithDropped
from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES, Folder, FolderListing
from agentic_search.mcp_servers.documents.indexing.document_index import FileRecord
from agentic_search.mcp_servers.documents.library import DocumentLibrary
from tests.mcp_servers.documents.pdf import make_pdf

BOUND = 20.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    root.mkdir()
    return root


@asynccontextmanager
async def library(root: Path, timeout: float = BOUND) -> AsyncGenerator[DocumentLibrary]:
    """A library whose indexing runs for the length of the block."""
    made = DocumentLibrary(Folder(root), root.parent / "cache", timeout=timeout)
    async with asyncio.TaskGroup() as group:
        indexing = group.create_task(made.run())
        try:
            yield made
        finally:
            indexing.cancel()


async def found(library: DocumentLibrary, query: str) -> list[str]:
    return [passage.path for passage in (await library.search(query, 10)).results]


def make(folder: Path) -> None:
    folder.mkdir()


def make_missing(folder: Path) -> None:
    folder.rmdir()


def move_away(folder: Path) -> None:
    """Another folder takes its place."""
    folder.rename(folder.with_name("away"))
    folder.mkdir()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Ask until it holds; not for ever."""
    async with asyncio.timeout(BOUND):
        while not await holds():
            pass


async def test_what_was_put_there_a_moment_ago_is_found_and_what_was_taken_away_is_not(root: Path) -> None:
    make_missing(root)  # the folder for dropped documents is made with the first of them
    async with library(root) as lib:
        assert await found(lib, "crunchy") == []
        make(root)
        for name in ("a.md", "b.md", "c.md"):
            (root / name).write_text("# Apples\n\ncrunchy")
            assert name in await found(lib, "crunchy")
        (root / "b.md").unlink()
        assert sorted(await found(lib, "crunchy")) == ["a.md", "c.md"]


async def test_what_comes_while_the_first_look_is_under_way_is_found(root: Path) -> None:
    (root / "a.md").write_text("# Apples\n\njuicy")
    dropped = root.parent / "dropped"  # nothing tells of it: it was not there when the watch began
    made = DocumentLibrary(FolderWithDropped(root, dropped), root.parent / "cache", timeout=BOUND)
    look = made.folder.look

    def slow_look() -> FolderListing:
        listing = look()
        if not dropped.exists():
            dropped.mkdir()
            (dropped / "b.md").write_text("# Pears\n\ncrunchy")
            came.set()
        return listing

    came = Event()
    made.folder.look = slow_look  # the file comes just behind the look
    async with asyncio.TaskGroup() as group:
        indexing = group.create_task(made.run())
        await asyncio.to_thread(came.wait)
        assert await found(made, "crunchy") == ["dropped/b.md"]
        indexing.cancel()


async def test_added_changed_and_deleted_files_are_followed(root: Path) -> None:
    (root / "a.md").write_text("# Apples\n\ncrunchy")
    async with library(root) as lib:
        assert await found(lib, "crunchy") == ["a.md"]
        (root / "a.md").write_text("# Apples\n\njuicy")
        (root / "sub").mkdir()
        (root / "sub" / "b.md").write_text("# Beets\n\nearthy")

        async def followed() -> bool:
            return [await found(lib, word) for word in ("crunchy", "juicy", "earthy")] == [[], ["a.md"], ["sub/b.md"]]

        await eventually(followed)
        (root / "a.md").unlink()
        (root / "sub").rename(root / "moved")

        async def moved() -> bool:
            return [await found(lib, word) for word in ("juicy", "earthy")] == [[], ["moved/b.md"]]

        await eventually(moved)


async def test_a_second_start_takes_in_only_what_differs(root: Path) -> None:
    for name in ("same.md", "changed.md", "gone.md"):
        (root / name).write_text(f"# {name}\n\nwords")
    async with library(root) as lib:
        assert len(await found(lib, "words")) == 3
        before = dict(lib.indexer.progress.records)
    (root / "changed.md").write_text("# changed.md\n\nother words")
    (root / "gone.md").unlink()
    async with library(root) as lib:
        assert sorted(await found(lib, "words")) == ["changed.md", "same.md"]
        after = lib.indexer.progress.records
    assert after["same.md"] == before["same.md"]
    assert after["changed.md"] != before["changed.md"]


async def test_broken_files_are_told_with_their_reasons_and_stop_nothing(root: Path) -> None:
    (root / "broken.pdf").write_bytes(b"%PDF-1.4\n" + b"\0\xff" * 300)
    (root / "garbage.txt").write_bytes(bytes(range(256)) * 10)
    (root / "good.md").write_text("# Good\n\nfindable")
    (root / "old.txt").write_bytes(b"caf\xe9 findable")
    (root / "paper.pdf").write_bytes(make_pdf(["findable words on a page", "more"]))
    with (root / "huge.txt").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    async with library(root) as lib:
        assert sorted(await found(lib, "findable")) == ["good.md", "old.txt", "paper.pdf"]
        listed = {file.path: file for file in (await lib.list_files("*", 100)).documents}
    assert "broken" in (listed["broken.pdf"].problem or "")
    assert listed["garbage.txt"].problem == "it holds binary data, not text"
    assert "at most 32 MiB" in (listed["huge.txt"].problem or "")
    assert listed["old.txt"].note == "not UTF-8; read as Windows-1252"
    assert listed["paper.pdf"].sections == 2
    assert listed["good.md"].problem is None


async def test_what_is_passed_over_is_told_with_the_reason_to_who_searches_and_to_who_lists(root: Path) -> None:
    (root / "good.md").write_text("# Good\n\nfindable")
    for name in ("box.mbox", "talk.key", "photo.png", "scan.PNG", "song.mp3", "binary"):
        (root / name).write_bytes(b"x")
    (root / "locked.docx").write_bytes(b"PK no archive")
    async with library(root) as lib:
        answer, named = await lib.search("findable", 5), await lib.search("what does the box.mbox say", 5)
        listed = await lib.list_files("*", 100)
    assert answer.note is None and answer.searched == "1 file; 3 more cannot be read: list_documents tells why"
    assert (named.note or "").endswith(
        "box.mbox cannot be read: a mailbox; save its messages as .eml to have them read."
    )
    problems = {file.path: file.problem for file in listed.documents if file.problem}
    assert sorted(problems) == ["box.mbox", "locked.docx", "talk.key"]
    assert "no Word document" in (problems["locked.docx"] or "")
    assert (listed.note or "").startswith("3 files cannot be read; the `problem` of each says why. Passed over")
    assert (listed.note or "").endswith("Passed over, as no documents: 2 .png, 1 without an ending, 1 .mp3.")


async def test_an_unreadable_file_is_tried_again_when_its_permissions_change(root: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    (root / "a.md").write_text("# A\n\nlocked")
    (root / "a.md").chmod(0)
    async with library(root) as lib:
        assert await found(lib, "locked") == []
        assert (await lib.list_files("*", 10)).documents[0].problem == "it cannot be opened: Permission denied"
        (root / "a.md").chmod(0o600)

        async def unlocked() -> bool:
            return await found(lib, "locked") == ["a.md"]

        await eventually(unlocked)


async def test_a_file_that_becomes_a_link_outwards_is_forgotten(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nclassified")
    (root / "a.md").write_text("# A\n\nharmless")
    async with library(root) as lib:
        assert await found(lib, "harmless") == ["a.md"]
        (root / "a.md").unlink()
        (root / "a.md").symlink_to(tmp_path / "secret.md")

        async def forgotten() -> bool:
            return await found(lib, "harmless") == []

        await eventually(forgotten)
        assert await found(lib, "classified") == []


async def test_a_folder_that_comes_later_is_taken_in(root: Path) -> None:
    make_missing(root)
    async with library(root) as lib:
        assert "There is no folder" in ((await lib.search("words", 5)).note or "")
        make(root)
        (root / "a.md").write_text("# A\n\nwords")

        async def taken_in() -> bool:
            return await found(lib, "words") == ["a.md"]

        await eventually(taken_in)


async def test_a_folder_that_is_replaced_is_followed_still(root: Path) -> None:
    (root / "a.md").write_text("# A\n\nfirst")
    async with library(root) as lib:
        assert await found(lib, "first") == ["a.md"]
        move_away(root)
        (root / "b.md").write_text("# B\n\nsecond")

        async def followed() -> bool:
            return await found(lib, "second") == ["b.md"] and await found(lib, "first") == []

        await eventually(followed)


async def test_a_question_that_cannot_wait_says_what_is_missing(root: Path) -> None:
    for number in range(30):
        (root / f"{number}.md").write_text("# One\n\nwords")
    async with library(root, timeout=0.0) as lib:
        early = await lib.search("words", 50)
        assert not early.indexing.complete
        assert early.note is not None

        async def complete() -> bool:
            return (await lib.search("words", 50)).indexing.complete

        await eventually(complete)
        late = await lib.search("words", 50)
    assert len(late.results) == 30
    assert late.note is None


async def test_a_damaged_index_is_made_anew(root: Path) -> None:
    (root / "a.md").write_text("# A\n\nwords")
    async with library(root) as lib:
        assert await found(lib, "words") == ["a.md"]
    (cache,) = (root.parent / "cache").glob("documents-*.sqlite")
    cache.write_bytes(b"this is no database" * 200)
    async with library(root) as lib:
        assert await found(lib, "words") == ["a.md"]


async def test_an_index_that_cannot_be_written_is_told_and_ends_nothing(root: Path) -> None:
    (root / "a.md").write_text("# A\n\nwords")
    (root.parent / "cache").write_text("a file where the folder should be")
    async with library(root) as lib:
        note = (await lib.list_files("*", 10)).note
        assert note is not None and note.startswith("The index cannot be used")
        with pytest.raises((sqlite3.Error, OSError)):
            await lib.search("words", 5)
        assert (await lib.read("a.md", None, 0, 100)).text == "# A\n\nwords"


def test_a_receipt_of_another_version_fits_no_file() -> None:
    for text in ("", "{}", "[]", '{"size": 1}', '{"size": 1, "mtime_ns": 2, "colour": 3}', "nonsense"):
        assert FileRecord.load(text).version == 0

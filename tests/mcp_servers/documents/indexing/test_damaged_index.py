"""An index file that is damaged, of another kind or gone is set aside and made anew, before a start and after it."""

import asyncio
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agentic_search.mcp_servers.documents.files import watch
from agentic_search.mcp_servers.documents.library import DocumentLibrary
from tests.mcp_servers.documents.indexing.test_indexer import eventually, found, library

FILES = 40


@pytest.fixture(autouse=True)
def _no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is looked at again two seconds after the start, which would hide that damage is not noticed."""
    monkeypatch.setattr(watch, "LOOK_MS", 600_000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(FILES):
        (root / f"{number}.md").write_text(f"# File {number}\n\nwords word{number} " + "filling " * 400)
    return root


def index_file(root: Path) -> Path:
    (path,) = (root.parent / "cache").glob("documents-*.sqlite")
    return path


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def truncate_oddly(path: Path) -> None:
    os.truncate(path, 5_000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def garbage_inside(path: Path) -> None:
    """The head stays sound, so that opening it tells nothing."""
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xa5" * (path.stat().st_size - 8_192))


def other_tables(path: Path) -> None:
    """As of the right version, though its tables are not."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE origin")
        connection.execute("ALTER TABLE entry RENAME COLUMN body TO text")
        connection.commit()


def without_words(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE words")
        connection.commit()


def other_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version=12345")
        connection.commit()


def journal_alone(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + os.urandom(9_000))
    path.unlink()


def journal_of_another(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"\x37\x7f\x06\x82" + os.urandom(9_000))


def gone(path: Path) -> None:
    path.unlink()


def cache_gone(path: Path) -> None:
    shutil.rmtree(path.parent)


DAMAGES = [
    *(truncate, truncate_oddly, empty, garbage, garbage_inside, other_tables, without_words, other_version),
    *(journal_alone, journal_of_another, gone, cache_gone),
]
TOLD = [truncate, truncate_oddly, garbage, garbage_inside, other_tables, without_words]
"""Those that leave something behind to be set aside."""


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
async def test_what_was_damaged_while_nobody_looked_is_made_anew(root: Path, damage: Callable[[Path], None]) -> None:
    async with library(root) as lib:
        assert len(await found(lib, "words")) == 10
    damage(index_file(root))
    async with library(root) as lib:
        await eventually_found(lib)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
async def test_what_is_damaged_in_the_midst_is_made_anew(root: Path, damage: Callable[[Path], None]) -> None:
    async with library(root) as lib:
        assert len(await found(lib, "words")) == 10
        damage(index_file(root))
        await eventually_found(lib)


async def eventually_found(lib: DocumentLibrary) -> None:
    async def all_found() -> bool:
        try:
            return all([await found(lib, f"word{number}") == [f"{number}.md"] for number in range(0, FILES, 7)])
        except sqlite3.Error:
            await asyncio.sleep(0.1)
            return False

    await eventually(all_found)


@pytest.mark.parametrize("damage", TOLD, ids=lambda damage: damage.__name__)
async def test_a_damaged_file_is_set_aside_and_told(
    root: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    async with library(root) as lib:
        assert len(await found(lib, "words")) == 10
    damage(index_file(root))
    with caplog.at_level(logging.WARNING):
        async with library(root) as lib:
            await eventually_found(lib)
    (told,) = [record.getMessage() for record in caplog.records if "set aside" in record.getMessage()]
    assert str(root.parent / "cache") in told
    assert len(list((root.parent / "cache").glob("*.damaged"))) == 1

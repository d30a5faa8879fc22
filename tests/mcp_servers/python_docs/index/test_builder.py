"""The index follows what is installed, by real worker processes, through changes and faults."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.index.builder import IndexBuilder
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter
from tests.mcp_servers.processes import children, holders, is_alive, linux_only
from tests.mcp_servers.python_docs.small_pythons import install, uninstall, write_files

PATIENCE = 30.0


async def silent(done: int, total: int) -> None:
    """Progress that nobody wants."""


@asynccontextmanager
async def running(
    python: Interpreter, *, recheck: float = 0.0, timeout: float = PATIENCE
) -> AsyncGenerator[IndexBuilder]:
    """A builder at work on the index beside the small Python."""
    with Index(python.library.parent / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=2, recheck=recheck, timeout=timeout)
        building = asyncio.ensure_future(builder.run())
        try:
            yield builder
        finally:
            building.cancel()
            await asyncio.wait([building], timeout=PATIENCE)


async def all_ready(builder: IndexBuilder) -> None:
    """Check, and wait until nothing is missing."""
    async with asyncio.timeout(PATIENCE):
        await builder.check()
        await builder.ready(set(builder.packages), PATIENCE, silent)
    assert builder.missing(builder.packages) == []


async def test_everything_that_is_installed_gets_into_the_index(python: Interpreter) -> None:
    install(python.search_path[0], "thing", "1.0", {"thing.py": "def f():\n    '''Frobnicate.'''"})
    async with running(python) as builder:
        await all_ready(builder)
        assert set(builder.index.counts()) == {"python/asyncio", "python/json", "python/topics", "thing"}
        assert [hit.entry.title for hit in builder.index.search("frobnicate")] == ["thing.f"]


async def test_a_package_that_changes_is_read_again_and_one_that_goes_is_dropped(python: Interpreter) -> None:
    site = python.search_path[0]
    install(site, "thing", "1.0", {"thing.py": "def old(): 'Frobnicate.'"})
    async with running(python) as builder:
        await all_ready(builder)
        install(site, "thing", "2.0", {"thing.py": "def new(): 'Frobnicate.'"})
        await all_ready(builder)
        assert [hit.entry.title for hit in builder.index.search("frobnicate")] == ["thing.new"]
        uninstall(site / "thing-2.0.dist-info")
        await builder.check()
        assert builder.index.search("frobnicate") == []
        assert "thing" not in builder.index.groups()


async def test_what_is_installed_is_not_looked_at_again_too_soon(python: Interpreter) -> None:
    async with running(python, recheck=3_600) as builder:
        await all_ready(builder)
        install(python.search_path[0], "thing", "1.0", {"thing.py": ""})
        await builder.check()
        assert "thing" not in builder.packages


async def test_what_is_in_the_index_already_is_not_read_again(python: Interpreter) -> None:
    async with running(python) as builder:
        await all_ready(builder)
    write_files(python.library, {"json/__init__.py": "'''Changed, but of the same Python.'''"})
    async with running(python) as builder:
        await builder.check()
        assert builder.missing(builder.packages) == []
        assert builder.index.search("changed") == []


async def test_an_index_lost_while_in_use_is_built_again(python: Interpreter) -> None:
    async with running(python) as builder:
        await all_ready(builder)
        builder.index.close()
        builder.index.path.write_bytes(b"damage" * 2_000)
        assert builder.index.search("gather") == []
        await all_ready(builder)
        assert builder.index.search("gather")


async def test_a_broken_source_file_keeps_nothing_else_out(python: Interpreter) -> None:
    files: dict[str, str | bytes] = {
        "thing/__init__.py": "from .good import f",
        "thing/good.py": "def f(): 'Frobnicate.'",
        "thing/bad.py": "def (",
        "thing/worse.py": b"\xff\xfe\x00",
    }
    install(python.search_path[0], "thing", "1.0", files)
    async with running(python) as builder:
        await all_ready(builder)
        assert builder.failed == {}
        assert [hit.entry.title for hit in builder.index.search("frobnicate")] == ["thing.f"]
        problem = builder.index.get("pydoc:thing.bad")
        assert problem is not None
        assert "SyntaxError" in problem.body


async def test_a_package_that_cannot_be_read_is_given_up_with_a_reason(python: Interpreter) -> None:
    folder = install(python.search_path[0], "thing", "1.0", {"thing.py": ""})
    (folder / "METADATA").unlink()
    (folder / "METADATA").mkdir()
    (folder / "RECORD").write_text('"' + "x" * 200_000)  # longer than any field that csv takes
    async with running(python) as builder:
        await all_ready(builder)
        assert set(builder.failed) == {"thing"}
        assert "Error" in builder.failed["thing"]
        uninstall_broken(folder)
        await builder.check()
        assert builder.failed == {}


def uninstall_broken(folder: Path) -> None:
    """Its METADATA is a folder."""
    (folder / "METADATA").rmdir()
    uninstall(folder)


def jam(python: Interpreter, version: str = "1.0") -> Path:
    """A package whose reader waits for ever: its module is a pipe into which nobody writes."""
    module = python.search_path[0] / "thing.py"
    module.unlink(missing_ok=True)
    install(module.parent, "thing", version, {"thing.py": ""})
    module.unlink()
    os.mkfifo(module)
    return module


async def opened_with_its_reader(module: Path) -> int:
    """The pipe, for writing, once a worker is in the middle of the package."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):  # nobody reads it yet
                return os.open(module, os.O_WRONLY | os.O_NONBLOCK)
            await asyncio.sleep(0.005)


@linux_only
async def test_a_package_that_kills_its_reader_twice_is_given_up_and_the_others_are_read(python: Interpreter) -> None:
    module = jam(python)
    async with running(python) as builder:
        async with asyncio.timeout(PATIENCE):
            for _ in range(2):
                pipe = await opened_with_its_reader(module)
                while not (readers := set(holders(module)) - {os.getpid()}):  # noqa: ASYNC110 - another process is waited for
                    await asyncio.sleep(0.005)
                [reader] = readers
                os.kill(reader, signal.SIGKILL)
                os.close(pipe)  # before another reader finds it open
                while is_alive(reader):  # noqa: ASYNC110 - another process is waited for
                    await asyncio.sleep(0.005)
        await all_ready(builder)
        assert builder.failed == {
            "thing": "nothing came of reading it: its worker process was ended by signal SIGKILL, perhaps for want of"
            " memory"
        }
        assert set(builder.index.groups()) == {"python/asyncio", "python/json", "python/topics"}


@linux_only
async def test_a_package_that_takes_too_long_is_given_up_and_no_process_stays(python: Interpreter) -> None:
    async with running(python) as builder:
        await all_ready(builder)  # so that only one package is left to be read under the short limit
    jam(python)
    async with running(python, timeout=8) as builder:
        await all_ready(builder)
        assert builder.failed == {"thing": "reading it took longer than 8 s"}
        assert set(builder.index.groups()) == {"python/asyncio", "python/json", "python/topics"}
        async with asyncio.timeout(PATIENCE):
            while workers():  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.005)


@linux_only
async def test_the_processes_end_when_all_is_read_and_when_the_server_ends_before(python: Interpreter) -> None:
    module = jam(python)
    async with running(python) as builder:
        async with asyncio.timeout(PATIENCE):
            pipe = await opened_with_its_reader(module)
            assert workers()
            os.close(pipe)
            await all_ready(builder)
            while workers():  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.005)
        assert "thing" in builder.index.groups()
        jam(python, "2.0")
        await builder.check()
        pipe = await opened_with_its_reader(module)
        assert workers()
    assert not workers()
    os.close(pipe)


def workers() -> list[int]:
    """The worker processes that this process has."""
    return [pid for pid in children(os.getpid()) if b"workers.child" in _command(pid)]


def _command(pid: int) -> bytes:
    """Empty for a process that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


async def test_a_wait_ends_in_time_and_reports_how_far_things_are(python: Interpreter) -> None:
    told: list[tuple[int, int]] = []

    async def report(done: int, total: int) -> None:
        told.append((done, total))

    with Index(python.library.parent / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=1)
        await builder.check()
        async with asyncio.timeout(PATIENCE):
            await builder.ready(set(builder.packages), 0.05, report)
        assert told == [(0, 3)]
        assert [package.group for package in builder.missing({"python/json"})] == ["python/json"]
        assert repr(builder) == "<IndexBuilder 3 packages, 3 missing>"


async def test_what_is_waited_for_is_read_first(python: Interpreter) -> None:
    for number in range(5):
        install(python.search_path[0], f"thing{number}", "1", {f"thing{number}.py": ""})
    with Index(python.library.parent / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=1)
        await builder.check()
        await builder.ready({"thing3"}, 0.01, silent)
        building = asyncio.ensure_future(builder.run())
        try:
            async with asyncio.timeout(PATIENCE):
                await builder.ready({"thing3"}, PATIENCE, silent)
            assert set(index.groups()) < {"thing3", "python/asyncio", "python/topics"}
        finally:
            building.cancel()
            await asyncio.wait([building], timeout=PATIENCE)


async def test_an_index_that_cannot_be_used_ends_nothing(tmp_path: Path, python: Interpreter) -> None:
    (tmp_path / "file").write_text("in the way")
    with Index(tmp_path / "file" / "index.sqlite3") as index:
        builder = IndexBuilder(index, python.survey, workers=1, recheck=0)
        building = asyncio.ensure_future(builder.run())
        try:
            with pytest.raises(OSError, match="file"):
                await builder.check()
            assert not building.done()
        finally:
            building.cancel()
            await asyncio.wait([building], timeout=PATIENCE)

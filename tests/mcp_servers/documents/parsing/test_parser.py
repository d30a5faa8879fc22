"""Bytes parsed in processes: a file that hangs or crashes its parser costs itself, and no process is left behind."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.documents.parsing.document import Document, DocumentSection, Unreadable
from agentic_search.mcp_servers.documents.parsing.parser import Parser
from tests.mcp_servers.documents.pdf import make_pdf
from tests.mcp_servers.processes import is_alive, linux_only

BOUND = 50.0
"""Seconds that a file is given; the machine may be busy."""
ENDLESS = b"# One\n\n*two* [three](four)\n\n" * 400_000
"""Markdown that takes a parser much longer than any test."""

texts = st.text()
sections = st.builds(DocumentSection, *[texts] * 2, *[st.integers()] * 4, *[st.none() | st.integers()] * 2)


@asynccontextmanager
async def parsing(*, timeout: float = BOUND, idle_timeout: float = BOUND) -> AsyncGenerator[Parser]:
    """A parser of which nothing is left."""
    parser = Parser(timeout=timeout, idle_timeout=idle_timeout)
    pids: frozenset[int] = frozenset()
    try:
        async with asyncio.timeout(2 * BOUND):
            yield parser
        pids = parser.pids
    finally:
        await parser.close()
    assert not any(map(is_alive, pids))


async def busy(parser: Parser, but: frozenset[int] = frozenset()) -> int:
    """The one process, other than these, that there is once it is at work."""
    while not (pids := parser.pids - but):  # noqa: ASYNC110 - nobody tells that a process is there
        await asyncio.sleep(0.005)
    [pid] = pids
    return pid


async def none_left(parser: Parser) -> None:
    """Wait until it has no process."""
    while parser.pids:  # noqa: ASYNC110 - nobody tells that a process has ended
        await asyncio.sleep(0.005)


@given(st.builds(Document, texts, texts, st.lists(sections).map(tuple), st.none() | texts))
def test_a_document_is_told_by_one_process_to_another_as_it_is(document: Document) -> None:
    assert Document.load(document.dump()) == document


async def test_every_kind_is_parsed_and_what_cannot_be_is_told_why() -> None:
    async with parsing() as parser:
        assert (await parser.parse("text", b"words")).text == "words"
        assert (await parser.parse("html", b"<title>A</title><p>words")).title == "A"
        assert (await parser.parse("markdown", b"# One\n\n# Two")).sections[1].anchor == "two"
        assert (await parser.parse("pdf", make_pdf(["words"]))).sections[0].page == 1
        with pytest.raises(Unreadable, match=r"^it is no PDF, whatever its name says$"):
            await parser.parse("pdf", b"words")


async def test_a_file_that_hangs_its_parser_is_given_up() -> None:
    async with parsing(timeout=0.5) as parser:
        assert await complaint(parser, ENDLESS) == "its parser was stopped after 0.5 s"
        await none_left(parser)


async def test_a_file_that_hangs_its_parser_holds_up_no_other() -> None:
    async with parsing() as parser, asyncio.TaskGroup() as group:
        hanging = group.create_task(complaint(parser, ENDLESS))
        await busy(parser)
        assert (await parser.parse("text", b"words")).text == "words"
        assert not hanging.done()
        await parser.close()


async def complaint(parser: Parser, data: bytes) -> str:
    """Why the Markdown cannot be read."""
    with pytest.raises(Unreadable) as why:
        await parser.parse("markdown", data)
    return str(why.value)


@linux_only
async def test_a_file_whose_parser_dies_twice_is_given_up_and_the_others_are_read() -> None:
    async with parsing() as parser, asyncio.TaskGroup() as group:
        crashing = group.create_task(complaint(parser, ENDLESS))
        first = await busy(parser)
        os.kill(first, signal.SIGKILL)
        second = await busy(parser, but=frozenset({first}))
        assert not crashing.done()
        os.kill(second, signal.SIGKILL)
        assert await crashing == "its parser crashed"
        assert (await parser.parse("text", b"words")).text == "words"


@linux_only
async def test_a_process_ended_from_outside_costs_no_file() -> None:
    async with parsing() as parser:
        assert (await parser.parse("text", b"words")).text == "words"
        [pid] = parser.pids
        os.kill(pid, signal.SIGKILL)
        assert (await parser.parse("text", b"more words")).text == "more words"
        assert pid not in parser.pids


async def test_processes_without_work_end_after_a_while_and_come_back() -> None:
    async with parsing(idle_timeout=0.05) as parser:
        for text in ("words", "more words"):
            assert (await parser.parse("text", text.encode())).text == text
            await none_left(parser)


async def test_closing_ends_what_is_being_parsed() -> None:
    async with parsing() as parser:
        async with asyncio.TaskGroup() as group:
            crashing = group.create_task(complaint(parser, ENDLESS))
            pid = await busy(parser)
            await parser.close()
            assert not is_alive(pid)
        assert crashing.result() == "its parser crashed"
        assert not parser.pids

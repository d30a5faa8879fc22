"""What was said of a tool for good at one service holds in all that share a Postgres."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.database.address import database_address
from agentic_search.database.database import open_database
from agentic_search.database.notices import Notices
from agentic_search.scheduler.approval.memory import MOST_REMEMBERED
from agentic_search.scheduler.approval.shared_memory import SharedApprovalMemory
from tests.support.postgres import RunningPostgres

KEY = ("files", "move_file", "origin")
OTHER = ("files", "wípe", "")


async def opened(stack: AsyncExitStack, url: str, file: Path) -> SharedApprovalMemory:
    clock = SystemClock()
    database = stack.enter_context(closing(open_database(database_address(url, data=Path()))))
    notices = await stack.enter_async_context(Notices(database.address, clock=clock))
    return await stack.enter_async_context(SharedApprovalMemory(file, database, notices))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - of another service
            await asyncio.sleep(0.01)


async def test_a_word_holds_in_all_services_and_after_a_restart(tmp_path: Path, postgres: RunningPostgres) -> None:
    url, file = postgres.new_database(), tmp_path / "approvals.json"
    file.write_text(json.dumps([[*OTHER, False]]))
    async with AsyncExitStack() as stack:
        one, other = await opened(stack, url, file), await opened(stack, url, tmp_path / "none.json")
        words = other.words
        assert words == {OTHER: False}, "what the first service had in its file"
        one.note(KEY, allowed=True)
        assert KEY in one.words and KEY not in words
        await one.save()
        await until(lambda: words == {OTHER: False, KEY: True})
        other.note(KEY, allowed=False)
        other.note(OTHER, allowed=True)
        await other.save()
        await until(lambda: one.words == {KEY: False, OTHER: True})
    file.write_text(json.dumps([["old", "old", "", True]]))
    async with AsyncExitStack() as stack:
        late = await opened(stack, url, file)
        assert late.words == {KEY: False, OTHER: True}
        for number in range(MOST_REMEMBERED):
            late.note(("server", f"tool {number:04}", ""), allowed=True)
        await late.save()
        assert len(late.words) == MOST_REMEMBERED and KEY not in late.words


async def test_while_postgres_is_away_a_word_holds_where_it_was_said(
    tmp_path: Path, own_postgres: RunningPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as stack:
        url = own_postgres.new_database()
        one, other = [await opened(stack, url, tmp_path / "none.json") for _ in range(2)]
        own_postgres.stop()
        one.note(KEY, allowed=True)
        with caplog.at_level(logging.WARNING):
            await one.save()
        own_postgres.start()
        assert one.words == {KEY: True} and "until Postgres is back" in caplog.text
        await until(lambda: other.words == {KEY: True})

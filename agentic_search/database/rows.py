"""The database as a part of the service uses it: each piece of work a transaction, in a thread of the part's own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from agentic_search.database.database import Database

_THREADS = 2

_Given = TypeVar("_Given")
_Asked = ParamSpec("_Asked")


class Rows:
    """What reads and writes some tables."""

    def __init__(self, database: Database, *, name: str) -> None:
        """`name`: of its threads."""
        self._database = database
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix=name)

    async def do(
        self, work: Callable[Concatenate[Connection, _Asked], _Given], *args: _Asked.args, **named: _Asked.kwargs
    ) -> _Given:
        """What the work gives. Raises StorageFailed, and what it raises."""

        def in_transaction() -> _Given:
            with self._database.transaction() as connection:
                return work(connection, *args, **named)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_transaction)

    async def close(self) -> None:
        """Wait for what is under way: it has a connection in use."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)

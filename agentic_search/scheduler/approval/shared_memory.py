"""What was said of tools for good, in the Postgres that several services share: what one is told holds in all."""

import logging
from asyncio import to_thread
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, text

from agentic_search.database.database import Database
from agentic_search.database.notices import APPROVALS, LookUponNotice, Notices, tell
from agentic_search.domain.approval.policy import ToolKey
from agentic_search.errors import StorageFailed
from agentic_search.scheduler.approval.memory import MOST_REMEMBERED, ApprovalMemory

logger = logging.getLogger(__name__)

_SAY = text(
    "INSERT INTO approvals (server, tool, state, allowed) VALUES (:server, :tool, :state, :allowed)"
    " ON CONFLICT (server, tool, state) DO UPDATE SET allowed = excluded.allowed, said_at = clock_timestamp()"
)
_FORGET = text(
    "DELETE FROM approvals WHERE (server, tool, state) IN"
    " (SELECT server, tool, state FROM approvals ORDER BY said_at DESC OFFSET :most)"
)
_READ = text("SELECT server, tool, state, allowed FROM approvals ORDER BY said_at")


class SharedApprovalMemory(ApprovalMemory):
    """The words of all services; an async context manager: what was said before is known when it is entered."""

    def __init__(self, file: Path, database: Database, notices: Notices) -> None:
        """`database` is a Postgres; one in which nothing was said yet is given what the file has."""
        super().__init__(file)
        self._database = database
        self._of_file: dict[ToolKey, bool] = dict(self._words)
        self._unsaved: dict[ToolKey, bool] = {}
        self._looking = LookUponNotice(notices, APPROVALS, look=self._exchange, name="what was said of tools for good")

    async def __aenter__(self) -> Self:
        await self._looking.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._looking.__aexit__(None, None, None)

    def note(self, tool: ToolKey, *, allowed: bool) -> None:
        """Remember from now on; `save` tells the others."""
        super().note(tool, allowed=allowed)
        self._unsaved[tool] = allowed

    async def save(self) -> None:
        """Write down what was noted; where that fails it holds here, and is tried again."""
        if not await self._exchange():
            logger.warning("what was approved for good holds in this process alone until Postgres is back")

    async def _exchange(self) -> bool:
        """Write what is new here, and read all; whether that was possible."""
        async with self._writing:
            unsaved, self._unsaved = self._unsaved, {}
            try:
                words = await to_thread(self._in_transaction, unsaved)
            except StorageFailed:
                self._unsaved = unsaved | self._unsaved
                return False
            self._of_file = {}
            self._words.clear()
            self._words.update(words | self._unsaved)
            return True

    def _in_transaction(self, unsaved: Mapping[ToolKey, bool]) -> dict[ToolKey, bool]:
        with self._database.transaction() as connection:
            words = _read(connection)
            if new := dict(unsaved) if words else self._of_file | dict(unsaved):
                for (server, tool, state), allowed in sorted(new.items()):
                    connection.execute(_SAY, {"server": server, "tool": tool, "state": state, "allowed": allowed})
                connection.execute(_FORGET, {"most": MOST_REMEMBERED})
                tell(connection, [APPROVALS])
                words = _read(connection)
            return words


def _read(connection: Connection) -> dict[ToolKey, bool]:
    return {(server, tool, state): allowed for server, tool, state, allowed in connection.execute(_READ)}

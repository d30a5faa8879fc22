"""What was said of tools for good, kept in a file of the data folder, so that it also holds after a restart."""

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from agentic_search.domain.approval.decision import Decision
from agentic_search.domain.approval.policy import ToolKey
from agentic_search.files import write_whole

logger = logging.getLogger(__name__)

MOST_REMEMBERED = 1_000
"""Tools; beyond them, what was said first is forgotten."""
LARGEST_FILE = 1024 * 1024
"""Bytes that are read of the file."""

_ENTRIES: TypeAdapter[list[tuple[str, str, str, bool]]] = TypeAdapter(list[tuple[str, str, str, bool]])
"""The parts of a tool's key, and whether it is allowed; in the order in which it was said."""


class ApprovalMemory:
    """The words that hold for good; of one process, in one file, which is always whole."""

    def __init__(self, file: Path) -> None:
        """Reads the file, if there is one; what cannot be read is as if nothing had been said."""
        self._file = file
        self._words: dict[ToolKey, bool] = dict(_read(file))
        self._writing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<ApprovalMemory of {len(self._words)} tools>"

    @property
    def words(self) -> Mapping[ToolKey, bool]:
        """Whether a tool is allowed, where that was said; always as it is now."""
        return self._words

    def note(self, tool: ToolKey, *, allowed: bool) -> None:
        """Remember from now on; `save` keeps it."""
        self._words.pop(tool, None)
        self._words[tool] = allowed
        while len(self._words) > MOST_REMEMBERED:
            del self._words[next(iter(self._words))]

    async def save_lasting(self, decision: Decision) -> None:
        """As `save`, after a decision that holds for good."""
        if decision.always:
            await self.save()

    async def save(self) -> None:
        """Write down what is remembered; where that fails it holds until the service ends, and the log says so."""
        async with self._writing:
            text = json.dumps([[*tool, allowed] for tool, allowed in self._words.items()], ensure_ascii=False)
            try:
                await asyncio.to_thread(write_whole, self._file, text.encode())
            except OSError as problem:
                logger.warning(
                    "approvals are forgotten when the service ends: %s cannot be written: %s", self._file, problem
                )


def _read(file: Path) -> Mapping[ToolKey, bool]:
    try:
        with file.open("rb") as opened:
            entries = _ENTRIES.validate_json(opened.read(LARGEST_FILE), strict=True)
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError) as problem:
        logger.warning("%s cannot be read, so tools that were approved for good ask again: %s", file, problem)
        return {}
    return {(server, tool, state): allowed for server, tool, state, allowed in entries[-MOST_REMEMBERED:]}

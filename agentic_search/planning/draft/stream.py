"""Finds the tasks in a plan's text while it arrives: each is given the moment its closing brace is there.

A scanner of brackets and strings, linear in the text: it skips prose and code fences before the first brace, follows
strings and escapes, and cuts out the objects that are direct elements of the top object's `tasks`. It never raises:
what cannot be read is left to whoever parses the whole `text` at the end.
"""

import json
import re

from agentic_search.domain.data import JsonObject

_TASKS = '"tasks"'
_PLAN, _LIST = 1, 2
"""How many brackets are open directly inside the plan, and directly inside its list of tasks."""

_BEFORE = re.compile(r"\{")
_OUTSIDE = re.compile(r"[\"{}\[\]]")
_INSIDE = re.compile(r"[\"\\]")


class PlanStream:
    """Reads one plan as it arrives."""

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self._began = False
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self._in_tasks = False
        self._name = ""
        """The last string directly inside the plan, quotes included: the name of what follows."""
        self._kept: list[str] | None = None
        """Pieces, from earlier chunks, of the name or the task that is open now."""
        self._kept_from = 0
        """Where in the current chunk the open name or task goes on."""

    @property
    def text(self) -> str:
        """Everything that was fed so far."""
        return "".join(self._chunks)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was opened is closed again, and something was."""
        return self._began and not self._depth

    def feed(self, chunk: str) -> list[JsonObject]:
        """Take the next piece of text; give the tasks that it closed, as they were written."""
        self._chunks.append(chunk)
        self._kept_from = 0
        closed: list[JsonObject] = []
        offset = 0
        while offset := self._after_next_mark(chunk, offset):
            closed += self._step(chunk, offset)
        if self._kept is not None:
            self._kept.append(chunk[self._kept_from :])
        return closed

    def _after_next_mark(self, chunk: str, offset: int) -> int:
        """The offset after the next character that means something in this state; 0 when there is none."""
        if self._escaped and chunk:
            self._escaped = False
            offset += 1
        marks = _INSIDE if self._in_string else _OUTSIDE if self._depth else _BEFORE
        while (found := marks.search(chunk, offset)) and found[0] == "\\":
            offset = found.end() + 1
            self._escaped = offset > len(chunk)
        return found.end() if found else 0

    def _step(self, chunk: str, offset: int) -> list[JsonObject]:
        match chunk[offset - 1]:
            case '"' if self._in_string:
                self._in_string = False
                if self._depth == _PLAN:
                    self._name = self._take(chunk[self._kept_from : offset])
            case '"':
                self._in_string = True
                if self._depth == _PLAN:
                    self._keep(offset - 1)
            case "{" | "[" as bracket:
                self._open(bracket, offset - 1)
            case _:
                self._depth -= 1
                if self._depth == _LIST and self._kept is not None:
                    return _object(self._take(chunk[self._kept_from : offset]))
        return []

    def _open(self, bracket: str, offset: int) -> None:
        if self._depth == _PLAN:
            self._in_tasks = bracket == "[" and self._name == _TASKS
        if self._depth == _LIST and self._in_tasks and bracket == "{":
            self._keep(offset)
        self._depth += 1
        self._began = True

    def _keep(self, offset: int) -> None:
        self._kept, self._kept_from = [], offset

    def _take(self, tail: str) -> str:
        text = "".join([*(self._kept or ()), tail])
        self._kept = None
        return text


def _object(text: str) -> list[JsonObject]:
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return []
    return [value] if isinstance(value, dict) else []

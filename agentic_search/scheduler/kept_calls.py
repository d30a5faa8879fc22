"""Tool calls that a run makes once, also where its process dies and another goes on with it.

How a call ended is noted, and told again: what it gave, or how it failed. A call that may change something is noted
before it begins, too: where its end is not known it is not made again, for it may have been carried out.
"""

from hashlib import sha256
from typing import Annotated, Protocol

from pydantic import BeforeValidator, TypeAdapter

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress, ToolResult
from agentic_search.domain.tool import Tool, key_of_call
from agentic_search.errors import ConnectionLost, ToolError
from agentic_search.events.journal import Journal
from agentic_search.plain_json import json_bytes
from agentic_search.scheduler.commands import StartCall
from agentic_search.tracing.spans import enter_task

_RESULT = TypeAdapter(ToolResult)
_BEGUN: TypeAdapter[bool] = TypeAdapter(Annotated[bool, BeforeValidator(lambda _: True)])
"""That it is there says it, also where it cannot be read."""
_FAILED = TypeAdapter(tuple[str, str])
"""What a failed call's error says, and its stable name."""
_NOT_KNOWN = (
    "The service was stopped while this call was under way, and the tool may change something: whether it has is not"
    " known, so it is not called again. Look for yourself, then try the task again."
)


class CallTool(Protocol):
    """Calls one tool once."""

    async def __call__(
        self,
        tool: str,
        arguments: JsonObject,
        *,
        planned: Tool | None,
        timeout: float | None,
        on_progress: OnProgress,
    ) -> ToolResult:
        """Call `tool` by its catalog name; `timeout` in seconds overrides the server's and the default.

        `planned`: the tool that the run knows by that name, and that was looked at when approval was decided on.

        Cancelling the coroutine cancels the call at the tool's server. Raises ToolError.
        """
        ...


class KeptCalls:
    """The calls of one run."""

    def __init__(self, call_tool: CallTool, journal: Journal) -> None:
        self._call_tool = call_tool
        self._journal = journal

    async def call(self, start: StartCall, tool: Tool | None, on_progress: OnProgress) -> ToolResult:
        """Make the call, or tell how it ended before. Raises ToolError."""
        name = _name_of(start)
        if (before := self._journal.get(name, _RESULT)) is not None:
            return before
        if (failed := self._journal.get(f"failed {name}", _FAILED)) is not None:
            raise _FailedBefore(*failed)
        if tool is None or not (tool.read_only or tool.idempotent):
            await self._note_begin(f"begun {name}")
        try:
            result = await self._make(start, tool, on_progress)
        except ToolError as error:
            self._journal.put(f"failed {name}", (str(error), error.code))
            raise
        self._journal.put(name, result)
        return result

    async def _note_begin(self, begun: str) -> None:
        if self._journal.get(begun, _BEGUN):
            raise ConnectionLost(_NOT_KNOWN)
        self._journal.put(begun, True)
        await self._journal.kept()

    async def _make(self, start: StartCall, tool: Tool | None, on_progress: OnProgress) -> ToolResult:
        # A server that heeds it does nothing twice: neither for another attempt, nor where the run goes on elsewhere.
        enter_task(start.task.id, start.task.tool)
        key_of_call.set(self._journal.key(_key_of(start)))
        return await self._call_tool(
            start.task.tool, start.arguments, planned=tool, timeout=start.task.timeout, on_progress=on_progress
        )


class _FailedBefore(ToolError):
    """How a call failed before the process died."""

    def __init__(self, text: str, code: str) -> None:
        """`code`: of the error that it was."""
        super().__init__(text)
        self.code = code


def _name_of(start: StartCall) -> str:
    """One name for equal attempts of one task: a draft that was dropped may have had another task of this id."""
    return f"call {start.call.task_id} {start.call.element} {start.attempt} {_hash_of(start)}"


def _key_of(start: StartCall) -> str:
    """One for all attempts of a call."""
    return f"{start.call.task_id} {start.call.element} {_hash_of(start)}"


def _hash_of(start: StartCall) -> str:
    called: JsonObject = {"tool": start.task.tool, "arguments": start.arguments}
    return sha256(json_bytes(called)).hexdigest()[:16]

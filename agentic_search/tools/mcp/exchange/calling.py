"""Calls a tool in the form that it needs: plainly or as a task, and again after the user has been where it says."""

import contextvars
from collections.abc import Sequence
from contextlib import closing
from typing import cast

from mcp import Client, InputRequiredRoundsExceededError, MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    URL_ELICITATION_REQUIRED,
    CallToolResult,
    ElicitationRequiredErrorData,
    ElicitRequestURLParams,
    RequestParamsMeta,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import OnProgress
from agentic_search.domain.tool import Tool, key_of_call
from agentic_search.errors import ToolFailed
from agentic_search.tools.mcp.exchange.elicitation import all_visited
from agentic_search.tools.mcp.exchange.open_calls import MOST_QUESTIONS, OpenCall
from agentic_search.tools.mcp.exchange.task_calls import call_as_task
from agentic_search.tools.mcp.wire.results import with_data

IDEMPOTENCY_KEY = "agentic-search/idempotency-key"
"""In a call's `_meta`: equal where a call is made again, another for every other one."""
_THEN_ACCEPT = " (Accept when that is done: the tool is then called again.)"


class _ProgressRelay:
    """Passes progress on until it is closed.

    Over stdio mcp runs callbacks outside the caller's context, so that what a callback finds by contextvar would be
    missing; here it runs in a copy of the context that made the call.
    """

    def __init__(self, on_progress: OnProgress) -> None:
        self._on_progress: OnProgress | None = on_progress
        self._context = contextvars.copy_context()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """mcp's form of callback."""
        if self._on_progress is not None:
            self._context.run(self._on_progress, progress, total, message or "")

    def close(self) -> None:
        """What comes from now on is too late."""
        self._on_progress = None


async def call_tool(
    client: Client, call: OpenCall, tool: Tool, arguments: JsonObject, on_progress: OnProgress, *, clock: Clock
) -> CallToolResult:
    """What the tool answers. Raises ToolFailed, or what mcp raises."""
    meta: JsonObject = {IDEMPOTENCY_KEY: key} if (key := key_of_call.get()) else {}
    with closing(_ProgressRelay(on_progress)) as relay:
        while True:
            try:
                if tool.as_task and client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
                    return with_data(await call_as_task(client, call, tool, arguments, relay, clock=clock, meta=meta))
                return with_data(
                    await client.call_tool(
                        tool.remote_name, arguments, progress_callback=relay, meta=cast("RequestParamsMeta", meta)
                    )
                )
            except InputRequiredRoundsExceededError as error:
                raise ToolFailed(f"{tool.name} wants more input after {MOST_QUESTIONS} rounds of it") from error
            except MCPError as error:
                if error.code == MISSING_REQUIRED_CLIENT_CAPABILITY:
                    raise ToolFailed(f"{tool.name} needs what this service does not do: {error.message}") from error
                pages = _pages_to_visit(error)
                if not pages or not await all_visited(call, pages):
                    raise


def _pages_to_visit(error: MCPError) -> Sequence[ElicitRequestURLParams]:
    """Before 2026-07-28 a server may refuse a call until the user has been somewhere."""
    if error.code != URL_ELICITATION_REQUIRED:
        return ()
    try:
        wanted = ElicitationRequiredErrorData.model_validate(error.data).elicitations
    except ValidationError:
        return ()
    return [page.model_copy(update={"message": page.message + _THEN_ACCEPT}) for page in wanted]

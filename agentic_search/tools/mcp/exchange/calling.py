"""Calls a tool in the form that it needs: plainly or as a task, and again after the user has been where it says."""

from collections.abc import Sequence

from mcp import Client, InputRequiredRoundsExceededError, MCPError
from mcp.shared.dispatcher import ProgressFnT
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    URL_ELICITATION_REQUIRED,
    CallToolResult,
    ElicitationRequiredErrorData,
    ElicitRequestURLParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.errors import ToolFailed
from agentic_search.tools.mcp.exchange.elicitation import all_visited
from agentic_search.tools.mcp.exchange.open_calls import MOST_QUESTIONS, OpenCall
from agentic_search.tools.mcp.exchange.task_calls import call_as_task

_THEN_ACCEPT = " (Accept when that is done: the tool is then called again.)"


async def call_tool(
    client: Client, call: OpenCall, tool: Tool, arguments: JsonObject, on_progress: ProgressFnT, *, clock: Clock
) -> CallToolResult:
    """What the tool answers. Raises ToolFailed, or what mcp raises."""
    while True:
        try:
            if tool.as_task and client.protocol_version not in MODERN_PROTOCOL_VERSIONS:
                return await call_as_task(client, call, tool, arguments, on_progress, clock=clock)
            return await client.call_tool(tool.remote_name, arguments, progress_callback=on_progress)
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

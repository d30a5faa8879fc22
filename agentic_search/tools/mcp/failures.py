"""What mcp's exceptions mean as errors of this service: the one place where they are mapped."""

from typing import cast

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, PARSE_ERROR, REQUEST_TIMEOUT
from pydantic import ValidationError

from agentic_search.errors import (
    ConnectionLost,
    RateLimited,
    ResultTooLarge,
    ServerUnavailable,
    ToolError,
    ToolFailed,
    ToolTimeout,
)
from agentic_search.tools.mcp.opening.refusals import leaves
from agentic_search.tools.mcp.shield import BROKEN_OFF, RATE_LIMITED, RETRY_AFTER, SESSION_LOST, UNREACHABLE
from agentic_search.tools.mcp.wire.messages import TOO_LARGE, UNREADABLE

_NEVER_HAPPENED = {UNREACHABLE, SESSION_LOST}
_MAY_HAVE_HAPPENED = {CONNECTION_CLOSED, BROKEN_OFF}


def call_failed(tool: str, server: str, error: Exception) -> ToolError:
    """What an exception of `Client.call_tool` means for whoever called the tool."""
    if not isinstance(error, MCPError):
        # mcp raises these for an answer that breaks the protocol or the tool's own output schema.
        return ToolFailed(f"{tool} gave an answer that cannot be used: {_first_line(error)}")
    if error.code in _NEVER_HAPPENED:
        return ServerUnavailable(f"{server!r} cannot be reached: {error.message}")
    if error.code in _MAY_HAVE_HAPPENED:
        return ConnectionLost(
            f"the connection to {server!r} broke while {tool} was running; it may have finished ({error.message})"
        )
    if error.code == UNREADABLE:
        return ToolFailed(f"{tool} gave an answer that cannot be used: {error.message}")
    if error.code == TOO_LARGE:
        return ResultTooLarge(f"the result of {tool} cannot be used: {error.message}")
    if error.code == PARSE_ERROR and error.message.startswith("Failed to parse"):  # mcp's own: its text is pydantic's
        return ToolFailed(f"{tool} gave an answer that cannot be used: it is no message of MCP")
    if error.code == RATE_LIMITED:
        return RateLimited(f"{server!r} asks for fewer calls: {error.message}", retry_after=_retry_after(error))
    if error.code == REQUEST_TIMEOUT:
        return ToolTimeout(f"{server!r} gave up on {tool}: {error.message}")
    return ToolFailed(f"{tool}: {error.message}")


def wait_asked_for(error: BaseException) -> float | None:
    """Seconds that a server which turned us away for asking too often wants us to wait; 0 where it did not say.

    None where the error, or every error in a group, is of another kind.
    """
    asked = [
        _retry_after(reason) or 0.0
        for reason in leaves(error)
        if isinstance(reason, MCPError) and reason.code == RATE_LIMITED
    ]
    return max(asked, default=None)


def connection_failed(address: str, error: BaseException, known: str | None) -> str:
    """Why a server cannot be used now; `known` is what its transport noticed."""
    reasons = list(leaves(error))
    for reason in reasons:
        if isinstance(reason, ServerUnavailable):
            return str(reason)
    if any(isinstance(reason, TimeoutError) for reason in reasons):
        return f"{address} did not answer in time{f' ({known})' if known else ''}"
    said = "; ".join(map(_first_line, reasons))
    if known is None or not all(map(_is_an_answer, reasons)) or said in known:
        return f"{address}: {known or said}"
    return f"{address}: {said} ({known})"


def _is_an_answer(error: BaseException) -> bool:
    """Whether the server itself has said so, or what it said cannot be used: the cause, whatever came of it after."""
    if isinstance(error, MCPError):
        return error.code not in {*_NEVER_HAPPENED, *_MAY_HAVE_HAPPENED, REQUEST_TIMEOUT, RATE_LIMITED}
    return isinstance(error, RuntimeError | ValidationError)


def _retry_after(error: MCPError) -> float | None:
    data = cast(object, error.data)
    seconds = cast("dict[str, object]", data).get(RETRY_AFTER) if isinstance(data, dict) else None
    return float(seconds) if isinstance(seconds, int | float) else None


def _first_line(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        return f"its {error.title} is not as MCP has it, at {where!r}: {wrong['msg'].lower()}"
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__

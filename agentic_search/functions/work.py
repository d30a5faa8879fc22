"""One call of a function, wherever it runs: its arguments flow in; its result as JSON, or why there is none, flows out.

A worker process imports this: it is kept light.
"""

import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic_core import to_json

from agentic_search.errors import ToolFailed


@dataclass(frozen=True, slots=True)
class Returned:
    """The function came to its end."""

    json: bytes
    """What it returned; numbers that JSON does not have are null."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The function raised, or returned what cannot be put into JSON."""

    why: str
    """For people, in a line."""

    trace: str
    """For the log."""


Ending: TypeAlias = Returned | Raised


def perform(function: Callable[..., object], arguments: Mapping[str, Any]) -> Ending:
    """Call a blocking function; never raises."""
    try:
        value = function(**arguments)
    except BaseException as error:  # noqa: BLE001  # the supervisor of one call: not even sys.exit() may pass
        return raised(error)
    return returned(value)


async def perform_async(function: Callable[..., Awaitable[object]], arguments: Mapping[str, Any]) -> Ending:
    """Await an `async def` function; raises nothing but CancelledError and KeyboardInterrupt."""
    try:
        value = await function(**arguments)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the supervisor of one call
        return raised(error)
    return returned(value)


def returned(value: object) -> Ending:
    """A result as JSON: whatever pydantic knows how to write."""
    try:
        return Returned(to_json(value, inf_nan_mode="null"))
    except Exception as error:  # noqa: BLE001  # a result's own serialiser may raise anything
        return Raised(f"its result cannot be put into JSON: {error}", traceback.format_exc())


def raised(error: BaseException) -> Raised:
    """An exception as text; a ToolFailed is the author's own words to the user."""
    text = str(error)
    if not isinstance(error, ToolFailed):
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return Raised(text, "".join(traceback.format_exception(error)))

"""One call of a function, wherever it runs: gives its result as JSON, or why there is none.

A worker process imports this: it is kept light.
"""

import importlib
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from agentic_search.errors import ToolFailed
from agentic_search.plain_json import json_bytes
from agentic_search.workers import ending
from agentic_search.workers.ending import Ending, Raised, Returned
from agentic_search.workers.progress import Progress


def perform(function: Callable[..., object], arguments: Mapping[str, Any]) -> Ending:
    """Call a blocking function; never raises."""
    try:
        value = function(**arguments)
    except BaseException as error:  # noqa: BLE001 - the supervisor of one call: not even sys.exit() may pass
        return raised(error)
    return returned(value)


def perform_named(
    module: str, name: str, arguments: Mapping[str, Any], progress_parameters: Sequence[str], progress: Progress
) -> Ending:
    """What a worker process is ordered to do: find the function, and call it."""
    try:
        function = getattr(importlib.import_module(module), name)
    except BaseException as error:  # noqa: BLE001 - importing runs anybody's code
        return raised(error)
    return perform(function, {**arguments, **dict.fromkeys(progress_parameters, progress)})


async def perform_async(function: Callable[..., Awaitable[object]], arguments: Mapping[str, Any]) -> Ending:
    """Await an `async def` function; raises nothing but CancelledError and KeyboardInterrupt."""
    try:
        value = await function(**arguments)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the supervisor of one call
        return raised(error)
    return returned(value)


def returned(value: object) -> Ending:
    """A result as JSON: whatever pydantic knows how to write; numbers that JSON does not have are null."""
    try:
        return Returned(json_bytes(value))
    except Exception as error:  # noqa: BLE001 - a result's own serialiser may raise anything
        return Raised(f"its result cannot be put into JSON: {error}", traceback.format_exc())


def raised(error: BaseException) -> Raised:
    """An exception as text; a ToolFailed is the author's own words to the user."""
    general = ending.raised(error)
    return Raised(str(error), general.trace) if isinstance(error, ToolFailed) else general

"""Compares a tool's answer with the output schema that it promises: what does not fit costs a remark."""

import asyncio
import math
from typing import Any, cast

from jsonschema.exceptions import SchemaError
from mcp_types import CallToolResult
from referencing.exceptions import Unresolvable

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.text.sentences import shortened
from agentic_search.tools.json_schema import CheckTooLong, in_time, json_size, validator_of

_LARGEST = 256 * 1024
"""Bytes of structured content that is checked: it takes milliseconds a kilobyte."""
_LONGEST_COMPLAINT = 200


async def output_remarks(answer: CallToolResult, tool: Tool, size: int) -> tuple[str, ...]:
    """At most one remark: that data is missing, or what in it is not as promised. `size`: characters of it, about."""
    if tool.output_schema is None:
        return ()
    if answer.structured_content is None:
        return ("the tool promises structured data, and gave none",)
    if size > _LARGEST or (json_size(answer.structured_content) or math.inf) > _LARGEST:
        return ()
    return await asyncio.to_thread(_broken_promise, answer.structured_content, tool.output_schema, tool.check_seconds)


def _broken_promise(data: object, schema: JsonObject, seconds: float) -> tuple[str, ...]:
    try:
        validator = validator_of(schema)
        with in_time(seconds):
            problem = next(iter(validator.iter_errors(cast(Any, data))), None)
    except CheckTooLong as why:
        return (f"whether the answer's data is as the tool promises was not checked: {why}",)
    except (SchemaError, Unresolvable, RecursionError):
        return ()
    if problem is None:
        return ()
    where = ".".join(map(str, problem.absolute_path))
    said = shortened(problem.message, _LONGEST_COMPLAINT)
    return (f"the answer's data is not as the tool promises{f', at {where!r}' if where else ''}: {said}",)

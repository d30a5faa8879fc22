"""Drafts over a few tools, and what the check of plans says of them."""

from collections.abc import Sequence

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check
from tests.planning.schemas import tool

STORIES = tool(
    "search_stories",
    {
        "type": "object",
        "properties": {
            "query": {"type": "string", "minLength": 2, "maxLength": 12, "pattern": "^[a-z ]+$"},
            "size": {"type": "integer", "minimum": 1, "maximum": 50},
            "sort": {"enum": ["date", "score", "relevance", "author"]},
            "tags": {"type": "array", "items": {"$ref": "#/$defs/tag"}, "maxItems": 2},
            "since": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["query"],
        "additionalProperties": False,
        "$defs": {"tag": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}},
    },
)
READ = tool("read_story", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]})
NOW = tool("now")
TOOLS = [STORIES, READ, NOW]


def complaints(*tasks: JsonValue, tools: Sequence[Tool] = TOOLS) -> tuple[str, ...]:
    """Why the plan of these tasks is refused."""
    with pytest.raises(PlanRefused) as refused:
        check({"tasks": [*tasks]}, tools)
    return refused.value.complaints


def arguments(**values: JsonValue) -> JsonObject:
    """A task that searches with these arguments too."""
    return {"tool": "search_stories", "arguments": {"query": "ab", **values}}

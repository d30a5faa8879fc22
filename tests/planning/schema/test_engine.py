"""The grammar on a real engine: set AGENTIC_SEARCH_TEST_ENGINE to the URL of a llama.cpp server to run it."""

import os

import pytest

from agentic_search.domain.data import JsonObject
from tests.planning.schema.engine import plans_on
from tests.planning.schemas import tool

ENGINE = os.environ.get("AGENTIC_SEARCH_TEST_ENGINE", "")
SEARCH: JsonObject = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "minLength": 1},
        "size": {"type": "integer", "minimum": 1, "maximum": 50},
        "sort": {"enum": ["date", "score"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
    },
    "required": ["query"],
}
READ: JsonObject = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
TOOLS = [tool("search", SEARCH), tool("read", READ), tool("now")]


@pytest.mark.skipif(not ENGINE, reason="no engine is named")
@pytest.mark.parametrize("earlier", [(), ("t1", "first-one")])
async def test_what_a_real_engine_writes_under_the_grammar_is_accepted_as_it_is(earlier: tuple[str, ...]) -> None:
    plans = [plan async for plan in plans_on(ENGINE, TOOLS, range(15), earlier=earlier)]
    assert plans
    assert [plan for plan in plans if plan[1]] == []

"""A list of tools is read item by item: one bad tool is named as unusable, with its reason, and costs itself."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.data import JsonObject
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch, ToolRules
from agentic_search.tools.mcp.offer import read_offer
from agentic_search.tools.mcp.wire.results import GIVEN_TOOLS, Asked, mended_result
from tests.support.mcp_processes import error_of, state_of
from tests.support.scripted.start import (
    FIND,
    HELLO,
    MODERN,
    NOTHING,
    TRANSPORTS,
    find,
    offering,
    result,
    scripted,
)

LAST: JsonObject = {"name": "last", "inputSchema": NOTHING}
CONFIG = ServerConfig("odd", StdioLaunch("x"))


def without(key: str, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in {"name": "bad", "inputSchema": NOTHING, **more}.items() if name != key}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_tool_without_an_input_schema_costs_itself(transport: str, tmp_path: Path) -> None:
    async with scripted(offering(FIND, without("inputSchema"), LAST), tmp_path, transport) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find", "last"]
        (left,) = pool.catalog().left_out
        assert (left.tool, left.reason) == ("bad", "it has no input schema, so that nobody knows its arguments")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"name": "bad", "inputSchema": None}, "no input schema"),
        ({"name": "bad", "inputSchema": "object"}, "its input schema is not a JSON object"),
        ({"name": "bad", "inputSchema": [1]}, "its input schema is not a JSON object"),
        ({"name": "bad", "inputSchema": {"type": "array"}}, "must be an object"),
        ({"name": "bad", "inputSchema": {"required": None}}, "not JSON Schema at 'required'"),
        (without("name"), "it has no name"),
        (without("", name=7), "its name is not text"),
        (without("", name=""), "its name is empty"),
        (without("", name="   "), "its name is empty"),
        (without("", name="new\nline"), "a blank, a line break"),
        (without("", name="two words"), "a blank, a line break"),
        (without("", name="zero\u200bwidth"), "cannot be seen"),
        (without("", name="x" * 5_000), "its name is 5,000 characters long, and at most 128 are used"),
        (without("", execution={"taskSupport": "required"}), "must be run as a task"),
        ("find it", "not described by a JSON object"),
        (None, "not described by a JSON object"),
        ([], "not described by a JSON object"),
        ({**FIND, "description": "another"}, "lists another tool of this name"),
    ],
)
async def test_a_tool_that_cannot_be_called_is_named_with_its_reason(bad: Any, reason: str, tmp_path: Path) -> None:
    async with scripted(offering(FIND, bad, LAST), tmp_path) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find", "last"]
        (left,) = pool.catalog().left_out
        assert reason in left.reason and "pydantic" not in left.reason


@pytest.mark.parametrize(
    "odd",
    [
        {"inputSchema": {}},
        {"inputSchema": []},
        {"inputSchema": {"type": "object", "properties": []}},
        {"inputSchema": {"type": "object", "properties": {"a": {"type": "object", "properties": []}}}},
        {"inputSchema": {"type": "object", "properties": {"p": {"type": "string", "pattern": r"(?<year>\d{4})"}}}},
        {
            "inputSchema": {
                "type": "object",
                "properties": {"p": {"type": "string", "pattern": r"^\p{L}[^]\u{1F60}$"}},
            }
        },
        {"inputSchema": {"type": "object", "patternProperties": {r"^\p{Lu}": {"type": "string"}}}},
        {"inputSchema": {"$schema": "https://example.org/unknown", "type": "object"}},
        {"inputSchema": {"$schema": 7, "type": "object"}},
        {"outputSchema": [{"type": "object"}]},
        {"outputSchema": "object"},
        {"outputSchema": {"type": "objekt"}},
        {"outputSchema": {"$ref": "https://example.org/schema"}},
        {"annotations": []},
        {"annotations": {"readOnlyHint": "perhaps", "title": 7}},
        {"icons": [{"src": 7}]},
        {"icons": "icon.png"},
        {"title": 7},
        {"description": ["a", "b"]},
        {"_meta": "x"},
        {"execution": "required"},
    ],
)
async def test_what_a_tool_can_do_without_is_left_out_alone(odd: Any, tmp_path: Path) -> None:
    async with scripted(offering(FIND, {"name": "odd", "inputSchema": NOTHING, **odd}), tmp_path) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find", "odd"]
        assert pool.catalog().left_out == ()


@pytest.mark.parametrize("transport", ["stdio", "json"])
@pytest.mark.parametrize(
    "capabilities", [{"tools": []}, {"tools": [], "logging": [], "experimental": {"a": []}}, [], {"tools": True}, None]
)
async def test_an_empty_list_of_php_is_an_empty_object(capabilities: Any, transport: str, tmp_path: Path) -> None:
    script = offering(FIND, hello={**HELLO, "capabilities": capabilities, "instructions": 7})
    async with scripted(script, tmp_path, transport) as pool:
        assert state_of(pool, "odd") == "ready" and len(pool.catalog()) == 1


@pytest.mark.parametrize("transport", ["stdio", "json"])
@pytest.mark.parametrize("missing", ["resultType", "ttlMs", "cacheScope"])
async def test_a_server_of_the_revision_without_a_handshake_may_forget_its_frame(
    missing: str, transport: str, tmp_path: Path
) -> None:
    hello: JsonObject = {key: value for key, value in MODERN.items() if key != missing}
    hello["capabilities"] = {"tools": []}
    text = result({"content": [{"type": "text", "text": "x"}]})
    script = offering(FIND, without("inputSchema"), **{"server/discover": result(hello), "tools/call find": text})
    async with scripted(script, tmp_path, transport) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        assert [left.tool for left in pool.catalog().left_out] == ["bad"]
        assert (await find(pool)).value == "x"


async def test_a_schema_that_names_a_header_wrongly_costs_its_tool(tmp_path: Path) -> None:
    bad = {"type": "object", "properties": {"a": {"type": "string", "x-mcp-header": "no header"}}}
    script = offering(FIND, without("", inputSchema=bad), **{"server/discover": result(MODERN)})
    async with scripted(script, tmp_path) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        assert "names a header that cannot be sent" in pool.catalog().left_out[0].reason


@pytest.mark.parametrize("transport", ["stdio", "stream"])
async def test_a_tool_that_is_nested_too_deep_costs_itself(transport: str, tmp_path: Path) -> None:
    deep = '{"properties": {"a": ' * 150 + "{}" + "}}" * 150
    script = offering(FIND, without("inputSchema", inputSchema=1), LAST)
    script["tools/list"] = result({"tools": [FIND, {"name": "bad", "inputSchema": "@deep"}, LAST]}).replace(
        '"@deep"', deep
    )
    async with scripted(script, tmp_path, transport) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find", "last"]
        assert pool.catalog().left_out[0].tool == "bad"


@pytest.mark.parametrize(
    "tools", [None, {}, {"find": {"inputSchema": NOTHING}}, {"name": "find", "inputSchema": NOTHING}]
)
async def test_a_list_that_is_none_is_taken_by_its_obvious_meaning(tools: Any, tmp_path: Path) -> None:
    script = offering() | {"tools/list": result({"tools": tools, "nextCursor": None, "_meta": 7})}
    async with scripted(script, tmp_path) as pool:
        assert state_of(pool, "odd") == "ready", error_of(pool, "odd")
        assert [tool.name for tool in pool.catalog().tools] == (["find"] if tools else [])


async def test_a_cursor_that_stands_still_ends_the_list(tmp_path: Path) -> None:
    page = result({"tools": [FIND], "nextCursor": "again"})
    async with scripted(offering() | {"tools/list": page}, tmp_path) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        assert pool.catalog().left_out == ()


@pytest.mark.parametrize("last", ["", None, 0, 7])
async def test_a_cursor_that_is_no_text_is_taken_by_its_obvious_meaning(last: Any, tmp_path: Path) -> None:
    pages = [result({"tools": [FIND], "nextCursor": "page1"}), result({"tools": [LAST], "nextCursor": last})]
    async with scripted(offering() | {"tools/list": pages}, tmp_path) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find", "last"]


async def test_pages_that_never_end_are_told(tmp_path: Path) -> None:
    pages = [
        result({"tools": [{"name": f"tool_{number}", "inputSchema": NOTHING}], "nextCursor": str(number + 1)})
        for number in range(120)
    ]
    async with scripted(offering() | {"tools/list": pages}, tmp_path) as pool:
        assert len(pool.catalog()) == 100
        (left,) = pool.catalog().left_out
        assert left.tool == "(further tools)" and "the rest was not asked for" in left.reason


@pytest.mark.parametrize("transport", ["stdio", "json"])
async def test_pages_that_bring_nothing_new_end_the_list(transport: str, tmp_path: Path) -> None:
    pages = [result({"tools": [FIND], "nextCursor": str(number + 1)}) for number in range(200)]
    async with scripted(offering() | {"tools/list": pages}, tmp_path, transport) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        assert pool.catalog().left_out == ()


def test_only_the_word_true_makes_a_tool_one_that_only_reads() -> None:
    hints: JsonObject = {"readOnlyHint": "true", "destructiveHint": True, "openWorldHint": False, "idempotentHint": 1}
    (tool,) = read_offer(CONFIG, [{**FIND, "annotations": hints}]).tools
    assert (tool.read_only, tool.destructive, tool.open_world, tool.idempotent) == (False, True, False, False)
    (silent,) = read_offer(CONFIG, [{"name": "x", "inputSchema": NOTHING}]).tools
    assert (silent.destructive, silent.open_world, silent.approved) == (False, None, False)


def test_the_operator_approves_tools_by_name() -> None:
    config = ServerConfig("odd", StdioLaunch("x"), rules=ToolRules(approve=("fi*",)))
    assert [tool.approved for tool in read_offer(config, [FIND, LAST]).tools] == [True, False]


GOOD: JsonObject = {
    "name": "odd",
    "title": "Odd",
    "description": "does things",
    "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]},
    "outputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": True, "title": "x"},
    "icons": [{"src": "https://example.org/i.png"}],
    "_meta": {"a": 1},
}
WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(field=st.sampled_from(sorted(GOOD)), wrong=WRONG, modern=st.booleans())
def test_one_wrong_field_of_one_tool_never_costs_another(field: str, wrong: Any, modern: bool) -> None:
    asked = Asked("tools/list", "2026-07-28" if modern else None)
    tools: list[Any] = [FIND, {**copy.deepcopy(GOOD), field: wrong}, LAST]
    page = mended_result(asked, {"tools": tools}, most_tools=99)
    assert asked.accepts(page)
    listed: Any = page["_meta"]
    names = {tool.name for tool in read_offer(CONFIG, listed[GIVEN_TOOLS], checks_headers=modern).tools}
    assert {"find", "last"} <= names

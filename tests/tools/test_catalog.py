"""The catalog: names, look-up and choice; and what of a server's offer gets into it."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import BUILT_IN, Tool
from agentic_search.tools.catalog import Catalog
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch, ToolRules
from agentic_search.tools.mcp.offer import RETRIES, read_offer
from agentic_search.tools.provider import Offer


def offer(server: str, *tools: str) -> Offer:
    return Offer(
        server, tuple(Tool(name=t, server=server, remote_name=t, input_schema={"type": "object"}) for t in tools)
    )


def listed(name: str = "find", schema: object = None, **more: object) -> JsonValue:
    return cast(JsonValue, {"name": name, "inputSchema": schema or {"type": "object"}, **more})


def config(rules: ToolRules | None = None, timeout: float | None = None) -> ServerConfig:
    return ServerConfig("web", StdioLaunch("x"), rules=rules or ToolRules(), timeout=timeout)


def names(catalog: Catalog) -> list[str]:
    return [tool.name for tool in catalog.tools]


def test_a_tool_keeps_its_own_name_where_it_is_the_only_one() -> None:
    catalog = Catalog([offer("web", "find"), offer("docs", "read")])
    assert names(catalog) == ["find", "read"]
    assert len(catalog) == 2


def test_two_servers_tools_of_one_name_are_told_apart_by_server() -> None:
    catalog = Catalog([offer("web", "find", "read"), offer("docs", "find")])
    assert names(catalog) == ["web.find", "read", "docs.find"]
    found = catalog.get("docs.find")
    assert found is not None
    assert (found.server, found.remote_name) == ("docs", "find")
    assert catalog.get("find") is None


def test_a_name_that_looks_like_anothers_qualified_name_is_qualified_too() -> None:
    catalog = Catalog([offer("a", "b"), offer("c", "b", "a.b")])
    assert names(catalog) == ["a.b", "c.b", "c.a.b"]


def test_no_server_takes_the_place_of_another_that_is_not_here_now() -> None:
    catalog = Catalog([offer("files"), offer("evil", "files.move_file", "evil.find")])
    assert names(catalog) == ["evil.files.move_file", "evil.find"]
    assert catalog.get("files.move_file") is None


def test_a_tool_of_the_services_own_gives_its_name_to_a_servers() -> None:
    own, maths = offer(BUILT_IN, "calculate", "current_time"), offer("maths", "calculate")
    catalog = Catalog([own, maths])
    assert names(catalog) == ["builtin.calculate", "current_time", "calculate"]
    found, ours = catalog.get("calculate"), catalog.get("builtin.calculate")
    assert found is not None and ours is not None and (found.server, ours.server) == ("maths", BUILT_IN)
    assert names(Catalog([own], absent=[maths])) == ["builtin.calculate", "current_time"]


def test_where_two_servers_have_what_the_service_has_too_all_three_are_told_apart() -> None:
    catalog = Catalog([offer(BUILT_IN, "calculate"), offer("a", "calculate"), offer("b", "calculate")])
    assert names(catalog) == ["builtin.calculate", "a.calculate", "b.calculate"]
    assert catalog.get("calculate") is None


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", BUILT_IN]), st.lists(st.sampled_from(["a", "b", "a.b", "b.a", "a.b.a"]), unique=True)
    )
)
def test_no_two_tools_ever_share_a_name(servers: dict[str, list[str]]) -> None:
    catalog = Catalog([offer(server, *tools) for server, tools in servers.items()])
    assert len(set(names(catalog))) == sum(map(len, servers.values()))
    assert all(catalog.get(tool.name) is tool for tool in catalog.tools)


def test_names_stay_while_a_server_is_away() -> None:
    web, docs = offer("web", "find", "read"), offer("docs", "find")
    together, alone = Catalog([web, docs]), Catalog([web], absent=[docs])
    assert names(alone) == ["web.find", "read"] == names(together)[:2]
    assert [tool.name for tool in alone.absent] == ["docs.find"]
    assert alone.get("docs.find") is alone.absent[0]
    assert alone.select(["*find"]) == alone.tools[:1]
    assert alone.select(["*find"], absent=True) == (alone.tools[0], alone.absent[0])


def test_the_nearest_name_is_offered_for_one_that_is_not_there() -> None:
    catalog = Catalog([offer("web", "search_stories", "read_story")])
    assert catalog.nearest("serach_story") == "search_stories"
    assert catalog.nearest("weather") is None
    assert catalog.nearest("web.serach_story") == "web.search_stories"
    assert catalog.nearest("news.search_stories") is None


@pytest.mark.parametrize(
    ("globs", "chosen"),
    [
        (None, ["find", "docs.read", "web.read"]),
        ((), []),
        (("find",), ["find"]),
        (("docs.*",), ["docs.read"]),
        (("web.*",), ["find", "web.read"]),
        (("*read",), ["docs.read", "web.read"]),
        (("FIND", "nothing"), []),
    ],
)
def test_globs_choose_by_name_or_by_server_and_name(globs: tuple[str, ...] | None, chosen: list[str]) -> None:
    catalog = Catalog([offer("docs", "read"), offer("web", "find", "read")])
    assert sorted(tool.name for tool in catalog.select(globs)) == sorted(chosen)


@pytest.mark.parametrize(
    ("hints", "rules", "read_only", "idempotent"),
    [
        (None, ToolRules(), False, False),
        ({"readOnlyHint": True}, ToolRules(), True, True),
        ({"idempotentHint": True}, ToolRules(), False, True),
        ({"readOnlyHint": False}, ToolRules(read_only=("fi*",)), True, True),
        (None, ToolRules(idempotent=("find",)), False, True),
        (None, ToolRules(read_only=("other",)), False, False),
    ],
)
def test_what_a_tool_may_be_trusted_with_comes_from_its_server_or_the_operator(
    hints: dict[str, bool] | None, rules: ToolRules, read_only: bool, idempotent: bool
) -> None:
    (tool,) = read_offer(config(rules), [listed(annotations=hints)]).tools
    assert (tool.read_only, tool.idempotent) == (read_only, idempotent)


def test_the_operators_globs_decide_what_is_offered_and_deny_wins() -> None:
    rules = ToolRules(allow=("find*", "read"), deny=("find_all",))
    tools = [listed(name) for name in ("find", "find_all", "find_one", "read", "write")]
    assert [tool.name for tool in read_offer(config(rules), tools).tools] == ["find", "find_one", "read"]


def test_a_tool_carries_its_title_its_schemas_and_the_servers_timeout() -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"q": {"$ref": "#/$defs/Q"}},
        "$defs": {"Q": {"type": "string"}},
    }
    given = listed(schema=schema, annotations={"title": "Find it"}, outputSchema={"type": "object"}, description="D")
    (tool,) = read_offer(config(timeout=7.0), [given]).tools
    assert tool == Tool(
        name="find",
        server="web",
        remote_name="find",
        origin=config().origin,
        title="Find it",
        description="D",
        input_schema=schema,
        output_schema={"type": "object"},
        timeout=7.0,
        retries=RETRIES,
    )


def test_a_schema_without_a_type_is_one_of_an_object() -> None:
    (tool,) = read_offer(config(), [listed(schema={"properties": {}})]).tools
    assert tool.input_schema["type"] == "object"


def deep(levels: int) -> dict[str, object]:
    schema: dict[str, object] = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "objekt"}, "must be an object, not 'objekt'"),
        ({"type": "array"}, "must be an object, not 'array'"),
        ({"type": ["object", "null"]}, "must be an object"),
        ({"type": "object", "properties": {"q": {"type": "strng"}}}, "not JSON Schema at 'properties.q.type'"),
        ({"type": "object", "required": "q"}, "not JSON Schema at 'required'"),
        ({"type": "object", "properties": {"q": {"pattern": "("}}}, "not JSON Schema"),
        ({"type": "object", "properties": {"q": {"$ref": "#/$defs/none"}}}, "refers to '#/$defs/none'"),
        (
            {"type": "object", "anyOf": [{"$ref": "https://example.org/s.json"}]},
            "refers to 'https://example.org/s.json'",
        ),
        (deep(2_000), "nested too deep"),
    ],
)
def test_a_tool_with_a_broken_schema_is_left_out_with_the_reason(schema: object, reason: str) -> None:
    given = read_offer(config(), [listed("bad", schema), listed("good")])
    assert [tool.name for tool in given.tools] == ["good"]
    catalog = Catalog([given])
    (left,) = catalog.left_out
    assert (left.server, left.tool) == ("web", "bad")
    assert reason in left.reason


def test_a_reference_in_an_example_means_nothing() -> None:
    schema = {"type": "object", "examples": [{"$ref": "#/nowhere"}], "properties": {"a": {"default": {"$ref": "#/no"}}}}
    assert len(read_offer(config(), [listed(schema=schema)]).tools) == 1


def test_a_tool_listed_twice_is_offered_once() -> None:
    given = read_offer(config(), [listed(description="first"), listed(description="second")])
    assert [tool.description for tool in given.tools] == ["first"]

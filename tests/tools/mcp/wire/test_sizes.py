"""What is larger than is taken in costs the call or the tool that it belongs to, over every transport."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.domain.limits import SizeLimits
from agentic_search.errors import ResultTooLarge
from agentic_search.tools.mcp.wire import messages
from agentic_search.tools.mcp.wire.lines import EDGE, LineSplitter, OverlongLine
from agentic_search.tools.mcp.wire.messages import cut_deeper, holds_more
from agentic_search.tools.mcp.wire.results import GIVEN_TOOLS, Asked, mended_result
from tests.support.mcp_processes import state_of
from tests.support.scripted.start import FIND, NOTHING, TRANSPORTS, find, offering, result, scripted

SIZES = SizeLimits(message=300_000, tools=20, description=1_000, schema=2_000)
LARGE = {"content": [{"type": "text", "text": "lamp " * 100_000}]}
SMALL = {"content": [{"type": "text", "text": "the lamp is red"}]}
ID_LAST = json.dumps({"result": LARGE, "jsonrpc": "2.0", "id": "@id"})
BIG: dict[str, Any] = {**FIND, "name": "big"}


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("message", [result(LARGE), ID_LAST], ids=["id first", "id last"])
async def test_a_result_that_is_too_large_fails_its_call_alone(message: str, transport: str, tmp_path: Path) -> None:
    script = offering(FIND, BIG, **{"tools/call big": message, "tools/call find": result(SMALL)})
    async with scripted(script, tmp_path, transport, sizes=SIZES) as pool:
        for _ in range(2):
            with pytest.raises(ResultTooLarge) as failed:
                await find(pool, "big")
            assert str(failed.value) == (
                "the result of big cannot be used: it is larger than 0.286 MB: "
                "ask for less, or raise AGENTIC_SEARCH_MAX_RESULT_BYTES"
            )
            assert (await find(pool)).text == "the lamp is red"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_list_that_is_too_large_is_told_and_the_server_stays(transport: str, tmp_path: Path) -> None:
    script = offering({**FIND, "description": "x" * 400_000})
    async with scripted(script, tmp_path, transport, sizes=SIZES) as pool:
        (left,) = pool.catalog().left_out
        assert "AGENTIC_SEARCH_MAX_RESULT_BYTES" in left.reason
        assert state_of(pool, "odd") == "ready"


LARGE_SCHEMA = {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(200)}}
TOO_LARGE_TOOLS: list[tuple[dict[str, Any], str]] = [
    ({"description": "x" * 1_001}, "its description is 1,001 characters long, and at most 1,000 are taken in"),
    ({"title": "x" * 5_000}, "its title is 5,000 characters long"),
    ({"inputSchema": LARGE_SCHEMA}, "its input schema has"),
]


@pytest.mark.parametrize(("given_tool", "why"), TOO_LARGE_TOOLS)
async def test_a_tool_that_is_too_large_is_left_out_alone(given_tool: Any, why: str, tmp_path: Path) -> None:
    script = offering({"name": "bad", "inputSchema": NOTHING, **given_tool}, FIND)
    async with scripted(script, tmp_path, sizes=SIZES) as pool:
        assert [tool.name for tool in pool.catalog().tools] == ["find"]
        (left,) = pool.catalog().left_out
        assert left.tool == "bad" and why in left.reason and "AGENTIC_SEARCH_MAX_TOOL_" in left.reason


async def test_an_output_schema_that_is_too_large_is_not_used(tmp_path: Path) -> None:
    async with scripted(offering({**FIND, "outputSchema": LARGE_SCHEMA}), tmp_path, sizes=SIZES) as pool:
        (tool,) = pool.catalog().tools
        assert tool.output_schema is None


async def test_more_tools_than_are_taken_in_are_told(tmp_path: Path) -> None:
    script = offering(*({**FIND, "name": f"t{number}"} for number in range(30)))
    async with scripted(script, tmp_path, sizes=SIZES) as pool:
        assert len(pool.catalog().tools) == 20
        (left,) = pool.catalog().left_out
        assert "20 tools" in left.reason and "AGENTIC_SEARCH_MAX_TOOLS_PER_SERVER" in left.reason


@given(st.lists(st.binary(min_size=1, max_size=EDGE * 2).map(lambda piece: piece.replace(b"a", b"\n")), max_size=8))
def test_lines_are_the_same_however_they_are_cut(pieces: list[bytes]) -> None:
    longest = EDGE
    splitter = LineSplitter(longest)
    lines = [line for piece in [*pieces, b""] for line in splitter.feed(piece)]
    *whole, rest = b"".join(pieces).split(b"\n")
    expected = [*whole, *([rest] if rest else [])]
    assert len(lines) == len(expected)
    for line, right in zip(lines, expected, strict=True):
        if isinstance(line, OverlongLine):
            assert len(right) > longest
            assert line.ends == right[:EDGE] + right[EDGE:][-EDGE:]
        else:
            assert line == right and len(right) <= longest


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_of_very_many_blocks_the_first_are_read_and_the_rest_is_told(transport: str, tmp_path: Path) -> None:
    many = {"content": [{"type": "text", "text": f"lamp {number}"} for number in range(20_000)]}
    script = offering(FIND, BIG, **{"tools/call big": result(many), "tools/call find": result(SMALL)})
    async with scripted(script, tmp_path, transport) as pool:
        answer = await find(pool, "big")
        assert answer.text.splitlines()[-1] == "lamp 1999"
        assert answer.remarks == (
            "the answer has 20,000 blocks: only the first 2,000 were read (AGENTIC_SEARCH_MAX_RESULT_BLOCKS)",
        )
        assert (await find(pool)).remarks == ()


def test_of_a_page_of_tools_as_many_are_read_as_may_be_and_one_that_tells_that_there_are_more() -> None:
    tools: list[Any] = [{**FIND, "name": f"t{number}"} for number in range(50)]
    page: Any = mended_result(Asked("tools/list"), {"tools": tools}, most_tools=20)
    assert len(page["tools"]) == len(page["_meta"][GIVEN_TOOLS]) == 21


@pytest.mark.parametrize("size", [1_000, 2_000_000])
async def test_a_large_message_is_read_outside_the_event_loop(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[bool] = []
    reading = messages.read_message

    def noted(line: bytes) -> Any:
        if len(line) > size:
            threads.append(threading.current_thread() is threading.main_thread())
        return reading(line)

    monkeypatch.setattr(messages, "read_message", noted)
    text = {"content": [{"type": "text", "text": "x" * size}]}
    async with scripted(offering(FIND, **{"tools/call find": result(text)}), tmp_path) as pool:
        assert len((await find(pool)).text) == size
    assert threads == [size < 1_000_000]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("values", [3, 300_000], ids=["few values", "many values"])
async def test_what_is_nested_deeper_than_may_be_is_left_out_and_told(
    values: int, transport: str, tmp_path: Path
) -> None:
    deep = '{"a": ' * 60 + json.dumps([1] * values) + "}" * 60
    message = result({**SMALL, "structuredContent": "@deep"}).replace('"@deep"', deep)
    script = offering(FIND, BIG, **{"tools/call big": message, "tools/call find": result(SMALL)})
    async with scripted(script, tmp_path, transport, sizes=SizeLimits(nesting=50)) as pool:
        cut = await find(pool, "big")
        assert cut.value == "the lamp is red"
        assert "nested too deep to read: AGENTIC_SEARCH_MAX_NESTING" in cut.remarks[0]
        assert (await find(pool)).remarks == ()
    async with scripted(script, tmp_path, transport, sizes=SizeLimits(nesting=70)) as pool:
        whole = await find(pool, "big")
        assert whole.remarks == () and whole.value == json.loads(deep)


@pytest.mark.parametrize("levels", [1, 2, 5, 10])
def test_as_many_levels_stay_as_may_be(levels: int) -> None:
    def nested(depth: int) -> Any:
        return {"a": [1, nested(depth - 2)]} if depth > 1 else {"b": 1}

    given_value = nested(11)
    assert cut_deeper(given_value, levels)
    assert not cut_deeper(given_value, levels)
    assert not cut_deeper(nested(11), 11)


MANY_VALUES: list[dict[str, Any]] = [{"a": [1] * 100}, {"a": [[] for _ in range(50)], "b": [{}] * 50}]


@pytest.mark.parametrize("value", MANY_VALUES)
def test_it_is_known_whether_there_are_many_values(value: Any) -> None:
    assert holds_more(value, 99) and not holds_more(value, 110)


@pytest.mark.parametrize(("seconds", "told"), [(0.0001, "AGENTIC_SEARCH_SCHEMA_CHECK_TIMEOUT"), (10, "'x.300'")])
async def test_a_result_that_takes_too_long_to_compare_with_its_schema_says_so(
    seconds: float, told: str, tmp_path: Path
) -> None:
    one_of = {"type": "array", "items": {"anyOf": [{"const": number} for number in range(200)]}}
    promise = {"type": "object", "properties": {"x": one_of}}
    answer = result({**SMALL, "structuredContent": {"x": [*[199] * 300, 200]}})
    script = offering({**FIND, "outputSchema": promise}, **{"tools/call find": answer})
    async with scripted(script, tmp_path, sizes=SizeLimits(check_seconds=seconds)) as pool:
        (remark,) = (await find(pool)).remarks
        assert told in remark

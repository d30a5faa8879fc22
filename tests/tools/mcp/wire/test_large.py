"""A large message, in any shape and over any transport: read whole, and never by mcp on the event loop."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.message import SessionMessage
from mcp_types import (
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)

from agentic_search.errors import ToolFailed
from agentic_search.plain_json import LARGE
from agentic_search.tools.mcp.wire.held import HeldMessages
from tests.support.scripted.start import FIND, HELLO, MODERN, TRANSPORTS, find, offering, refused, result, scripted

LINE = "The lamp of the harbour is red. "
RECORDS = [{"title": f"Lamp {n}", "url": f"https://lamps.test/{n}", "text": LINE * 4, "n": n / 7} for n in range(9_000)]
SMALL = {"content": [{"type": "text", "text": "the lamp is red"}]}
SHAPES: dict[str, tuple[Any, Any]] = {
    "one text": ({"content": [{"type": "text", "text": LINE * 50_000}]}, LINE * 50_000),
    "records": ({"content": [], "structuredContent": {"result": RECORDS}}, RECORDS),
    "records as text": ({"content": [{"type": "text", "text": json.dumps(RECORDS)}]}, RECORDS),
    "texts": ({"content": [], "structuredContent": {"items": [f"{LINE}{n}" for n in range(50_000)]}}, ...),
    "many keys": ({"content": [], "structuredContent": {f"{LINE}{n}": n for n in range(50_000)}}, ...),
    "half of a pair": ({"content": [{"type": "text", "text": "\ud83d" + LINE * 50_000}]}, "\ufffd" + LINE * 50_000),
    "a bare list": ({"content": [], "structuredContent": RECORDS}, RECORDS),
    "no frame": (RECORDS, RECORDS),
}


class Spied:
    """mcp's reader of messages; notes how long they are."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.longest = 0

    def validate_json(self, message: str | bytes, **options: Any) -> Any:
        self.longest = max(self.longest, len(message))
        return self._inner.validate_json(message, **options)


@pytest.fixture
def spied(monkeypatch: pytest.MonkeyPatch) -> Spied:
    spy = Spied(jsonrpc_message_adapter)
    monkeypatch.setattr("mcp.client.streamable_http.jsonrpc_message_adapter", spy)
    monkeypatch.setattr("mcp.client.sse.types.jsonrpc_message_adapter", spy)
    return spy


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_large_result_is_read_whole_and_mcp_sees_a_small_one(
    transport: str, tmp_path: Path, spied: Spied
) -> None:
    tools = [{**FIND, "name": f"case_{number}"} for number in range(len(SHAPES))]
    answers = {f"tools/call case_{number}": result(given) for number, (given, _) in enumerate(SHAPES.values())}
    async with scripted(
        offering(*tools, FIND, **answers, **{"tools/call find": result(SMALL)}), tmp_path, transport
    ) as pool:
        for number, (given, value) in enumerate(SHAPES.values()):
            got = await find(pool, f"case_{number}")
            assert got.value == (given["structuredContent"] if value is ... else value)
            assert got.size > LARGE
        assert (await find(pool)).text == "the lamp is red"
    assert spied.longest < LARGE


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("hello", [HELLO, MODERN], ids=["2025", "2026"])
async def test_data_arrives_as_it_was_given_whatever_its_size(hello: Any, transport: str, tmp_path: Path) -> None:
    data = {"a": [1, None, {"b": 2.5}], "_meta": {"c": True}}
    frame = {"resultType": "complete"} if hello is MODERN else {}
    small = {**frame, "content": SMALL["content"], "structuredContent": data, "_meta": {"of": "the server"}}
    method = {"server/discover": result(hello)} if hello is MODERN else {}
    script = {**offering(FIND, hello=HELLO, **{"tools/call find": result(small)}), **method}
    async with scripted(script, tmp_path, transport) as pool:
        got = await find(pool)
    assert (got.value, got.text) == (data, "the lamp is red")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_large_message_that_cannot_be_read_fails_its_call_alone(transport: str, tmp_path: Path) -> None:
    whole = result({"content": [{"type": "text", "text": LINE * 50_000}]})
    script = offering(
        FIND, {**FIND, "name": "bad"}, **{"tools/call bad": whole[:-3] + "!!", "tools/call find": result(SMALL)}
    )
    async with scripted(script, tmp_path, transport) as pool:
        assert await refused(pool, "bad")
        assert (await find(pool)).text == "the lamp is red"


async def test_what_is_nested_too_deep_in_a_large_text_stays_a_text(tmp_path: Path) -> None:
    text = json.dumps([RECORDS, json.loads("[" * 180 + "]" * 180)])
    script = offering(FIND, **{"tools/call find": result({"content": [{"type": "text", "text": text}]})})
    async with scripted(script, tmp_path) as pool:
        assert (await find(pool)).value == text


async def test_a_large_error_is_an_error(tmp_path: Path) -> None:
    told = {"code": -32000, "message": "no lamp", "data": RECORDS}
    message = json.dumps({"jsonrpc": "2.0", "id": "@id", "error": told})
    async with scripted(offering(FIND, **{"tools/call find": message}), tmp_path, "json") as pool:
        with pytest.raises(ToolFailed, match="no lamp"):
            await find(pool)


MESSAGES = [
    JSONRPCResponse(jsonrpc="2.0", id=1, result={"a": [1]}),
    JSONRPCError(jsonrpc="2.0", id=1, error=ErrorData(code=5, message="m", data=[1])),
    JSONRPCRequest(jsonrpc="2.0", id=1, method="x", params={"a": [1]}),
    JSONRPCNotification(jsonrpc="2.0", method="x", params={"a": [1]}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=[type(each).__name__ for each in MESSAGES])
async def test_a_held_message_is_exchanged_once_and_no_other_is(message: Any) -> None:
    held = HeldMessages()

    def exchanged(given: Any) -> Any:
        item = held.exchanged(SessionMessage(given))
        assert isinstance(item, SessionMessage)
        return item.message

    stand_in = held.hold(message)
    assert exchanged(message) == message
    assert stand_in != message and type(stand_in) is type(message)
    assert exchanged(stand_in) == message
    assert exchanged(stand_in) == stand_in

"""A tool's answer is read block by block, and a reply that mcp refuses ends its call at once, over every transport."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.errors import ToolFailed
from agentic_search.tools.mcp.wire.results import Asked, mended_result
from tests.support.scripted.start import (
    FIND,
    TRANSPORTS,
    answering,
    answering_each,
    error,
    find,
    offering,
    refused,
    result,
    scripted,
)

TEXT: dict[str, Any] = {"type": "text", "text": "the lamp is red"}
OTHERS_WORDS = re.compile(r"pydantic|validation error|https?://|input_value", re.IGNORECASE)
DEEP = "[" * 300 + "]" * 300
DEEPER = "[" * 20_000 + "]" * 20_000


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_bytes_that_are_no_text_cost_only_themselves(transport: str, tmp_path: Path) -> None:
    message = result({"content": [{"type": "text", "text": "a caf@ and more"}]}).replace("@ and", "\xe9 and")
    async with scripted(answering(message), tmp_path, transport) as pool:
        assert (await find(pool)).value == "a caf\ufffd and more"


ERRORS: list[tuple[Any, ...]] = [
    ({"code": "ENOENT", "message": "no such note"}, "no such note"),
    ({"code": None, "message": "no such note"}, "no such note"),
    ({"message": "no such note"}, "no such note"),
    ({"code": -32000, "message": "no such note"}, "no such note"),
    ({"code": -32001, "message": "no such note"}, "no such note"),
    ({"code": 1.5, "message": "no such note", "data": [1]}, "no such note"),
    ("no such note", "no such note"),
    ({"code": -32000}, "the server answered with error -32000 and no message"),
    ({"code": -32000, "message": None}, "the server answered with error -32000 and no message"),
    ({"code": -32000, "message": ""}, "the server answered with error -32000 and no message"),
    ({"code": "-32000", "message": {"a": 1}}, "the server answered with error -32000 and no message"),
    ({}, "the server answered with an error and no message"),
    (None, "the server answered with an error and no message"),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_error_of_any_form_is_told_at_once(transport: str, tmp_path: Path) -> None:
    script = answering_each([error(given_error) for given_error, _ in ERRORS])
    async with scripted(script, tmp_path, transport) as pool:
        for number, (_, told) in enumerate(ERRORS):
            assert await refused(pool, f"case_{number}") == f"case_{number}: {told}"


UNREADABLE: list[tuple[Any, ...]] = [
    (f'{{"jsonrpc": "2.0", "id": "@id", "result": {DEEPER}}}', "nested too deep to read"),
    (f'{{"result": {DEEPER}, "id": "@id", "jsonrpc": "2.0"}}', "nested too deep to read"),
    (f'{{"jsonrpc": "2.0", "id": "@id", "result": {{"structuredContent": {{"a": {DEEP}}}}}}}', "nested too deep"),
    (f'{{"jsonrpc": "2.0", "id": "@id", "result": {{"content": [{{"type": "text", "x": {DEEP}}}]}}}}', "too deep"),
    ('{"jsonrpc": "2.0", "id": "@id", "result": {"content": [', "it is not JSON"),
    ('{"jsonrpc": "2.0", "id": "@id"}', "it has neither a result nor an error"),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_reply_that_cannot_be_read_ends_its_call(transport: str, tmp_path: Path) -> None:
    async with scripted(answering_each([message for message, _ in UNREADABLE]), tmp_path, transport) as pool:
        for number, (_, told) in enumerate(UNREADABLE):
            why = await refused(pool, f"case_{number}")
            assert told in why and not OTHERS_WORDS.search(why)


NAMELESS = (
    '{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "no such note"}}',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "no such note"}}',
    '{"error": "no such note", "id": null}',
)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_an_error_that_names_no_request_ends_the_one_that_waits(transport: str, tmp_path: Path) -> None:
    async with scripted(answering_each(NAMELESS), tmp_path, transport) as pool:
        for number in range(len(NAMELESS)):
            assert await refused(pool, f"case_{number}") == f"case_{number}: no such note"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
async def test_an_answer_that_is_indented_over_several_lines_is_read(end: str, tmp_path: Path) -> None:
    message = json.dumps(json.loads(result({"content": [TEXT]})), indent=2).replace("\n", end)
    async with scripted(answering(message), tmp_path) as pool:
        for _ in range(2):
            assert (await find(pool)).value == "the lamp is red"


@pytest.mark.parametrize("transport", ["json", "stream"])
@pytest.mark.parametrize("message", ["sorry", "<html>", "[1]", "", '{"id": {}, "result": 1}'])
async def test_an_http_answer_that_is_no_message_is_told_in_our_words(
    message: str, transport: str, tmp_path: Path
) -> None:
    if (message, transport) == ("", "stream"):
        pytest.skip("an event without data is no answer")
    async with scripted(answering(message), tmp_path, transport) as pool:
        with pytest.raises(ToolFailed) as failed:
            await find(pool)
        assert str(failed.value) == "find gave an answer that cannot be used: it is no message of MCP"


ANSWERS: list[tuple[Any, ...]] = [
    ({"content": [{"type": "hologram", "x": 1}, TEXT]}, "the lamp is red", "block 1 of the answer was left out"),
    ({"structuredContent": {"lamp": "red"}}, {"lamp": "red"}, ""),
    ({"content": None, "structuredContent": {"lamp": "red"}}, {"lamp": "red"}, ""),
    ({"content": [], "structuredContent": [1, 2]}, [1, 2], ""),
    ({"content": [{**TEXT, "annotations": {"priority": 5}}]}, "the lamp is red", ""),
    ({"content": [{"type": "text", "text": 5}]}, 5, ""),
    ({"content": TEXT}, "the lamp is red", ""),
    ({"content": "the lamp is red"}, "the lamp is red", ""),
    ({"content": ["the lamp", "is red"]}, "the lamp\nis red", ""),
    ({"content": [{"text": "the lamp is red"}]}, "the lamp is red", ""),
    ({"content": [TEXT, {"type": "image", "mimeType": "image/png"}]}, "the lamp is red", "the image has no data"),
    ({"content": [TEXT], "isError": None, "_meta": []}, "the lamp is red", ""),
    ("the lamp is red", "the lamp is red", ""),
    ([TEXT], "the lamp is red", ""),
    ([1, 2], [1, 2], ""),
    ({"toolResult": {"lamp": "red"}}, {"lamp": "red"}, ""),
]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_what_is_known_of_an_answer_is_used_and_the_rest_is_said(transport: str, tmp_path: Path) -> None:
    script = answering_each([result(given_result) for given_result, *_ in ANSWERS])
    async with scripted(script, tmp_path, transport) as pool:
        for number, (_, value, remark) in enumerate(ANSWERS):
            answer = await find(pool, f"case_{number}")
            assert answer.value == value
            assert remark in "".join(answer.remarks) and bool(answer.remarks) == bool(remark)


async def test_an_error_that_the_tool_tells_is_one_in_any_spelling(tmp_path: Path) -> None:
    message = result({"content": [{"type": "hologram"}, TEXT], "isError": "true"})
    async with scripted(answering(message), tmp_path) as pool:
        with pytest.raises(ToolFailed, match="the lamp is red"):
            await find(pool)


async def test_an_answer_of_which_nothing_can_be_read_is_a_failure(tmp_path: Path) -> None:
    async with scripted(answering(result({"content": [{"type": "hologram"}]})), tmp_path) as pool:
        with pytest.raises(ToolFailed, match="block 1 of the answer was left out: its type, 'hologram', is not known"):
            await find(pool)


@pytest.mark.parametrize("transport", ["stdio", "json"])
@pytest.mark.parametrize(
    ("given_result", "value", "remark"),
    [
        ({"content": [TEXT]}, "the lamp is red", "the tool promises structured data, and gave none"),
        (
            {"content": [TEXT], "structuredContent": {"lamp": 7}},
            {"lamp": 7},
            "the answer's data is not as the tool promises, at 'lamp': 7 is not of type 'string'",
        ),
        ({"content": [TEXT], "structuredContent": {"lamp": "red"}}, {"lamp": "red"}, None),
    ],
)
async def test_a_broken_promise_costs_a_remark(
    given_result: Any, value: Any, remark: str | None, transport: str, tmp_path: Path
) -> None:
    schema = {"type": "object", "properties": {"lamp": {"type": "string"}}}
    script = offering({**FIND, "outputSchema": schema}, **{"tools/call find": result(given_result)})
    async with scripted(script, tmp_path, transport) as pool:
        answer = await find(pool)
        assert answer.value == value
        assert answer.remarks == (() if remark is None else (remark,))


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_number_that_is_too_large_costs_only_itself(transport: str, tmp_path: Path) -> None:
    messages = [result({"content": [TEXT], "structuredContent": {"n": 10**digits, "k": 1}}) for digits in (400, 4_200)]
    messages.append(messages[0].replace("1" + "0" * 400, "9" * 5_000))
    async with scripted(answering_each(messages), tmp_path, transport) as pool:
        for number in range(len(messages)):
            assert (await find(pool, f"case_{number}")).value == {"n": None, "k": 1}


BESIDE: dict[str, str] = {
    f"progress {value}"[:30]: '{"jsonrpc": "2.0", "method": "notifications/progress", "params": '
    f'{{"progressToken": "@id", "progress": {value}, "total": {value}, "message": "m"}}}}\n'
    for value in ("1" + "0" * 400, "NaN", "1e999", '"x"', "null", "[]", "-1")
} | {"words without the end of a line": "Searching ... ", "a step of a bar": "\r 50 % |##  | "}


async def test_what_is_written_beside_an_answer_costs_neither_it_nor_the_session(tmp_path: Path) -> None:
    script = answering_each([words + result({"content": [TEXT]}) for words in BESIDE.values()])
    async with scripted(script, tmp_path) as pool:
        for number, what in enumerate(BESIDE):
            assert (await find(pool, f"case_{number}")).value == "the lamp is red", what


async def test_garbage_between_messages_costs_no_call(tmp_path: Path) -> None:
    noise = "starting\n" * 20_000
    script = answering(noise + result({"content": [TEXT]})) | {"stdout": noise}
    async with scripted(script, tmp_path) as pool:
        assert (await find(pool)).value == "the lamp is red"


BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "text": "x", "annotations": {"priority": 0.5}},
    {"type": "image", "data": "AAAA", "mimeType": "image/png"},
    {"type": "resource_link", "uri": "file:///a", "name": "a", "title": "A"},
    {"type": "resource", "resource": {"uri": "file:///a", "text": "x"}},
]
WRONG = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)


@settings(deadline=None)
@given(block=st.sampled_from(BLOCKS), data=st.data(), wrong=WRONG, modern=st.booleans())
def test_one_wrong_field_of_one_block_never_costs_another(
    block: dict[str, Any], data: st.DataObject, wrong: Any, modern: bool
) -> None:
    asked = Asked("tools/call", "2026-07-28" if modern else None)
    bad = {**block, data.draw(st.sampled_from(sorted(block))): wrong}
    given_result: Any = {"content": [TEXT, bad, TEXT], **({"resultType": "complete"} if modern else {})}
    mended: Any = mended_result(asked, json.loads(json.dumps(given_result)), most_tools=9)
    assert asked.accepts(mended)
    assert mended["content"][0] == TEXT == mended["content"][-1]

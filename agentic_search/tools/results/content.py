"""What a tool answered: makes a ToolResult of mcp's content blocks and structured content, or of a function's value."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import assert_never

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.domain.data import JsonObject
from agentic_search.domain.outcome import Passage, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.plain_json import LARGE, large_json_bytes, nested_at, read_json
from agentic_search.tools.results.judgement import judge
from agentic_search.tools.results.listings import place_searched, words_read
from agentic_search.tools.results.naming import read_thing
from agentic_search.tools.results.passages import passages_in, whole_passage
from agentic_search.tools.results.self_talk import CallWords, without_lead_in

_AT_ONCE = 2_000
"""Characters of text that are read at once: more takes milliseconds, and would hold up everything else."""
_DEEPEST = 150
"""Levels of data that is written as a text; what is nested deeper stays a text."""


async def read_large_answer(answer: CallToolResult, tool: Tool, arguments: JsonObject) -> ToolResult:
    """As `read_answer`, outside the event loop where the answer is large."""
    large = answer.structured_content is not None or sum(map(_length, answer.content)) > _AT_ONCE
    if large:
        return await asyncio.to_thread(read_answer, answer, tool, arguments)
    return read_answer(answer, tool, arguments)


async def read_large_json(written: bytes, tool: Tool, arguments: JsonObject) -> ToolResult:
    """What a function of the service's own returned, as JSON; outside the event loop where it is large."""
    if len(written) > _AT_ONCE:
        return await asyncio.to_thread(_read_json, written, tool, arguments)
    return _read_json(written, tool, arguments)


def _read_json(written: bytes, tool: Tool, arguments: JsonObject) -> ToolResult:
    value = read_json(written.decode()) if len(written) > LARGE else from_json(written)
    return read_value(value, tool, arguments)


def read_answer(answer: CallToolResult, tool: Tool, arguments: JsonObject) -> ToolResult:
    """The forms of an answer to a call with these arguments: data, text for the model, passages to cite, blocks."""
    described = "\n".join(_described(block) for block in answer.content)
    blocks = tuple(_as_data(block) for block in answer.content if _is_block(block))
    if answer.structured_content is None:
        value, own = _value_of(answer.content, has_blocks=bool(blocks))
    else:
        value = own = _unwrapped(answer.structured_content)
    result = _read(value, own, tool, arguments, tuple(_linked(answer.content)))
    note = "" if blocks and not result.passages else result.note
    size = result.size + sum(_length(block) for block in answer.content if _is_block(block))
    return result.model_copy(update={"text": described or result.text, "blocks": blocks, "note": note, "size": size})


def read_value(value: JsonValue, tool: Tool, arguments: JsonObject) -> ToolResult:
    """What a function of the service's own returned, in the same forms, by the same rules."""
    value = _unwrapped(value)
    return _read(value, value, tool, arguments, ())


def _read(
    value: JsonValue, own: JsonValue, tool: Tool, arguments: JsonObject, linked: tuple[Passage, ...]
) -> ToolResult:
    """`own` is what the tool itself says in `value`; `linked` are passages of what it links to."""
    given = CallWords.of(arguments)
    judged = judge(own, given)
    thing = read_thing(tool, arguments, own)
    content = _without_frame(judged.content, given)
    passages = passages_in(content, thing, tool, arguments) or tuple(whole_passage(content, thing, tool, arguments))
    text = _compact(value)
    return ToolResult(
        value=value,
        text=text,
        size=len(text),
        passages=passages + linked,
        note="" if linked and not passages else judged.note,
        searched=place_searched(own, tool, arguments),
        read_as=tuple(words_read(own)),
        passing=judged.is_passing,
    )


def _without_frame(content: JsonValue, given: CallWords) -> JsonValue:
    """A text that stands alone, in a field or not, without lines that only announce it."""
    match content:
        case {"text": str(text), **others} | {"content": str(text), **others} if not others:
            return without_lead_in(text, given)
        case str():
            return without_lead_in(content, given)
        case _:
            return content


def _value_of(content: Sequence[ContentBlock], *, has_blocks: bool) -> tuple[JsonValue, JsonValue]:
    """The value of an answer without structured content, and what of it the tool itself says.

    Beside images, files and links a text is one of the blocks; data stays data, so that references reach into it.
    """
    texts = list(_texts(content))
    parsed = _parsed_all(texts) if texts else None
    is_data = isinstance(parsed, dict | list)
    said = [block.text for block in content if isinstance(block, TextContent)]
    own = parsed if is_data else _parsed_all(said) if said else None
    if has_blocks and not is_data:
        return [_as_data(block) for block in content], own
    return ("" if parsed is None and said else parsed), own


def _unwrapped(structured: JsonValue) -> JsonValue:
    """A lone `{"result": x}` is x: how servers wrap what is not an object; and JSON in a lone text is that JSON."""
    match structured:
        case {"result": result, **others} if not others:
            return _opened(result)
        case _:
            return _opened(structured)


def _opened(value: JsonValue) -> JsonValue:
    """What a text holds as JSON, if it, or the one field that there is, is an object or a list written as text."""
    match value:
        case str():
            text = value
        case dict() if len(value) == 1 and isinstance(lone := next(iter(value.values())), str):
            text = lone
        case _:
            return value
    inner = _from_json(text) if text.lstrip().startswith(("{", "[")) else None
    return inner if isinstance(inner, dict | list) else value


def _is_block(block: ContentBlock) -> bool:
    return not isinstance(block, TextContent) and not (
        isinstance(block, EmbeddedResource) and isinstance(block.resource, TextResourceContents)
    )


def _as_data(block: ContentBlock) -> JsonObject:
    return block.model_dump(mode="json", by_alias=True, exclude_none=True)


def _parsed_all(texts: Sequence[str]) -> JsonValue:
    parsed = [_parsed(text) for text in texts]
    if len(parsed) == 1:
        return parsed[0]
    # Servers without structured content give a list of records as one block of JSON each.
    if all(isinstance(each, dict | list) for each in parsed):
        return parsed
    return _parsed("\n".join(texts))


def _parsed(text: str) -> JsonValue:
    return _opened(_from_json(text))


def _from_json(text: str) -> JsonValue:
    try:
        if len(text) <= LARGE:
            return from_json(text, allow_inf_nan=False)
        value = read_json(text)
    except (ValueError, RecursionError):
        return text
    return text if nested_at(value, _DEEPEST) else value


def _compact(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else large_json_bytes(value).decode()


def _texts(blocks: Sequence[ContentBlock]) -> Iterator[str]:
    for block in blocks:
        match block:
            case TextContent(text=text) | EmbeddedResource(resource=TextResourceContents(text=text)):
                yield text
            case _:
                continue


def answer_size(answer: CallToolResult) -> int:
    """About how many bytes a server has answered: of its content or, where there is none, of its data."""
    if answer.content or answer.structured_content is None:
        return sum(map(_length, answer.content))
    return len(large_json_bytes(answer.structured_content))


def _length(block: ContentBlock) -> int:
    """Characters of its text, or of its data in base 64."""
    match block:
        case TextContent(text=text) | EmbeddedResource(resource=TextResourceContents(text=text)):
            return len(text)
        case ImageContent(data=data) | AudioContent(data=data):
            return len(data)
        case EmbeddedResource(resource=BlobResourceContents(blob=data)):
            return len(data)
        case _:
            return 0


def _described(block: ContentBlock) -> str:
    """A block as text; what is not text is named."""
    match block:
        case TextContent(text=text) | EmbeddedResource(resource=TextResourceContents(text=text)):
            return text
        case ImageContent():
            return f"[image {block.mime_type}, {_size(block.data)}]"
        case AudioContent():
            return f"[audio {block.mime_type}, {_size(block.data)}]"
        case ResourceLink():
            return " ".join(filter(None, [f"[link {block.title or block.name}]", block.uri, block.description]))
        case EmbeddedResource(resource=BlobResourceContents() as blob):
            return f"[file {blob.uri}, {blob.mime_type or 'unknown type'}, {_size(blob.blob)}]"
        case EmbeddedResource():
            raise AssertionError("a resource is text or a blob")
        case _:
            assert_never(block)


def _linked(blocks: Sequence[ContentBlock]) -> Iterator[Passage]:
    for block in blocks:
        match block:
            case ResourceLink():
                title = block.title or block.name
                yield Passage(title=title, url=block.uri, text=block.description or title)
            case EmbeddedResource(resource=TextResourceContents() as resource) if resource.text.strip():
                yield Passage(title=resource.uri, url=resource.uri, text=resource.text)
            case _:
                continue


def _size(base64: str) -> str:
    """The length of what a base64 text encodes."""
    length = len(base64) * 3 // 4 - base64[-2:].count("=")
    return f"{length} B" if length < 1_000 else f"{length / 1_000:.0f} kB"

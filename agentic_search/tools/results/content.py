"""What a tool answered: makes a ToolResult of mcp's content blocks and structured content, or of a function's value."""

import json
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

from agentic_search.domain.outcome import Passage, ToolResult
from agentic_search.domain.tool import Tool
from agentic_search.tools.results.passages import passages_in, whole_passage


def read_answer(answer: CallToolResult, tool: Tool) -> ToolResult:
    """The three forms of an answer: data for references, text for the model, passages to cite."""
    described = "\n".join(_described(block) for block in answer.content)
    linked = tuple(_linked(answer.content))
    texts = list(_texts(answer.content))
    if answer.structured_content is None and not texts:
        return ToolResult(value=_as_data(answer.content), text=described, passages=linked)
    value = _parsed_all(texts) if answer.structured_content is None else _unwrapped(answer.structured_content)
    passages = passages_in(value, tool) + linked
    if not passages:
        passages = tuple(whole_passage(value, "\n".join(texts) or _compact(value), tool))
    return ToolResult(value=value, text=described or _compact(value), passages=passages)


def read_value(value: JsonValue, tool: Tool) -> ToolResult:
    """What a function of the service's own returned, in the same three forms, by the same rules."""
    value = _unwrapped(value)
    text = _compact(value)
    return ToolResult(
        value=value, text=text, passages=passages_in(value, tool) or tuple(whole_passage(value, text, tool))
    )


def _unwrapped(structured: JsonValue) -> JsonValue:
    """A lone `{"result": x}` is x: how servers wrap what is not an object."""
    match structured:
        case {"result": result, **others} if not others:
            return result
        case _:
            return structured


def _as_data(blocks: Sequence[ContentBlock]) -> JsonValue:
    return [block.model_dump(mode="json", by_alias=True, exclude_none=True) for block in blocks] or None


def _parsed_all(texts: Sequence[str]) -> JsonValue:
    parsed = [_parsed(text) for text in texts]
    if len(parsed) == 1:
        return parsed[0]
    # Servers without structured content give a list of records as one block of JSON each.
    if all(isinstance(each, dict | list) for each in parsed):
        return parsed
    return _parsed("\n".join(texts))


def _parsed(text: str) -> JsonValue:
    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError:
        return text


def _compact(value: JsonValue) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _texts(blocks: Sequence[ContentBlock]) -> Iterator[str]:
    for block in blocks:
        match block:
            case TextContent(text=text) | EmbeddedResource(resource=TextResourceContents(text=text)):
                yield text
            case _:
                continue


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

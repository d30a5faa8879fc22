"""What a tool answered, read block by block: what mcp's types refuse is put right, or left out with a remark."""

from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from mcp_types import CallToolResult

from agentic_search.tools.mcp.wire.messages import BARE, CUT, TOO_DEEP, Json

Block: TypeAlias = dict[str, Json]
Accepts: TypeAlias = Callable[[Mapping[str, Json]], bool]

_REMARKS = "agentic-search/remarks"
_MOST_REMARKS = 10
_MOST_FIELDS = 30
"""Of a refused block, that are tried."""
_NEEDED: Mapping[str, Mapping[str, str | None]] = {
    "text": {"text": None},
    "image": {"data": None, "mimeType": "application/octet-stream"},
    "audio": {"data": None, "mimeType": "application/octet-stream"},
    "resource_link": {"uri": None, "name": ""},
    "resource": {"resource": None},
}
"""The fields that a block must have, and what they are where they are missing; None: it cannot be used without."""
_FRAME = frozenset({"content", "structuredContent", "isError", BARE, CUT, "toolResult"})


def remarks_on(answer: CallToolResult) -> tuple[str, ...]:
    """What was left out of an answer, for people."""
    given: object = (answer.meta or {}).get(_REMARKS)
    return tuple(map(str, cast("list[object]", given))) if isinstance(given, list) else ()


def has_too_many_blocks(answer: Block, most: int) -> bool:
    """Whether only the first of its blocks are read."""
    content = answer.get("content")
    return isinstance(content, list) and len(content) > most


def mended_answer(accepts: Accepts, answer: Block, most_blocks: int) -> Block:
    """The answer with all that can be used; where nothing can, an error that says why.

    Of more blocks than `most_blocks` the first are read: mcp checks each several times on the event loop.
    """
    frame: Block = {key: value for key, value in answer.items() if key not in _FRAME}
    if not accepts({**frame, "content": []}):
        frame = {key: frame[key] for key in ("resultType", "ttlMs", "cacheScope") if key in frame}
    remarks: list[str] = []
    content = _content(accepts, frame, answer, remarks, most_blocks)
    mended: Block = {**frame, "content": content}
    if answer.get("isError") in (True, "true", "True", 1):
        mended["isError"] = True
    data = _data(answer)
    if data == TOO_DEEP or (CUT in answer and _holds_cut(data)):
        remarks.append(f"the answer's data was left out: {TOO_DEEP[1:-1]}")
        data = None
    if data is not None:
        mended["structuredContent"] = data if isinstance(data, dict) else {"result": data}
    if not content and data is None and remarks:
        mended["content"] = [{"type": "text", "text": "; ".join(remarks[:_MOST_REMARKS])}]
        mended["isError"] = True
    meta = frame.get("_meta")
    mended["_meta"] = {**(meta if isinstance(meta, dict) else {}), _REMARKS: list(remarks[:_MOST_REMARKS])}
    return mended


def _data(answer: Block) -> Json:
    """Structured content; before 2024-11-05 it was called the tool's result. A bare list of no blocks is data, too."""
    for key in ("structuredContent", "toolResult"):
        if (data := answer.get(key)) is not None:
            return data
    bare = answer.get(BARE)
    return None if bare is None or isinstance(bare, str) or _are_blocks(bare) else bare


def _are_blocks(given: Json) -> bool:
    return isinstance(given, list) and all(isinstance(each, dict) and each.get("type") in _NEEDED for each in given)


def _content(accepts: Accepts, frame: Block, answer: Block, remarks: list[str], most: int) -> list[Json]:
    given = answer.get("content")
    if given is None and (isinstance(bare := answer.get(BARE), str) or _are_blocks(bare)):
        given = bare
    blocks = given if isinstance(given, list) else [] if given is None or given == {} else [given]
    kept: list[Json] = []
    for number, block in enumerate(blocks[:most], start=1):
        mended, why = _block(lambda each: accepts({**frame, "content": [each]}), block)
        if why is None:
            kept.append(mended)
        else:
            remarks.append(f"block {number} of the answer was left out: {why}")
    if len(blocks) > most:
        remarks.append(
            f"the answer has {len(blocks):,} blocks: only the first {most:,} were read"
            " (AGENTIC_SEARCH_MAX_RESULT_BLOCKS)"
        )
    return kept


def _block(is_right: Callable[[Json], bool], given: Json) -> tuple[Json, str | None]:
    """The block in a form that is accepted, or why there is none."""
    if _holds_cut(given):
        return None, f"it is {TOO_DEEP[1:-1]}"
    if isinstance(given, str | int | float):
        return {"type": "text", "text": str(given)}, None
    if not isinstance(given, dict):
        return None, "it is no object"
    if is_right(given):
        return given, None
    block = {"type": "text" if "text" in given else None, **given}
    kind = block["type"]
    needed = _NEEDED.get(kind) if isinstance(kind, str) else None
    return (None, f"its type, {_shown(kind)}, is not known") if needed is None else _least(is_right, block, needed)


def _least(is_right: Callable[[Json], bool], block: Block, needed: Mapping[str, str | None]) -> tuple[Json, str | None]:
    """The block with the fields that it must have, and those others that are right; or why there is none."""
    kind = block["type"]
    least: Block = {"type": kind}
    for field, default in needed.items():
        value = _resource(block.get(field)) if field == "resource" else _as_text(block.get(field), default)
        if value is None:
            return None, f"its {field} cannot be read" if field in block else f"the {kind} has no {field}"
        least[field] = value
    if kind == "resource_link" and not least["name"]:
        least["name"] = least["uri"]
    if not is_right(least):
        return None, f"the {kind} cannot be read"
    for field, value in list(block.items())[:_MOST_FIELDS]:
        if field not in least and is_right({**least, field: value}):
            least[field] = value
    return least, None


def _resource(given: Json) -> Json:
    """An embedded resource by its address and what it holds."""
    if not isinstance(given, dict):
        return None
    held = {key: text for key in ("text", "blob") if (text := _as_text(given.get(key))) is not None}
    if not held:
        return None
    kind = {"mimeType": given["mimeType"]} if isinstance(given.get("mimeType"), str) else {}
    return cast(Json, {"uri": _as_text(given.get("uri")) or "", **kind, **dict([next(iter(held.items()))])})


def _as_text(given: Json, default: str | None = None) -> str | None:
    match given:
        case str():
            return given
        case bool():
            return str(given).lower()
        case int() | float():
            return str(given)
        case _:
            return default


def _holds_cut(given: Json) -> bool:
    match given:
        case dict():
            return any(map(_holds_cut, given.values()))
        case list():
            return any(map(_holds_cut, given))
        case _:
            return given == TOO_DEEP


def _shown(kind: Json) -> str:
    return repr(kind[:60]) if isinstance(kind, str) else "no text"

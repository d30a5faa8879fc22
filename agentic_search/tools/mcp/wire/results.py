"""Mends a result by what was asked for, until mcp's types accept it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from mcp.shared.inbound import find_invalid_x_mcp_header
from mcp_types import CallToolResult, methods
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, Field

from agentic_search.domain.limits import DEFAULT_SIZES
from agentic_search.tools.mcp.wire.blocks import has_too_many_blocks, mended_answer
from agentic_search.tools.mcp.wire.messages import BARE, CUT, Json

Result: TypeAlias = dict[str, Json]

GIVEN_TOOLS = "agentic-search/tools"
"""In the `_meta` of a list of tools: the tools as the server gave them. What mcp reads beside it is a stand-in."""

_DATA = "agentic-search/data"
"""In the `_meta` of a tool's answer: its structured content, which mcp would copy several times on the event loop."""
_CALLS = {"tools/call", "tasks/result"}
_HANDSHAKE = "2025-11-25"
"""mcp checks results of all revisions before 2026-07-28 by this one."""
_LISTS = {
    "resources/list": "resources",
    "resources/templates/list": "resourceTemplates",
    "prompts/list": "prompts",
}
"""Where the items of a list stand."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for its result."""

    method: str
    version: object = None
    """The protocol revision that the request names, since 2026-07-28."""

    @property
    def is_modern(self) -> bool:
        """Whether it is of a revision that has no handshake."""
        return self.version in MODERN_PROTOCOL_VERSIONS

    def accepts(self, result: Mapping[str, Json]) -> bool:
        """Whether mcp does."""
        version = cast(str, self.version) if self.is_modern else _HANDSHAKE
        try:
            methods.parse_server_result(self.method, version, result)
        except KeyError:
            return True  # no method of the protocol's core: not checked
        except (ValueError, RecursionError):
            return False
        return True


class _Data(BaseModel):
    """Data that nobody looks into on its way; written, it is an empty object."""

    value: Any = Field(exclude=True)


def with_data(answer: CallToolResult) -> CallToolResult:
    """A tool's answer with its structured content, as mcp has passed it on."""
    match answer.meta:
        case {"agentic-search/data": _Data(value=data), **others}:
            return answer.model_copy(update={"structured_content": data, "meta": others or None})
        case _:
            return answer


def _without_data(asked: Asked, result: Result) -> Result:
    """The result as mcp is to read it: data that it would accept stands apart, to be given back by `with_data`."""
    data, meta = result.get("structuredContent"), result.get("_meta", {})
    if data is None or not (asked.is_modern or isinstance(data, dict)) or not isinstance(meta, dict):
        return result
    others = {key: value for key, value in result.items() if key != "structuredContent"}
    return {**others, "_meta": {**meta, _DATA: cast(Json, _Data(value=data))}}


def mended_result(asked: Asked, result: Result, *, most_tools: int, most_blocks: int = DEFAULT_SIZES.blocks) -> Result:
    """The result as it is where mcp accepts it, or mended as far as possible.

    Of a list of tools, and of the blocks of a call's result, the first are read.
    """
    if asked.method == "tools/list":
        return _tools(asked, result, most_tools)
    if not takes_long(result, most_blocks):
        as_read = _without_data(asked, result) if asked.method in _CALLS else result
        if asked.accepts(as_read):
            return as_read
    if _is_task(result):
        return result
    whole = _framed(asked, result)
    if asked.method in _CALLS:
        return _without_data(asked, mended_answer(asked.accepts, whole, most_blocks))
    if (key := _LISTS.get(asked.method)) is not None:
        return _list(asked, whole, key)
    if asked.method in {"initialize", "server/discover"}:
        return _handshake(asked, whole)
    return whole


def takes_long(result: Result, most_blocks: int) -> bool:
    """Whether it has to be mended in any case, and may be so large that it should not be on the event loop."""
    return BARE in result or CUT in result or has_too_many_blocks(result, most_blocks)


def _is_task(result: Result) -> bool:
    """A call is answered by a task, whose result is to be asked for: mcp's types do not know that."""
    return result.get("resultType") == "task" or (isinstance(result.get("task"), dict) and "content" not in result)


def _framed(asked: Asked, result: Result) -> Result:
    """The result with those fields put right that all results have."""
    whole = dict(result)
    if not isinstance(whole.get("_meta", {}), dict):
        del whole["_meta"]
    _keep_where(whole, "nextCursor", lambda cursor: isinstance(cursor, str))
    if asked.is_modern:
        _default(whole, "resultType", "complete", lambda kind: isinstance(kind, str))
        _default(whole, "ttlMs", 0, lambda ttl: isinstance(ttl, int) and not isinstance(ttl, bool))
        _default(whole, "cacheScope", "private", lambda scope: scope in ("public", "private"))
    return whole


def _keep_where(whole: Result, key: str, is_right: Callable[[Json], bool]) -> None:
    given = whole.get(key)
    if isinstance(given, int | float) and not isinstance(given, bool):
        given = whole[key] = str(given)
    if key in whole and not is_right(given):
        del whole[key]


def _default(whole: Result, key: str, value: Json, is_right: Callable[[Json], bool]) -> None:
    if not is_right(whole.get(key)):
        whole[key] = value


def _tools(asked: Asked, result: Result, most: int) -> Result:
    """A page of the list of tools, with all that is given for whoever reads it item by item, and one more than `most`.

    mcp gets of each tool what it needs to call it: the name, and the schema where it names headers. The output schema
    is not given to it: it would throw a whole result away that does not fit.
    """
    whole = _framed(asked, result)
    given = _items(whole.get("tools", whole.get(BARE)))[: most + 1]
    stand_ins: dict[str, Json] = {}
    for item in given:
        if isinstance(item, dict) and isinstance(name := item.get("name"), str):
            stand_ins.setdefault(name, _stand_in(asked, name, item.get("inputSchema")))
    page: Result = {key: value for key, value in whole.items() if key not in {BARE, CUT}}
    return {**page, "tools": list(stand_ins.values()), "_meta": {GIVEN_TOOLS: given}}


def _items(given: Json) -> list[Json]:
    """A list, of whatever: also of what is given as a map from name to item, or as a lone item."""
    match given:
        case None:
            return []
        case list():
            return given
        case dict() if not isinstance(given.get("name"), str) and all(isinstance(it, dict) for it in given.values()):
            return [{"name": name, **cast(Result, item)} for name, item in given.items()]
        case _:
            return [given]


def _stand_in(asked: Asked, name: str, schema: Json) -> Json:
    plain: Json = {"name": name, "inputSchema": {"type": "object"}}
    if not asked.is_modern or not isinstance(schema, dict) or find_invalid_x_mcp_header(schema) is not None:
        return plain
    whole: Json = {"name": name, "inputSchema": {**schema, "type": "object"}}
    return whole if asked.accepts(_framed(asked, {"tools": [whole]})) else plain


def _list(asked: Asked, whole: Result, key: str) -> Result:
    """The items that mcp accepts."""
    page: Result = {name: value for name, value in whole.items() if name not in {BARE, CUT}}
    given = _items(whole.get(key, whole.get(BARE)))
    return {**page, key: [item for item in given if asked.accepts({**page, key: [item]})]}


def _handshake(asked: Asked, whole: Result) -> Result:
    """What a server says of itself; PHP writes an empty object as an empty list."""
    mended = cast(Result, _without_empty_lists(whole))
    capabilities = mended.get("capabilities")
    mended["capabilities"] = given = dict(capabilities) if isinstance(capabilities, dict) else {}
    if asked.method == "initialize":
        _default(mended, "serverInfo", {"name": "", "version": ""}, _is_implementation)
        _default(mended, "protocolVersion", _HANDSHAKE, lambda version: isinstance(version, str))
    elif isinstance(versions := whole.get("supportedVersions"), list):
        mended["supportedVersions"] = [version for version in versions if isinstance(version, str)]
    _keep_where(mended, "instructions", lambda text: isinstance(text, str))
    for name in list(given):
        if not asked.accepts({**mended, "capabilities": {name: given[name]}}):
            # That it can do it is said; how, is not understood.
            given[name] = {}
            if not asked.accepts({**mended, "capabilities": {name: {}}}):
                del given[name]
    return mended


def _is_implementation(given: Json) -> bool:
    return isinstance(given, dict) and isinstance(given.get("name"), str) and isinstance(given.get("version"), str)


def _without_empty_lists(given: Json) -> Json:
    match given:
        case []:
            return {}
        case dict():
            return {key: _without_empty_lists(value) for key, value in given.items()}
        case _:
            return given

"""One JSON-RPC message from its bytes, also where mcp's types refuse it.

A reply whose id can be read ends the call that waits for it, with what was wrong; otherwise the call would wait for its
whole timeout. A server's error is told apart from errors of mcp's own, which have codes of the same range.
"""

import asyncio
import codecs
import re
from typing import TypeAlias, cast

from mcp_types import (
    CONNECTION_CLOSED,
    REQUEST_TIMEOUT,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
    jsonrpc_message_adapter,
)

from agentic_search.plain_json import LARGE, LONGEST_NUMBER, nested_at, nested_in, read_json
from agentic_search.tools.mcp.wire.lines import EDGE
from agentic_search.tools.mcp.wire.reading_cost import NO_MEMORY, in_pieces, too_costly

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Container: TypeAlias = list[Json] | dict[str, Json]

SERVER_ERROR = -23_010
"""JSON-RPC error code: the server's own error, whose code is missing, no number, or one that mcp uses for itself."""
UNREADABLE = -23_011
"""JSON-RPC error code: the server answered, and the answer cannot be read."""
TOO_LARGE = -23_012
"""JSON-RPC error code: the server answered, and the answer is larger than an answer may be."""
BARE = "agentic-search/bare"
"""The key under which a result stands that should be an object and is none."""
CUT = "agentic-search/cut"
"""In a result, where something in it was nested too deep: true."""
TOO_DEEP = "[nested too deep to read: AGENTIC_SEARCH_MAX_NESTING says how deep]"
"""What stands in the place of what was nested too deep."""

_DEEPEST = 195
"""Levels of a message that mcp refused that are read; its parser's own limit is 200."""
_AMBIGUOUS = {CONNECTION_CLOSED, REQUEST_TIMEOUT}
_OWN_CODES = range(-23_099, -22_999)
_LONGEST_WORDS = 4_000
_DECODER = codecs.getincrementaldecoder("utf-8-sig")
_ID = rb'"id"\s*:\s*(?:(-?\d{1,18})\b|"([^"\\]{1,200})")'
_OPENING = re.compile(rb'\s*\{\s*(?:"(?!id")\w*"\s*:\s*"[^"\\]*"\s*,\s*)*' + _ID)
_CLOSING = re.compile(_ID + rb'\s*(?:,\s*"jsonrpc"\s*:\s*"[^"\\]*"\s*)?\}\s*\Z')
_TOO_LARGE_NUMBER = re.compile(rb"\d{%d}" % (LONGEST_NUMBER + 1))
"""mcp's types break at a whole number that is too large for a float, and with them the session."""
_BEHIND_WORDS = re.compile(rb'[^{]{1,200}(\{\s*"jsonrpc"\s*:.*\})\s*', re.DOTALL)
"""An answer behind something that was printed without the end of a line."""
_ESCAPE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a pair of surrogates, or, in group 1, a lone surrogate, which is no character."""


def read_message(line: bytes) -> JSONRPCMessage | None:
    """The message; none for what is no message, and no reply whose id can be read."""
    if len(line) > LARGE or _TOO_LARGE_NUMBER.search(line):
        return _mended(line)
    try:
        return _in_own_code(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return _mended(line)


async def read_affordable(line: bytes, largest: int, asked: RequestId | None = None) -> JSONRPCMessage | None:
    """As `read_message`, a large one in a thread; an error in its place where memory does not suffice to read it.

    `largest`: bytes of the greatest message. `asked`: as `too_large` takes it.
    """
    if len(line) > LARGE:
        return await asyncio.to_thread(_affordable, line, largest, asked)
    return _affordable(line, largest, asked)


def _affordable(line: bytes, largest: int, asked: RequestId | None) -> JSONRPCMessage | None:
    if why := too_costly(line, largest):
        return too_large(line, why, asked)
    try:
        return read_message(line)
    except MemoryError:
        return too_large(line, NO_MEMORY, asked)


def may_be_message(beginning: bytes) -> bool:
    """Whether a line that begins so may be a JSON object."""
    return beginning[:EDGE].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def mended_bytes(line: bytes, asked: RequestId | None = None) -> bytes | None:
    """The message as mcp will accept it; none where it is accepted as it is, or cannot be mended.

    `asked`: the id of the request that it answers, for an error that does not say so.
    """
    try:
        message = None if _TOO_LARGE_NUMBER.search(line) else jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        message = None
    if message is None:
        mended = _mended(line)
        return None if mended is None else dumped(addressed(mended, asked))
    own = addressed(_in_own_code(message), asked)
    return None if own is message else dumped(own)


def addressed(message: JSONRPCMessage, asked: RequestId | None) -> JSONRPCMessage:
    """An error that does not say what it answers, with the id of what was asked; any other message as it is.

    Servers send such errors for what they could not read. Without an id the call would wait for its timeout.
    """
    nameless = isinstance(message, JSONRPCError) and message.id is None and asked is not None
    return message.model_copy(update={"id": asked}) if nameless else message


def dumped(message: JSONRPCMessage) -> bytes:
    """The message as it is written."""
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode()


def _in_own_code(message: JSONRPCMessage) -> JSONRPCMessage:
    """A server's error as such: with mcp's own codes it would look like a broken connection."""
    match message:
        case JSONRPCError(error=ErrorData(code=code, message=text)) if (
            code in _AMBIGUOUS or code in _OWN_CODES or not text.strip()
        ):
            error = _error({"code": code, "message": text, "data": message.error.data})
            return JSONRPCError(jsonrpc="2.0", id=message.id, error=error)
        case _:
            return message


def _mended(line: bytes) -> JSONRPCMessage | None:
    if not may_be_message(line):
        behind = _BEHIND_WORDS.fullmatch(line)
        message = read_message(behind[1]) if behind else None
        return message if isinstance(message, JSONRPCResponse | JSONRPCError) else None
    text = _decoded(line)
    if any(b"\\ud" in piece or b"\\uD" in piece for piece in in_pieces(line, overlap=2)):
        text = _ESCAPE.sub(lambda found: "\ufffd" if found[1] else found[0], text)
    try:
        parsed: Json = read_json(text)
    except RecursionError:
        return _refusal(line, "it is nested too deep to read")
    except ValueError:
        return _refusal(line, "it is not JSON")
    if not isinstance(parsed, dict):
        return None
    if cut_deeper(parsed, _DEEPEST) and isinstance(result := parsed.get("result"), dict):
        result[CUT] = True
    try:
        return _in_own_code(jsonrpc_message_adapter.validate_python(parsed, by_name=False))
    except ValueError:
        return _from_parts(parsed)


def _decoded(line: bytes) -> str:
    decoder = _DECODER(errors="replace")
    return "".join(map(decoder.decode, in_pieces(line))) + decoder.decode(b"", final=True)


def _from_parts(parsed: dict[str, Json]) -> JSONRPCMessage | None:
    if isinstance(method := parsed.get("method"), str):
        return _from_server(method, parsed)
    reply_to, result = _id(parsed.get("id")), parsed.get("result")
    # Without an id, what says "error" may be anybody's JSON: the two keys that only JSON-RPC has tell them apart.
    if "error" in parsed and (result is None or parsed["error"] is not None) and parsed.keys() & {"jsonrpc", "id"}:
        return JSONRPCError(jsonrpc="2.0", id=reply_to, error=_error(parsed["error"]))
    if reply_to is None:
        return None
    if "result" not in parsed:
        return _unreadable(reply_to, "it has neither a result nor an error")
    whole = result if isinstance(result, dict) else {BARE: result}
    return JSONRPCResponse(jsonrpc="2.0", id=reply_to, result=whole)


def _from_server(method: str, parsed: dict[str, Json]) -> JSONRPCMessage | None:
    """A request or a notification of the server's."""
    params = {"params": given} if isinstance(given := parsed.get("params"), dict) else {}
    told = {"id": own_id} if (own_id := _id(parsed.get("id"))) is not None else {}
    message = jsonrpc_message_adapter.validate_python({"jsonrpc": "2.0", "method": method, **told, **params})
    return None if "id" in parsed and not isinstance(message, JSONRPCRequest) else message


def _id(given: Json) -> RequestId | None:
    match given:
        case bool():
            return None
        case float() if given.is_integer():
            return int(given)
        case int() | str():
            return given
        case _:
            return None


def _error(given: Json) -> ErrorData:
    """The error in a form that mcp accepts, with a message in any case."""
    told = given if isinstance(given, dict) else {"message": given}
    code, text = _code(told.get("code")), told.get("message")
    if not isinstance(text, str) or not text.strip():
        text = f"the server answered with {'an error' if code is None else f'error {code}'} and no message"
    plain = code is not None and code not in _AMBIGUOUS and code not in _OWN_CODES
    data = told.get("data")
    return ErrorData(
        code=code if code is not None and plain else SERVER_ERROR,
        message=text[:_LONGEST_WORDS],
        data=cast("object", data),
    )


def _code(given: Json) -> int | None:
    match given:
        case bool():
            return None
        case int() if abs(given) < 2**53:
            return given
        case str() if re.fullmatch(r"\s*-?\d{1,15}\s*", given, re.ASCII):
            return int(given)
        case float() if given.is_integer() and abs(given) < 2**53:
            return int(given)
        case _:
            return None


def _refusal(line: bytes, why: str) -> JSONRPCMessage | None:
    """For a message that cannot be parsed, where its id stands near its beginning or its end."""
    reply_to = _id_at_ends(line)
    return None if reply_to is None else _unreadable(reply_to, why)


def too_large(ends: bytes, why: str, asked: RequestId | None = None) -> JSONRPCError | None:
    """What stands in the place of a message that is not read for its size; `ends`: its first and its last bytes.

    `asked`: what the message most likely answers, where its own id is not found; none where neither is known.
    """
    reply_to = _id_at_ends(ends)
    if reply_to is None:
        reply_to = asked
    if reply_to is None:
        return None
    return JSONRPCError(jsonrpc="2.0", id=reply_to, error=ErrorData(code=TOO_LARGE, message=why))


def _id_at_ends(line: bytes) -> RequestId | None:
    found = _OPENING.match(line[:EDGE]) or _CLOSING.search(line[-EDGE:])
    if found is None:
        return None
    number, text = found.groups()
    return int(number) if number is not None else text.decode(errors="replace")


def _unreadable(reply_to: RequestId, why: str) -> JSONRPCError:
    return JSONRPCError(jsonrpc="2.0", id=reply_to, error=ErrorData(code=UNREADABLE, message=why))


def holds_more(parsed: Container, most: int) -> bool:
    """Whether there are more than `most` values in it, which is known before they are all looked at."""
    level, count = [parsed], 0
    while level:
        count += sum(map(len, level))
        if count > most:
            return True
        level = nested_in(level)
    return False


def cut_deeper(parsed: Json, deepest: int) -> bool:
    """Replace what is nested deeper than `deepest` levels of lists and objects; whether there was any.

    A million values take some tenths of a second.
    """
    above: list[Container] = nested_at(parsed, deepest - 1)
    if not nested_in(above):
        return False
    for outer in above:
        if isinstance(outer, dict):
            outer.update({key: _shallow(inner) for key, inner in outer.items()})
        else:
            outer[:] = map(_shallow, outer)
    return True


def _shallow(inner: Json) -> Json:
    return TOO_DEEP if isinstance(inner, list | dict) else inner

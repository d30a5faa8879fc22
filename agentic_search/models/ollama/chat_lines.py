"""The body of a streamed chat in fewer lines: takes the bytes that Ollama sends, gives lines that say the same.

Ollama sends a line of JSON for each token, and what the client does with a line is most of what a fast model's answer
costs. So the body is read every `PACE` seconds, and texts that arrived together become one line. Proxies and servers
like Ollama send blank lines and frames that say nothing, at which the client would fail: they are passed over.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TypeGuard, cast

import httpx
from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.models.network.transport import LONGEST_LINE, PACE, OverlongReply

_LINE_ENDS = {b"\xc2\x85": rb"\u0085", b"\xe2\x80\xa8": rb"\u2028", b"\xe2\x80\xa9": rb"\u2029"}
"""What the client takes for the end of a line, though JSON does not, and how JSON can say it otherwise."""
_MESSAGE = b'"message":{'
_TEXT = {"role", "content"}
"""All that a message has which only goes on with the text."""


class ChatLines(httpx.AsyncByteStream):
    """The body, by whole lines; a line that is too long raises httpx.RemoteProtocolError."""

    def __init__(self, body: httpx.AsyncByteStream, clock: Clock, *, longest: int = LONGEST_LINE) -> None:
        """`longest`: bytes of a line."""
        self._body = body
        self._clock = clock
        self._longest = longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        begun = bytearray()
        async for piece in self._body:
            end = piece.rfind(b"\n")
            self._check(begun, piece)
            if end >= 0 and (lines := joined(bytes(begun + piece[:end]))):
                yield lines
            if end >= 0:
                begun.clear()
            begun += piece[end + 1 :]
            await self._clock.sleep(PACE)
        if rest := joined(bytes(begun)):
            yield rest

    def _check(self, begun: bytes | bytearray, piece: bytes) -> None:
        if len(begun) + len(piece) <= self._longest:
            return
        first, *others = piece.split(b"\n")
        if max(len(begun) + len(first), *map(len, others), 0) > self._longest:
            problem = OverlongReply("a line without end:", self._longest)
            raise httpx.RemoteProtocolError(f"the model server wrote {problem}") from problem

    async def aclose(self) -> None:
        """Stop reading."""
        await self._body.aclose()


def joined(lines: bytes) -> bytes:
    """The lines, each ended; neighbours that only go on with the text are one. What is no JSON stays as it is."""
    for character, escape in _LINE_ENDS.items():
        lines = lines.replace(character, escape)
    written = [line for line in lines.split(b"\n") if line.strip()]
    if not written or (len(written) == 1 and _MESSAGE in lines):
        return b"".join(line + b"\n" for line in written)
    try:
        frames = [*_with_messages(cast(list[JsonValue], from_json(b"[%s]" % b",".join(written))))]
    except ValueError:
        return b"".join(line + b"\n" for line in written)
    runs: list[list[JsonValue]] = []
    goes_on = False
    for frame in frames:
        is_text = _is_text(frame)
        if goes_on and is_text:
            runs[-1].append(frame)
        else:
            runs.append([frame])
        goes_on = is_text and frame["done"] is False
    return b"".join(b"%s\n" % _one(run) for run in runs)


def _with_messages(frames: Sequence[JsonValue]) -> Iterator[JsonValue]:
    """The frames: without those that say nothing, and an end that has no message with an empty one."""
    for frame in frames:
        if isinstance(frame, dict) and frame.get("message") is None and "error" not in frame:
            if frame.get("done") is False:
                continue
            if frame.get("done") is True:
                nothing: JsonObject = {"role": "assistant", "content": ""}
                yield {**frame, "message": nothing}
                continue
        yield frame


def _is_text(frame: JsonValue) -> TypeGuard[JsonObject]:
    if not isinstance(frame, dict) or "error" in frame:
        return False
    message, done = frame.get("message"), frame.get("done")
    return (
        isinstance(done, bool)
        and isinstance(message, dict)
        and isinstance(message.get("content"), str)
        and message.keys() <= _TEXT
    )


def _one(run: Sequence[JsonValue]) -> bytes:
    """The frames as one, which says what the last says, and all of their text."""
    if len(run) == 1:
        return _encoded(run[0])
    frames = cast(Sequence[JsonObject], run)
    messages = [cast(dict[str, str], frame["message"]) for frame in frames]
    message: JsonObject = {**messages[-1], "content": "".join(message["content"] for message in messages)}
    return _encoded({**frames[-1], "message": message})


def _encoded(frame: JsonValue) -> bytes:
    return json.dumps(frame, separators=(",", ":")).encode()

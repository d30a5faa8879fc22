"""A streamed chat's bytes flow in as they arrive; the same chat flows out in as few frames as can be.

A model server sends a frame, a line of JSON, for each token. Frames that arrived together become one, so that whoever
reads them parses once, and takes all of their text at a time.
"""

import json
from collections.abc import Iterator, Sequence
from typing import cast

from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.domain.data import JsonObject

_TEXTS = ("content", "thinking")
"""What each frame has the next piece of. All else a later frame says anew."""
_JOINABLE = {"role", *_TEXTS}


class Frames:
    """Joins the frames of one chat."""

    def __init__(self) -> None:
        self._begun = b""
        """A line whose end has not arrived."""

    def feed(self, data: bytes) -> bytes:
        """Take in what arrived; gives its whole lines, those that only go on with a text joined."""
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._begun += data
            return b""
        lines, self._begun = (self._begun + whole).split(b"\n"), rest
        return b"".join(b"%s\n" % line for line in _joined(lines))

    def finish(self) -> bytes:
        """Take in the end; gives the line that it cut off."""
        rest, self._begun = self._begun, b""
        return rest


def _joined(lines: Sequence[bytes]) -> Iterator[bytes]:
    if len(lines) == 1 and lines[0].isascii():
        yield lines[0]
        return
    together: list[JsonObject] = []
    for line in lines:
        frame = _part_of_a_text(line)
        if frame is not None:
            together.append(frame)
        if together and (frame is None or frame["done"]):
            yield _one(together)
            together = []
        if frame is None:
            yield line
    if together:
        yield _one(together)


def _part_of_a_text(line: bytes) -> JsonObject | None:
    """The frame, if all that its message has is text. What is not understood passes as it is: the client judges it."""
    try:
        frame = cast(JsonValue, from_json(line))
    except ValueError:
        return None
    match frame:
        case {"message": {"content": str(), **more} as message, "done": bool()} if _JOINABLE.issuperset(message):
            return frame if "error" not in frame and isinstance(more.get("thinking", ""), str) else None
        case _:
            return None


def _one(frames: Sequence[JsonObject]) -> bytes:
    """The frames as one, in ASCII: the client takes some other characters for the end of a line."""
    messages = [cast(dict[str, str], frame["message"]) for frame in frames]
    texts = {name: "".join(message.get(name, "") for message in messages) for name in _TEXTS}
    message = messages[-1] | {name: text for name, text in texts.items() if text or name == "content"}
    return json.dumps(frames[-1] | {"message": message}).encode()

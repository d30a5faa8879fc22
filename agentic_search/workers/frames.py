"""The messages that a program and its worker process exchange over two pipes, as bytes.

A frame is a letter, the length of its body in eight bytes, and the body. Orders are pickled, since arguments may be
any type; a worker's messages never are, so that a worker that was taken over cannot make the program run anything.
"""

import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from agentic_search.workers.ending import Raised, Returned

_HEAD = 9


@dataclass(frozen=True, slots=True)
class Order:
    """One piece of work: a function to call, which returns an Ending."""

    module: str
    name: str
    """The function's name in the module: code is never sent, and the caller need not load it."""

    arguments: dict[str, Any]
    progress: str | None = None
    """The parameter that takes a Progress."""


@dataclass(frozen=True, slots=True)
class Began:
    """The worker has the order: from now on the work may have been done."""


@dataclass(frozen=True, slots=True)
class Reported:
    """How far the work has got."""

    progress: float
    total: float | None
    text: str


Message: TypeAlias = Began | Reported | Returned | Raised


def pack_order(order: Order) -> bytes:
    """Raises whatever pickling the arguments raises: mostly PicklingError, AttributeError or TypeError."""
    return _frame(b"O", pickle.dumps(order))


def read_body(pipe: BinaryIO) -> bytes | None:
    """Wait for a whole frame and return its body; None when the other side is gone."""
    head = pipe.read(_HEAD)
    if len(head) < _HEAD:
        return None
    length = int.from_bytes(head[1:], "big")
    body = pipe.read(length)
    return body if len(body) == length else None


def unpack_order(body: bytes) -> Order:
    """Raises whatever unpickling raises, the import of a module that is gone included."""
    return pickle.loads(body)  # noqa: S301 - written by the program that started this process


def pack(message: Message) -> bytes:
    """A worker's message as a frame."""
    match message:
        case Began():
            return _frame(b"B", b"")
        case Reported(progress, total, text):
            return _frame(b"T", json.dumps([progress, total, text]).encode())
        case Returned(body):
            return _frame(b"R", body)
        case Raised(why, trace):
            return _frame(b"E", json.dumps([why, trace]).encode())


class Unpacker:
    """Puts a worker's messages together, however the pipe cuts them."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, piece: bytes) -> Iterator[Message]:
        """The messages that end in this piece; raises ValueError or TypeError for bytes that no worker writes."""
        self._pending += piece
        while len(self._pending) >= _HEAD:
            end = _HEAD + int.from_bytes(self._pending[1:_HEAD], "big")
            if len(self._pending) < end:
                return
            kind, body = bytes(self._pending[:1]), bytes(self._pending[_HEAD:end])
            del self._pending[:end]
            yield _unpack(kind, body)


def _unpack(kind: bytes, body: bytes) -> Message:
    match kind:
        case b"B":
            return Began()
        case b"T":
            return Reported(*json.loads(body))
        case b"R":
            return Returned(body)
        case b"E":
            return Raised(*json.loads(body))
        case _:
            raise ValueError(f"there is no frame of kind {kind!r}")


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(8, "big") + body

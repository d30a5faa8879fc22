"""Whether a message can be read with the memory that there is; the answer is known before any of it is taken.

Some of the libraries that read and write JSON end the whole process where memory is refused to them, and small values
take many times their bytes: 31 MB of nested lists took more than 3 GB. So both are looked at beforehand.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

_PER_BYTE = 10
"""Bytes of memory for a byte of a message, from its reading to the answer: measured 8 for texts."""
_PER_VALUE = 600
"""Bytes of memory for a value besides: measured 350 to 800."""
_BYTES_FOR_A_VALUE = 32
"""Of the greatest message: as many values as it would have if each took so many bytes are read, of any message."""
_ALWAYS = 10_000
"""Values that are read however small the greatest message is."""
_PIECE = 1024 * 1024
_VIRTUAL = Path("/proc/self/statm")
"""Linux: the first number is the process's address space in pages."""
_ADVICE = "ask for less, or raise AGENTIC_SEARCH_MAX_RESULT_BYTES"
NO_MEMORY = "the memory of the service did not suffice to read it: ask for less, or give the service more memory"
"""Why a message is not read where memory was refused while it was read."""


def longer_than(largest: int) -> str:
    """Why a message of more than `largest` bytes is not read."""
    return f"it is larger than {largest / (1 << 20):.3g} MB: {_ADVICE}"


def too_costly(message: bytes, largest: int) -> str | None:
    """Why a message is not read, where it has too many values for its size or for the memory that is left.

    `largest`: bytes of the greatest message. A second or less for 32 MB; outside the event loop for large messages.
    """
    most = max(_ALWAYS, largest // _BYTES_FOR_A_VALUE)
    values = _values(message, most)
    if values > most:
        return f"it has more than {most:,} values: {_ADVICE}"
    needed, left = _PER_BYTE * len(message) + _PER_VALUE * values, _memory_left()
    if left is None or needed <= left:
        return None
    return (
        f"to read it takes about {needed >> 20:,} MB of memory, and {max(0, left) >> 20:,} MB are left: "
        "ask for less, or give the service more memory"
    )


def in_pieces(message: bytes, *, overlap: int = 0) -> Iterator[bytes]:
    """The message in pieces: while one piece is worked on in a thread, others wait; `overlap`: bytes, with the next."""
    return (message[at : at + _PIECE + overlap] for at in range(0, len(message), _PIECE))


def _values(message: bytes, most: int) -> int:
    """How many values there are, about; where they seem to be more than `most`, signs within texts do not count."""
    if (values := _signs(message)) <= most:
        return values
    plain = message.replace(rb"\\", b"").replace(rb"\"", b"")
    if (texts := plain.count(b'"') // 2) > 2 * most:  # a value has one text and one key at most
        return texts // 2
    return sum(map(_signs, plain.split(b'"')[::2]))


def _signs(part: bytes) -> int:
    """What begins a value."""
    return sum(piece.count(b",") + piece.count(b"[") + piece.count(b"{") for piece in in_pieces(part))


def _memory_left() -> int | None:
    """Bytes that the process may still address; None where nothing limits them."""
    if sys.platform != "linux":
        return None
    import resource  # noqa: PLC0415 - Windows has no such module

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    return limit - int(_VIRTUAL.read_text(encoding="ascii").split()[0]) * resource.getpagesize()

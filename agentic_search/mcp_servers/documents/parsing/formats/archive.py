"""Opens the ZIP archives that most office formats are, and refuses those that unpack to more than can be read.

What an archive says of its sizes is looked at first, then it is unpacked and counted, since it may lie.
"""

import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Protocol, Self, cast
from zipfile import BadZipFile, ZipFile

import lxml.etree

from agentic_search.mcp_servers.documents.files.folder import BYTES_VARIABLE
from agentic_search.mcp_servers.documents.parsing.document import Unreadable

UNPACKED = 3
"""Of the bytes that a file may have, as many times may all parts together have: an archive can hold a thousand."""

MOST_PARTS = 10_000
CHUNK = 1024 * 1024
ENCRYPTED = 1
"""The bit of a part's flags that says so."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the older container begins, in which Office wraps a file that has a password."""

ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
BROKEN = (BadZipFile, EOFError, KeyError, OSError, RuntimeError, NotImplementedError, ValueError, zlib.error)
"""What a broken or a locked archive makes zipfile raise."""


class XmlElement(Protocol):
    """The part of lxml's element that is used here."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str) -> str | None: ...
    def iter(self, *tags: str) -> "Iterable[Self]": ...
    def find(self, path: str) -> "Self | None": ...
    def findtext(self, path: str) -> str | None: ...
    def itertext(self) -> Iterable[str]: ...
    def iterfind(self, path: str) -> "Iterable[Self]": ...


class OfficeArchive:
    """An archive of an office format whose parts can all be unpacked, within the bounds."""

    def __init__(self, data: bytes, what: str, most_bytes: int) -> None:
        """`what` names the format in messages, as in `Word document`; `most_bytes`: of a file. Raises Unreadable."""
        self.what = what
        self._most = UNPACKED * most_bytes
        if data.startswith(OLE):
            raise Unreadable(_why_old(data, what))
        try:
            self._archive = ZipFile(BytesIO(data))
            self._check()
        except BROKEN as error:
            raise Unreadable(f"it is no {what} that can be opened: {error}") from error

    def names(self) -> list[str]:
        """Every part's."""
        return self._archive.namelist()

    def xml(self, name: str) -> XmlElement:
        """A part's root. Raises Unreadable where it is missing or broken."""
        try:
            return parse_xml(self._archive.read(name))
        except (*BROKEN, SyntaxError) as error:
            raise Unreadable(f"it is no {self.what} that can be opened: {error}") from error

    def _check(self) -> None:
        parts = self._archive.infolist()
        if len(parts) > MOST_PARTS:
            raise Unreadable(f"it is an archive of {len(parts):,} parts; at most {MOST_PARTS:,} are unpacked")
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise Unreadable("it is locked with a password; save it without one to have it read")
        if sum(part.file_size for part in parts) > self._most:
            raise Unreadable(_too_much(self._most))
        unpacked = 0
        for part in parts:
            with self._archive.open(part) as file:
                while chunk := file.read(CHUNK):
                    unpacked += len(chunk)
                    if unpacked > self._most:
                        raise Unreadable(_too_much(self._most))


def parse_xml(written: bytes) -> XmlElement:
    """Without entities and without the network. Raises SyntaxError."""
    # lxml comes without types: they are put on here, once.
    make = cast("Callable[..., object]", lxml.etree.XMLParser)  # pyright: ignore[reportUnknownMemberType] - no types
    build = cast("Callable[..., XmlElement]", lxml.etree.fromstring)  # pyright: ignore[reportUnknownMemberType] - no types
    return build(written, parser=make(resolve_entities=False, no_network=True))


def _too_much(most: int) -> str:
    return (
        f"it unpacks to more than {most / 2**20:.3g} MiB; save it as PDF, or in parts, to have it read, or raise "
        f"{BYTES_VARIABLE}, of which it may have {UNPACKED} times as much"
    )


def _why_old(data: bytes, what: str) -> str:
    if ENCRYPTED_PACKAGE in data:
        return "it is locked with a password; save it without one to have it read"
    return f"it is a file of an older format, though its name says {what}; save it anew to have it read"

"""Files of Office before 2007 and of Outlook."""

import struct
from collections.abc import Sequence

from tests.mcp_servers.documents.writers.compound import make_compound


def make_xls(rows: Sequence[Sequence[str]], sheet: str = "Prices") -> bytes:
    """One sheet of texts, in BIFF8."""
    globals_head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    end = _record(0x0A, b"")
    name = sheet.encode("latin-1")

    def bound(offset: int) -> bytes:
        return _record(0x85, struct.pack("<IHBB", offset, 0, len(name), 0) + name)

    start = len(globals_head) + len(bound(0)) + len(end)
    cells = b"".join(
        _record(0x204, struct.pack("<HHHHB", row, column, 0, len(cell), 1) + cell.encode("utf-16-le"))
        for row, line in enumerate(rows)
        for column, cell in enumerate(line)
    )
    body = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + end
    return make_compound({"Workbook": globals_head + bound(start) + end + body})


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def make_doc(text: str) -> bytes:
    """A text in one piece; its paragraphs end with `\\r`."""
    body, at = text.encode("utf-16-le"), 2_048
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, at, 0)
    table = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    head = struct.pack("<HHHHHHH10xII", 0xA5EC, 0xC1, 0, 0x409, 0, 0x1200, 0xBF, at, at + len(body))
    head += struct.pack("<H", 14) + bytes(28) + struct.pack("<H", 22)
    longs = [0] * 22
    longs[0], longs[3] = at + len(body), len(text)
    head += struct.pack("<22I", *longs) + struct.pack("<H", 93)
    pairs = [0] * 186
    pairs[66], pairs[67] = 0, len(table)
    head += struct.pack("<186I", *pairs) + struct.pack("<H", 0)
    return make_compound({"WordDocument": head.ljust(at, b"\0") + body, "1Table": table})


def make_ppt(*slides: Sequence[str]) -> bytes:
    """Each slide: texts as records of the outline."""
    outline = b"".join(
        _atom(0x3F3, bytes(20))
        + b"".join(
            _atom(0xF9F, struct.pack("<I", 0 if place == 0 else 1)) + _atom(0xFA0, text.encode("utf-16-le"))
            for place, text in enumerate(slide)
        )
        for slide in slides
    )
    document = _container(0x3E8, _atom(0x3E9, bytes(40)) + _container(0xFF0, outline))
    return make_compound({"PowerPoint Document": document, "Current User": bytes(64)})


def _atom(kind: int, data: bytes) -> bytes:
    return struct.pack("<HHI", 0, kind, len(data)) + data


def _container(kind: int, data: bytes) -> bytes:
    return struct.pack("<HHI", 0x0F, kind, len(data)) + data


def make_msg(subject: str, body: str, sender: str) -> bytes:
    """Properties as streams of UTF-16, listed with their lengths."""
    fields = {"0037": subject, "1000": body, "0C1A": sender, "001A": "IPM.Note"}
    texts = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in fields.items()}
    listed = b"".join(
        struct.pack("<IIII", int(f"{tag}001F", 16), 6, 2 * len(text) + 2, 0) for tag, text in fields.items()
    )
    return make_compound({"__properties_version1.0": bytes(32) + listed, **texts})

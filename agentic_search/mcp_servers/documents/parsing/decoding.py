"""Bytes → text, whatever their encoding; what is no text at all is refused."""

import codecs

from agentic_search.mcp_servers.documents.parsing.document import Unreadable

MOST_CHARACTERS = 4_000_000
"""Characters of one document that are kept; about two thousand printed pages."""

MOST_CONTROLS = 0.02
"""Share of control characters above which text is taken for binary data."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

CONTROLS = dict.fromkeys(set(range(32)) - set(map(ord, "\t\n\r\f\v\x1b")))


def decode(data: bytes) -> tuple[str, str | None]:
    """The text with plain line ends, and a note where it had to be guessed or cut.

    Raises Unreadable for binary data.
    """
    text, note = _decode(data)
    if len(text) - len(text.translate(CONTROLS)) > MOST_CONTROLS * len(text):
        raise Unreadable("it holds binary data, not text")
    text, cut = clip(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text, cut or note


def clip(text: str) -> tuple[str, str | None]:
    """The text, as far as it is kept, and what was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text, None
    return text[:MOST_CHARACTERS], f"only the first {MOST_CHARACTERS:,} of {len(text):,} characters are kept"


def _decode(data: bytes) -> tuple[str, str | None]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    if b"\0" in data:
        raise Unreadable("it holds binary data, not text")
    try:
        return data.decode("utf-8"), None
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "not UTF-8; read as Windows-1252"


def _marked(data: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), f"some bytes are no {encoding.removesuffix('-sig').upper()}"

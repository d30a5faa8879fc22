"""Decodes text of any encoding, declared or guessed; what is no text at all is refused."""

import codecs
from collections.abc import Iterator
from contextlib import suppress

from agentic_search.mcp_servers.documents.parsing.document import Unreadable
from agentic_search.mcp_servers.documents.parsing.encoding import guess_encoding, name_of

MOST_CHARACTERS = 4_000_000
"""Characters of one document that are kept; about two thousand printed pages."""

MOST_CONTROLS = 0.02
"""Share of control characters above which text is taken for binary data."""

MOST_BROKEN = 0.1
"""Share of the characters above ASCII that may be broken in a text that is UTF-8 otherwise."""

AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}
"""What pages mean that declare the smaller encoding."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

ESCAPES = ((b"\x1b$B", "iso2022_jp_2"), (b"\x1b$@", "iso2022_jp_2"), (b"\x1b$)C", "iso2022_kr"))
"""How text that shifts between sets of characters tells of itself: it is plain ASCII else."""

CONTROLS = dict.fromkeys(set(range(32)) - set(map(ord, "\t\n\r\f\v\x1b")))


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text with plain line ends, and a note where its encoding had to be guessed or it was cut.

    `declared` is the encoding that the text itself names, if it does; UTF-8 goes before it. Raises Unreadable for
    binary data.
    """
    text, note = _decode(data, declared)
    if len(text) - len(text.translate(CONTROLS)) > MOST_CONTROLS * len(text):
        raise Unreadable("it holds binary data, not text")
    text, cut = clip(text.replace("\r\n", "\n").replace("\r", "\n"))
    return text, cut or note


def clip(text: str) -> tuple[str, str | None]:
    """The text, as far as it is kept, and what was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text, None
    return text[:MOST_CHARACTERS], f"only the first {MOST_CHARACTERS:,} of {len(text):,} characters are kept"


def _decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _marked(data, encoding)
    for escape, encoding in ESCAPES:
        if escape in data:
            with suppress(UnicodeDecodeError):
                return data.decode(encoding), None
    if b"\0" in data:
        return _unmarked(data)
    for encoding in ("utf-8", *([_codec(declared)] if declared else [])):
        try:
            return data.decode(encoding), None
        except (UnicodeError, LookupError):
            continue
    return _guessed(data)


def _unmarked(data: bytes) -> tuple[str, str]:
    """UTF-32 or UTF-16 without a mark. Raises Unreadable for what is neither."""
    for encoding in ("utf-32-le", "utf-32-be", *_utf16(data)):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if "\0" not in text and sum(character > "\uffff" for character in text) <= MOST_BROKEN * len(text):
                return text, f"no mark tells its encoding; read as {encoding[:6].upper()}"
    raise Unreadable("it holds binary data, not text")


def _utf16(data: bytes) -> Iterator[str]:
    """What is ASCII leaves zeros on one side of the pairs only."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if min(even, odd) <= MOST_CONTROLS * max(even, odd):
        yield "utf-16-le" if odd > even else "utf-16-be"


def _codec(declared: str) -> str:
    try:
        return AS_BROWSERS_DO.get(codecs.lookup(declared).name, declared)
    except LookupError:
        return declared


def _guessed(data: bytes) -> tuple[str, str | None]:
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken <= MOST_BROKEN * sum(not character.isascii() for character in text):
        return text, "some bytes are no UTF-8"
    encoding = guess_encoding(data)
    return data.decode(encoding, "replace"), f"not UTF-8; read as {name_of(encoding)}"


def _marked(data: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError:
        return data.decode(encoding, "replace"), f"some bytes are no {encoding.removesuffix('-sig').upper()}"

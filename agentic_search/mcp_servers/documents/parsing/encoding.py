"""Guesses the encoding of text that is not UTF-8 and does not say what it is, by the letters that each language uses.

Our own: charset-normalizer (3.5) takes most texts of one line for one of another script or code page.
"""

import re

from agentic_search.mcp_servers.documents.parsing.scripts import SCRIPTS, SHARING, Script, is_odd_case

MOST_BYTES = 65_536
"""Bytes that are looked at, of the lines that are not plain ASCII; a tenth of a second for the slowest."""

HIGH = re.compile(rb"[\x80-\xff]+")
RUN = re.compile(rb"[\x80-\xff]{3,}")
RUNS = 0.3
"""The share of bytes above ASCII that stand in runs of three and more: few in Latin letters, most in others."""

LATIN_LESS = 0.3
"""What Latin letters must fit better by where the bytes above ASCII stand in runs."""

WESTERN = ("äöüß", "àâæçéèêëîïôöùûüœ", "áéíñóúü¿¡", "àáâãçéêíóôõúü", "åäöé", "æøåé", "àèéìíòóù", "éëïöüá")
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "áäčďéíĺľňóôŕšťúýž")
LATIN = {
    "cp1252": WESTERN,
    "cp1250": CENTRAL,
    "cp1254": ("çğıİöşüâî",),
    "iso8859_1": ("áéíóúýðþæö",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "iso8859_2": CENTRAL,
    "mac_roman": WESTERN,
    "cp850": WESTERN,
    "cp852": CENTRAL,
}
"""Code pages, and the letters that languages add to ASCII; what is met more often comes first, and wins of equals."""

ANY = "«»„“”‘’–—…•°§©®™€£µ±×·²³¹ºª¼½¾\xa0"
"""What every language writes."""

NAMES = {
    "mac_roman": "Mac Roman",
    "mac_cyrillic": "Mac Cyrillic",
    "iso8859_1": "ISO-8859-1",
    "iso8859_2": "ISO-8859-2",
    "iso8859_5": "ISO-8859-5",
    "iso8859_6": "ISO-8859-6",
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
    "big5": "Big5",
    "cp874": "Windows-874",
}


def guess_encoding(data: bytes) -> str:
    """The codec that fits best; Windows-1252 where nothing tells."""
    sample = _sample(data)
    high = b"".join(HIGH.findall(sample))
    latin = max(LATIN, key=lambda encoding: _fit(sample, encoding))
    is_other = sum(map(len, RUN.findall(sample))) >= RUNS * len(high)
    best = max(SCRIPTS if is_other else SHARING, key=lambda script: _worth(sample, script))
    least = _fit(sample, latin) - (LATIN_LESS if is_other else 0)
    return best.encoding if _worth(sample, best) > least else latin


def name_of(encoding: str) -> str:
    """A codec as people know it."""
    usual = encoding.upper().replace("_", "-").replace("CP125", "Windows-125")
    return NAMES.get(encoding, usual)


def _sample(data: bytes) -> bytes:
    """Cut behind a byte that is never part of a longer character."""
    lines = b"\n".join(line for line in data.split(b"\n") if not line.isascii())
    if len(lines) <= MOST_BYTES:
        return lines
    end = max(map(lines[:MOST_BYTES].rfind, (b" ", b"\n", b".", b",")))
    return lines[: end + 1 or MOST_BYTES]


def _worth(sample: bytes, script: Script) -> float:
    """What the text says for this encoding of this script, a character; below 0 where it cannot be it."""
    try:
        text = sample.decode(script.encoding)
    except UnicodeDecodeError:
        return -1.0
    return script.worth(text)


def _fit(sample: bytes, encoding: str) -> float:
    """The share of the characters above ASCII that are letters of the one language that fits best."""
    text = sample.decode(encoding, "replace")
    characters = [
        "" if is_odd_case(before, character) or _is_odd_mark(before, character, after) else character.lower()
        for before, character, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
        if not character.isascii()
    ]
    fits = (
        sum(bool(each) and (each in ANY or each in alphabet) for each in characters) for alphabet in LATIN[encoding]
    )
    return round(max(fits) / max(len(characters), 1), 2)


def _is_odd_mark(before: str, character: str, after: str) -> bool:
    """In the middle of a word, where but an apostrophe no mark stands."""
    return before.isalpha() and after.isalpha() and not character.isalpha() and character not in "’\xad"

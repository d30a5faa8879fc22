"""Guesses the encoding of text that is not UTF-8 and does not say what it is.

charset-normalizer tells scripts and East Asian encodings apart, but not the code pages of languages in Latin letters,
and reads western text as central European. So these are told by the letters that each language uses.
"""

import re

from charset_normalizer import from_bytes

MOST_BYTES = 65_536
"""Bytes that are looked at, of the lines that are not plain ASCII; a tenth of a second for the slowest."""

HIGH = re.compile(rb"[\x80-\xff]+")
RUN = re.compile(rb"[\x80-\xff]{3,}")
RUNS = 0.3
"""The share of bytes above ASCII that stand in runs of three and more: few in Latin letters, most in others."""

LATIN = {
    "cp1252": (
        *("äöüß", "àâæçéèêëîïôöùûüœ", "áéíñóúü¿¡", "àáâãçéêíóôõúü", "åäöé", "æøåé", "áéíóúýðþæö", "àèéìíòóù", "éëïöüá"),
    ),
    "cp1250": (
        *("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "áäčďéíĺľňóôŕšťúýž"),
    ),
    "cp1254": ("çğıİöşüâî",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
}  # fmt: skip
"""Code pages, and the letters that languages add to ASCII; western ones first, which win where nothing tells."""
LATIN["iso8859_2"] = LATIN["cp1250"]

ANY = "«»„“”‘’–—…°§©®€"
"""What every language writes."""

OTHER = (
    *("cp1251", "koi8_u", "cp866", "cp1253", "cp1255", "cp1256", "tis_620"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
"""Cyrillic, Greek, Hebrew, Arabic, Thai; Japanese, Chinese, Korean."""

NAMES = {"cp932": "Shift_JIS", "cp949": "EUC-KR", "big5": "Big5", "iso8859_2": "ISO-8859-2"}


def guess_encoding(data: bytes) -> str:
    """The codec that fits best; Windows-1252 where nothing tells."""
    sample = _sample(data)
    high = b"".join(HIGH.findall(sample))
    if sum(map(len, RUN.findall(sample))) >= RUNS * len(high):
        best = from_bytes(sample, cp_isolation=list(OTHER)).best()
        if best is not None:
            return best.encoding
    return max(LATIN, key=lambda encoding: _fit(high, encoding))


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


def _fit(high: bytes, encoding: str) -> float:
    """The share of the characters above ASCII that are letters of the one language that fits best."""
    characters = high.decode(encoding, "replace").lower()
    fits = (sum(character in ANY or character in alphabet for character in characters) for alphabet in LATIN[encoding])
    return round(max(fits) / len(characters), 2)

"""Reads a question: its search words, and the addresses, dates, ids, numbers and phrases that it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_URL = re.compile(r"https?://[^\s<>\"'`\])}]+[^\s<>\"'`\])}.,;:!?]")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WRITTEN_DATES = (
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_ID = re.compile(
    r"\b(?=[\w.-]{0,60}\d)(?=[\w.-]{0,60}[A-Za-z])[A-Za-z0-9][\w.-]{2,60}\w\b"
    r"|(?:\bids?\b|\#)[\s:=]{0,5}'?(\w{0,60}\d\w{0,60})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,^])-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?(?![\w,]{0,20}\d)")
_QUOTED = re.compile(r"\"([^\"]{1,200})\"|“([^”]{1,200})”|‘([^’]{1,200})’|(?<!\w)'([^']{1,200})'(?!\w)")
_PROPER = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w&.'-]+(?:,? (?:of |the |de )?[A-Z][\w&.'-]*)*")
_NO_PHRASES = frozenset({"ID", "IDs", "AM", "PM", "OK", "I'm", "I'd", "I've", "I'll"})

_FRAMES = re.compile(
    r"""(?:hi|hello|hey|please|kindly|okay|ok)\b[\s,!.]*
      | (?:can|could|would|will)\s(?:you|we)\s(?:please\s)?
      | i(?:\swant|\sneed|\swould\slike|'d\slike)\s(?:you\s)?to\s(?:know|find|see|learn|read)\s(?:about\s)?
      | (?:tell|show|give|find|get)\s(?:me|us)\s(?:about\s|more\sabout\s)?
      | (?:do\syou\sknow|i\swonder)\s
      | search\s(?:the\s(?:web|internet|docs|documents|documentation)\s|online\s)?for\s
      | look\sup\s
      | (?:what|who)(?:'s|\s(?:is|are|was|were))\s(?:the\s|an?\s)?""",
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = " ?.!,"
_THANKS = ("please", "thanks", "thank you")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the values that it names."""

    text: str
    search: str
    """Its words for a search engine: without politeness and the frame of a question."""
    urls: tuple[str, ...]
    dates: tuple[str, ...]
    """ISO 8601."""
    ids: tuple[str, ...]
    numbers: tuple[float, ...]
    """Whole ones as int."""
    phrases: tuple[str, ...]
    """What stands in quotation marks; where nothing does, names that begin with capitals."""


def read_question(text: str) -> Question:
    """Read what the question names; a `${` in it, which would make it a reference, loses its `$`."""
    text = text.replace("${", "{")
    urls = tuple(dict.fromkeys(_URL.findall(text)))
    rest = _URL.sub(" ", text)
    dates = tuple(dict.fromkeys(_dates(rest)))
    for pattern in (_ISO_DATE, *_WRITTEN_DATES):
        rest = pattern.sub(" ", rest)
    quoted = [next(filter(None, found.groups())) for found in _QUOTED.finditer(rest)]
    ids = [found[1] or found[0] for found in _ID.finditer(rest)]
    return Question(
        text=text,
        search=search_words(text),
        urls=urls,
        dates=dates,
        ids=tuple(dict.fromkeys(ids)),
        numbers=tuple(_number(found) for found in _NUMBER.findall(rest)),
        phrases=tuple(dict.fromkeys(quoted or _proper_names(rest))),
    )


def _proper_names(text: str) -> Iterator[str]:
    for found in _PROPER.findall(text):
        name = found if re.search(r"\.[A-Z]\.$", found) else found.rstrip(".'")
        if name not in _NO_PHRASES:
            yield name


def search_words(text: str) -> str:
    """The question without what only people need; the whole of it where nothing would be left."""
    words = " ".join(text.split())
    while (frame := _FRAMES.match(words)) and frame.end():
        words = words[frame.end() :]
    words = words.rstrip(_MARKS)
    for thanks in _THANKS:
        if words.lower().endswith(f" {thanks}"):
            words = words[: -len(thanks)].rstrip(_MARKS)
    return words if re.search(r"\w{2}", words) else text.strip()


def _dates(text: str) -> Iterator[str]:
    for year, month, day in _ISO_DATE.findall(text):
        yield from _date(int(year), int(month), int(day))
    for pattern in _WRITTEN_DATES:
        for found in pattern.finditer(text):
            yield from _date(int(found["year"]), _MONTHS.index(found["month"].lower()) + 1, int(found["day"]))


def _date(year: int, month: int, day: int) -> Iterator[str]:
    try:
        yield date(year, month, day).isoformat()
    except ValueError:
        return


def _number(text: str) -> float:
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)

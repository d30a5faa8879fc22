"""Reads a question: its search words, and the addresses, paths, dates, ids, names, numbers and phrases in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import regex

_URL = re.compile(r"https?://[^\s<>\"'`\])}]+[^\s<>\"'`\])}.,;:!?]")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SLASHED_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_MONTH_NAME = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?",
    re.IGNORECASE,
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WRITTEN_DATES = (
    re.compile(rf"\b{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)
_PATH = regex.compile(
    r"(?<![\w:/.@])(?:[A-Za-z]:\\[\w\\.-]{1,250}|(?:~|\.{1,2})?/[\w.@+-]{1,100}(?:/[\w.@+-]{1,100}){0,30}/?"
    r"|[\w@+-]{1,100}(?:/[\w.@+-]{1,100}){1,30})"
)
_SUFFIXES = (
    "md|txt|py|json|jsonl|csv|tsv|html?|pdf|docx?|xlsx?|pptx?|ya?ml|toml|ini|cfg|log|xml|ipynb|js|ts|sql|rst|eml|epub|odt"
    "|png|jpe?g|gif|svg|mp3|wav|mp4|zip|tar|gz|sh|java|c|cpp|go|rs"
)
_FILE = regex.compile(rf"(?<![\w/.\\-])[\w-][\w.-]{{0,100}}\.(?:{_SUFFIXES})\b(?![.\w]|\()", regex.IGNORECASE)
_DOTTED = re.compile(r"(?<![\w./@-])[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,8}(?![\w@/-])")
_DOMAIN = re.compile(r"\.(?:com|org|net|dev|edu|gov|de|fr|uk|eu|ai)$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]{1,2}")
_BACKTICKED = re.compile(r"`([^`\n]{1,200})`")
_PERSON = regex.compile(
    r"\b(?P<sure>by|von|vom|par|user|author|poster|auteur|autors?|benutzer|utilisateur|profile\s+of|profil\s+(?:von|de))"
    r"\s+(?:(?:the|user|author|named|called|nutzer)\s+){0,2}@?(?P<by>\w[\w.-]{0,60}\w)"
    r"|\b(?:from|of|de|does|did|has|hat|is|ist|est|a)\s+(?P<handle>\w{1,40}_\w{1,40})"
    r"|(?<![\w.])@(?P<at>[A-Za-z]\w{1,60})"
    r"|\b(?P<owner>\w{2,60})['’]s?\s+(?:\w+\s+){0,2}(?:stor|post|comment|article|submission|profile|points)",
    regex.IGNORECASE,
)
_NOBODY = re.compile(
    r"\d+|date|time|score|points?|year|month|week|day|name|names|topic|tags?|key|keys|default|hand|size|title|author|user"
    r"|value|index|line|lines|heute|gestern|the|a|an|der|die|das|den|dem|une?|la|le|les|my|its?|what|this|that",
    re.IGNORECASE,
)
_ID = re.compile(
    r"\b(?=[\w.-]{0,60}\d)(?=[\w.-]{0,60}[A-Za-z])[A-Za-z0-9][\w.-]{2,60}\w\b"
    r"|(?:\bids?\b|\#)[\s:=]{0,5}'?(\w{0,60}\d\w{0,60})",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w.,^])-?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?(?![\w,]{0,20}\d)")
_QUOTED = regex.compile(r"\"([^\"]{1,200})\"|“([^”]{1,200})”|‘([^’]{1,200})’|(?<!\w)'([^']{1,200})'(?!\w)")
_PROPER = regex.compile(
    r"(?<![.?!:]\s)(?<![.?!:]\s[\"'“])(?<!^[\"'“])(?<!^)\b[A-Z][\w&.'-]+(?:,? (?:of |the |de )?[A-Z][\w&.'-]*)*"
)
_BEGUN = re.compile(
    r"(?:^|[.?!][\"'”]?\s+)(?:also|then|next|first|second|third|finally|lastly|please|after\s+that|and),?\s+$",
    re.IGNORECASE,
)
"""The beginning of a sentence, after which a verb may have a capital: "Also, Book a room"."""
_LONGEST_BEGUN = 20
_NUMBER_OF_NAME = re.compile(r"\s\d{1,2}(?=\s*(?:$|[.,;?!)]|(?:in|on|and|for|by|with|at)\b))")
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
    names: tuple[str, ...] = ()
    """What begins with capitals, but for the beginning of a sentence; with a number that belongs to it."""
    quoted: tuple[str, ...] = ()
    """What stands in quotation marks or backticks."""
    paths: tuple[str, ...] = ()
    """Of files and folders; files by their names alone, too."""
    dotted: tuple[str, ...] = ()
    """Names of code, whole, as `asyncio.gather`."""
    people: tuple[str, ...] = ()
    """What stands where a person is named, as after "by" or before "'s stories"."""


def read_question(text: str) -> Question:
    """Read what the question names; a `${` in it, which would make it a reference, loses its `$`."""
    text = text.replace("${", "{")
    urls = tuple(dict.fromkeys(_URL.findall(text)))
    rest = _URL.sub(" ", text)
    dates = tuple(dict.fromkeys(_dates(rest)))
    for pattern in (_ISO_DATE, _SLASHED_DATE, *_WRITTEN_DATES):
        rest = pattern.sub(" ", rest)
    whole = rest.strip()  # a question in quotation marks quotes nothing
    quoted = [next(filter(None, found.groups())) for found in _QUOTED.finditer(rest) if found[0] != whole]
    ids = [found[1] or found[0] for found in _ID.finditer(rest)]
    paths = tuple(dict.fromkeys(_paths(rest)))
    return Question(
        text=text,
        search=search_words(text),
        urls=urls,
        dates=dates,
        ids=tuple(dict.fromkeys(ids)),
        numbers=tuple(_number(found) for found in _NUMBER.findall(rest)),
        phrases=tuple(dict.fromkeys(quoted or _proper_names(rest))),
        names=tuple(dict.fromkeys(_names(rest))),
        quoted=tuple(dict.fromkeys([*quoted, *_BACKTICKED.findall(rest)])),
        paths=paths,
        dotted=tuple(dict.fromkeys(_dotted(rest, paths))),
        people=tuple(dict.fromkeys(_people(rest))),
    )


def _paths(text: str) -> Iterator[str]:
    for pattern in (_PATH, _FILE):
        for found in pattern.findall(text):
            path = found.rstrip(".,;:!?")
            if len(path) > 1 and (pattern is _FILE or path[0] in "~./" or "." in path or "\\" in path):
                yield path


def _dotted(text: str, paths: tuple[str, ...]) -> Iterator[str]:
    for name in _DOTTED.findall(text):
        if name not in paths and not _DOMAIN.search(name) and not _ABBREVIATION.fullmatch(name):
            yield name


def _people(text: str) -> Iterator[str]:
    for found in _PERSON.finditer(text):
        name = next(filter(None, (found[group] for group in ("by", "handle", "at", "owner"))))
        if not _NOBODY.fullmatch(name):
            yield name


def _names(text: str) -> Iterator[str]:
    for found in _proper_names(text):
        for place, name in enumerate(re.split(r"(?<=\w{4})\.\s+", re.sub(r"['’]s$", "", found))):
            if place and " " not in name:  # the first word of the next sentence
                continue
            end = text.find(name) + len(name)
            number = _NUMBER_OF_NAME.match(text, end)
            if not _MONTH_NAME.fullmatch(name):
                yield name + (number[0] if number else "")


def _proper_names(text: str) -> Iterator[str]:
    for match in _PROPER.finditer(text):
        found = match[0]
        name = found if re.search(r"\.[A-Z]\.$", found) else found.rstrip(".'")
        begins = " " not in name and _BEGUN.search(text, max(0, match.start() - _LONGEST_BEGUN), match.start())
        if name not in _NO_PHRASES and not begins:
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
    return words if regex.search(r"\w{2}", words) else text.strip()


def _dates(text: str) -> Iterator[str]:
    for year, month, day in _ISO_DATE.findall(text):
        yield from _date(int(year), int(month), int(day))
    for month, day, year in _SLASHED_DATE.findall(text):
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

"""Reads from a question's form what an answer must have: a moment, a number, a name, a count, a list, two sides.

Only the words that hold a question together are looked at, never what it is about.
"""

import re
from typing import Literal

Wanted = Literal["", "moment", "number", "name"]
Need = Literal["", "greeting", "calculation", "translation"]

_MOMENT = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time)\b|\bwann\b|\bquand\b|\bcuándo\b"
)
_NUMBER = re.compile(
    r"\bhow (?:many|much|long|old|far|tall|high|big|large|often|fast|deep|wide|heavy)\b"
    r"|\bwhat (?:\w+ )?(?:percentage|percent|number|amount|age|population|size|distance|price|cost)\b"
    r"|\bwie ?(?:viele?|lange|hoch|weit|alt|oft)\b|\bcombien\b|\bcuánt[oa]s?\b"
)
_NAME = re.compile(
    r"\bwho(?:m|se)?\b|\bwhere\b"
    r"|\b(?:what|which) (?:\w+ )?(?:city|country|state|place|region|county|town|university|company|team|person)\b"
    r"|\bwer\b|\bwo\b|\bqui\b|\boù\b|\bquién\b|\bdónde\b"
)
_WANTED: tuple[tuple[Wanted, re.Pattern[str]], ...] = (("moment", _MOMENT), ("number", _NUMBER), ("name", _NAME))
_FITTING = {
    "moment": re.compile(
        r"\d|\b(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday"
        r"|Wednesday|Thursday|Friday|Saturday|Sunday|century|centuries|BC|AD)\b"
    ),
    "number": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
        r"|half|third|quarter|once|twice|first|second|double)\b",
        re.IGNORECASE,
    ),
}
_CAPITALISED = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]+")

_COUNT = re.compile(r"\bhow many\b|\bnumber of\b|\bcount (?:of|the|all|my)\b|\bwie ?viele\b|\bcombien\b|\bcuánt[oa]s\b")
_LIST = re.compile(
    r"^\W*(?:please |can you |could you )?(?:list|show|enumerate|name)\b|\b(?:list|overview) of\b"
    r"|\ball (?:the |my |of )?\w+"
    r"|\b(?:what|which) \w+(?: \w+)? (?:are there|are available|are installed|do (?:you|i|we) have|exist)\b"
)
_NEWEST = re.compile(r"\b(?:latest|newest|most recent|recent|neueste[nrs]?|dernière?s?|últim[oa]s)\b")
_WHAT = re.compile(
    r"^\W*(?:what(?:'s| is| are) (?:an? )?[\w.]+\W*$|what does [\w.]+ do\b|was (?:ist|sind|macht) (?:eine? )?[\w.]+\W*$"
    r"|qu'est-ce que? |qué es (?:una? )?[\w.]+\W*$|explain |define )"
)
_SIDE = r"[\w.'()/+#&-]+(?: [\w.'()/+#&-]+){0,4}?"
_COMPARISONS = (
    re.compile(rf"\b(?:differen\w+|differ|distinction|comparison|unterschied|différence|diferencia)\b.{{0,40}}?"
               rf"\b(?:between|zwischen|entre) ({_SIDE}) (?:and|or|und|et|y) ({_SIDE})\W*$", re.IGNORECASE),
    re.compile(rf"\bcompare ({_SIDE}) (?:and|with|to|against) ({_SIDE})\W*$", re.IGNORECASE),
    re.compile(rf"^\W*(?:what is |when to use |should i use )?({_SIDE}) (?:vs\.?|versus) ({_SIDE})\W*$", re.IGNORECASE),
    re.compile(rf"\bhow (?:does|do|is|are) ({_SIDE}) (?:differ|different) from ({_SIDE})\W*$", re.IGNORECASE),
)  # fmt: skip
_NEEDS: tuple[tuple[Need, re.Pattern[str]], ...] = (
    (
        "greeting",
        re.compile(
            r"\W*(?:hi|hello|hey|hallo|moin|servus|bonjour|salut|hola|ciao|thanks?|thank you|danke|merci|bye"
            r"|good (?:morning|day|afternoon|evening|night)|guten (?:morgen|tag|abend)"
            r"|how are you(?: doing)?(?: today)?"
            r"|there|you|all|everyone|[\s!.,?])+\W*"
        ),
    ),
    (
        "calculation",
        re.compile(
            r"\W*(?:(?:what(?:'s| is)|how much is|calculate|compute|evaluate|was ist|combien font)\b)?[\s(\[]*"
            r"[-+]?\d[\d.,]*(?:[\s()\[\]]*(?:[-+*/x×÷^%]|\*\*|times|plus|minus|divided by|multiplied by|to the power of"
            r"|mal|geteilt durch|fois|percent of|% of|modulo|mod)[\s()\[\]]*[-+]?\d[\d.,]*)+[\s)\]=?.!]*"
        ),
    ),
    (
        "translation",
        re.compile(r"\W*(?:please |can you |could you )?(?:translate|übersetze?|traduis|traduce)\b.*", re.DOTALL),
    ),
)
_LONGEST = 1_000
"""Characters of a question whose form is read; what is longer holds a text of its own."""


def wanted(query: str) -> Wanted:
    """What the answering sentence must hold."""
    line = query[:_LONGEST].lower()
    for kind, pattern in _WANTED:
        if pattern.search(line):
            return kind
    return ""


def holds(kind: Wanted, sentence: str, query: str) -> bool:
    """Whether a sentence has what the question wants, and, of a name, has one that the question has not."""
    if kind == "name":
        asked = query.lower()
        return any(name.lower() not in asked for name in _CAPITALISED.findall(sentence))
    return kind in _FITTING and _FITTING[kind].search(sentence) is not None


def asks_for_count(query: str) -> bool:
    """`How many stories …`"""
    return _COUNT.search(query[:_LONGEST].lower()) is not None


def asks_for_list(query: str) -> bool:
    """`List all packages`, `Which documents do you have?`"""
    return _LIST.search(query[:_LONGEST].lower()) is not None


def asks_what_it_is(query: str) -> bool:
    """`What is a workflow?`, `What does TaskGroup do?`"""
    return _WHAT.search(query[:_LONGEST].lower()) is not None


def asks_for_newest(query: str) -> bool:
    """`Latest news about …`"""
    return _NEWEST.search(query[:_LONGEST].lower()) is not None


def sides(query: str) -> tuple[str, str] | None:
    """The two things that a question compares, as it writes them."""
    line = " ".join(query[:_LONGEST].split())
    for pattern in _COMPARISONS:
        if found := pattern.search(line):
            return found[1].strip("'\""), found[2].strip("'\"")
    return None


def need(query: str) -> Need:
    """What a question asks for that no text of a source can answer."""
    line = " ".join(query[:_LONGEST].lower().split())
    for kind, pattern in _NEEDS:
        if pattern.fullmatch(line):
            return kind
    return ""

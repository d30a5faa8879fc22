"""Text flows in; the words that tell what it is about flow out, stemmed lightly so that forms of a word meet."""

import re
from collections.abc import Iterator
from functools import lru_cache

_RUN = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SUFFIXES = (
    ("ies", "y"), ("sses", "ss"), ("ations", "at"), ("ation", "at"), ("ators", "at"), ("ator", "at"), ("ating", "at"),
    ("ings", ""), ("ing", ""), ("edly", ""), ("ated", "at"), ("ates", "at"), ("ate", "at"), ("ions", ""), ("ion", ""),
    ("ments", ""), ("ment", ""), ("ers", ""), ("er", ""), ("ors", ""), ("or", ""), ("ed", ""), ("es", ""), ("s", ""),
    ("ly", ""), ("e", ""),
)  # fmt: skip
_SHORTEST_STEM = 3

STOP_WORDS = frozenset(
    _RUN.findall(
        """a about above after all also am an and any anyone anything are as at be because been before being but by can
        could d did do does doing for from get give go good got had has have having he help her here him his how i if in
        into is it its just know let like ll look looking m make many may me might more most much my need new no not now
        of off on one only or other our out over please provide re s same she should show so some something such t tell
        than that the their them then there these they thing things this those to too under until up us use used using
        ve very via want was way we well were what when where which while who whom whose why will with without would you
        your yours"""
    )
)
"""Words that say nothing of the topic."""


def words(text: str) -> list[str]:
    """The stemmed words of running text, in order, without stop words; ideographs in pairs."""
    return [stem for run in _RUN.findall(text.lower()) if run not in STOP_WORDS for stem in _stems(run)]


def name_words(name: str) -> list[str]:
    """The words of a name like `getStockPrice` or `search_docs`; a name of several words as one word, too."""
    parts = [part.lower() for run in _RUN.findall(name) for part in _HUMP.split(run)]
    whole = ["".join(parts)] if len(parts) > 1 else []
    return [stem for part in (*parts, *whole) if part not in STOP_WORDS for stem in _stems(part)]


def _stems(word: str) -> Iterator[str]:
    if _IDEOGRAPHS.search(word):
        yield from (word[place : place + 2] for place in range(max(1, len(word) - 1)))
    else:
        yield stem(word)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """The word without a common English ending."""
    for ending, instead in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            if ending == "s" and word.endswith(("ss", "us", "is")):
                return word
            return _undoubled(word[: -len(ending)] + instead)
    return word


def _undoubled(word: str) -> str:
    """`plann` as `plan`."""
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiouls"
    return word[:-1] if doubled else word

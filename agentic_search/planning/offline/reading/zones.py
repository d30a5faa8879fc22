"""Finds the places and time zones that a question asks the time of."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agentic_search.errors import ToolFailed
from agentic_search.tools.builtin.places.zones import zone_of

_NAMED = re.compile(r"\b[A-Z][A-Za-z]{2,20}(?:/[A-Z][A-Za-z_+-]{1,30}){1,2}\b|\b(?:UTC|GMT)\s?[+-]\d{1,2}(?::\d\d)?\b")
_PLACE = re.compile(r"\b(?:in|at|for|of|to|and|or|en|à|au|aux|et|für|und|um)\s+([^?.!;:]{2,100})", re.IGNORECASE)
_END = re.compile(r"\s*(?:,|\b(?:and|or|und|et|now|right|today|please|gerade|jetzt|heute|maintenant|as|compared|if)\b)")
_MOST = 6


@lru_cache(maxsize=256)
def zones_in(text: str) -> tuple[tuple[str, str], ...]:
    """Each place as it is called in the text, and its zone's name in the IANA database; unknown places are left out."""
    places = _NAMED.findall(text) or list(dict.fromkeys(_places(text)))[:_MOST]
    return tuple((place, zone) for place in places for zone in _zone(place))


def _places(text: str) -> Iterator[str]:
    for found in re.finditer(_PLACE, text):
        for part in re.split(_END, found[1]):
            if place := re.sub(
                r"^(?:(?:in|at|the|der|die|das|la|le|les|à|en)\s+)+", "", part.strip(), flags=re.IGNORECASE
            ):
                yield place


def _zone(place: str) -> Iterator[str]:
    try:
        yield str(zone_of(place))
    except ToolFailed:
        return

"""Says how many there are of a thing: `1 story`, `2 stories`. For nouns that form their plural by rule."""

import re


def count(number: float, noun: str) -> str:
    """`3 tasks`, `1 task`."""
    return f"{number} {noun if number == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """`stories` for `story`."""
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def singular(things: str) -> str:
    """`story` for `stories`."""
    return f"{things[:-3]}y" if things.endswith("ies") else things.removesuffix("s")

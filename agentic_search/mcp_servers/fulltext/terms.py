"""A question in natural language → the terms worth searching for → an FTS5 MATCH expression."""

import re

MOST_TERMS = 64
"""A question of 8,000 characters must not become an expression of a thousand terms."""

COMMON_ENGLISH = """
a about again all also am an and any are as at be because been being but by can cannot could did do does doing
don done down for from further get had has have having he her here hers him his how i if in into is it its
itself just let like may me might must my need no nor not now of off on once or other our ours out please
shall she should show so some such tell than that the their theirs them then there these they this those to
too until up us use used using very want was way we were what when where which while who whom why will with
without would yes you your yours
"""
STOP_WORDS = frozenset(COMMON_ENGLISH.split())
"""Words that say nothing about the subject. Those that can, such as `before` or `each`, are left out."""

WORD = re.compile(r"\w+")
COMPOUND = re.compile(r"\b\w++(?:[-.]\w++)+")


def terms(question: str) -> list[str]:
    """The question's words in lower case, each once, in order, without stop words.

    An identifier such as `parse_qs` stays one term. A question of nothing but stop words gives no terms.
    """
    words = (word.strip("_") for word in WORD.findall(question.lower()))
    return list(dict.fromkeys(word for word in words if word and word not in STOP_WORDS))[:MOST_TERMS]


def compounds(question: str) -> list[str]:
    """What hangs together in the question by hyphen or dot: `utf-8`, `asyncio.gather`; each once, in lower case."""
    return list(dict.fromkeys(COMPOUND.findall(question.lower())))[:MOST_TERMS]


def match_expression(question: str) -> str:
    """Any of the question's terms, or its compounds as phrases; "" where there are none.

    Each is quoted, so that nothing a user types is FTS5 syntax. Joined by OR: FTS5's implicit AND finds only texts that
    hold every word of the question, which is next to none.
    """
    return " OR ".join(f'"{term}"' for term in [*compounds(question), *terms(question)])

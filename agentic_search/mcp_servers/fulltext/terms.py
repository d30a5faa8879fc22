"""Makes an FTS5 MATCH expression of a question in natural language, from the words in it that are worth a search."""

import re
from collections.abc import Iterable

import regex

from agentic_search.text.folding import normal
from agentic_search.text.lexicon import ENGLISH_STOP_WORDS, parts, stems, unspaced_runs, words

MOST_TERMS = 64
"""A question of 8,000 characters must not become an expression of a thousand terms."""

WORD = regex.compile(r"[\w\p{M}]+(?:['’][\w\p{M}]+)*")
COMPOUND = re.compile(r"\b\w++(?:[-.]\w++)+")
QUOTED = re.compile(r'"((?:[^"]|"")*)"')


def terms(question: str) -> list[str]:
    """The question's words in lower case, each once, in order, without stop words.

    An identifier such as `parse_qs` stays one term. A question of nothing but stop words gives no terms.
    """
    written = normal(question).lower()
    found = (each for word in WORD.findall(written) for part in parts(word) for each in _pieces(part.strip("_")))
    return list(dict.fromkeys(word for word in found if word and word not in ENGLISH_STOP_WORDS))[:MOST_TERMS]


def _pieces(word: str) -> Iterable[str]:
    """The word; where nothing marks a word's end, the pairs of characters that the index has, one by one."""
    return stems(word) if unspaced_runs(word) else [word]


def compounds(question: str) -> list[str]:
    """What hangs together in the question by hyphen or dot: `utf-8`, `asyncio.gather`; each once, in lower case."""
    return list(dict.fromkeys(COMPOUND.findall(normal(question).lower())))[:MOST_TERMS]


def match_expression(question: str) -> str:
    """Any of the question's terms, or its compounds as phrases; "" where there are none.

    Each is quoted, so that nothing a user types is FTS5 syntax. Joined by OR: FTS5's implicit AND finds only texts that
    hold every word of the question, which is next to none.
    """
    return " OR ".join(f'"{term}"' for term in [*compounds(question), *terms(question)])


def phrase_expression(question: str) -> str:
    """All of the question's words one after the other, stop words too: a title such as “The Who”; "" without words."""
    written = " ".join(words(question)[:MOST_TERMS])
    return f'"{written}"' if written else ""


def stemmed(expression: str) -> str:
    """The expression for an index of stems; what is hyphenated is also looked for as one word: `email` for `e-mail`."""
    return QUOTED.sub(lambda quoted: _stemmed(quoted[1]), expression)


def _stemmed(phrase: str) -> str:
    forms = dict.fromkeys(f'"{" ".join(stems(written))}"' for written in (phrase, phrase.replace("-", "")))
    return f"({' OR '.join(forms)})" if len(forms) > 1 else next(iter(forms))

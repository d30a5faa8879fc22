"""Finds the arithmetic that a question is, if it is nothing else: "what is 17 times 23?" gives `17 * 23`."""

import re
from collections.abc import Sequence

from agentic_search.tools.builtin.arithmetic.numbers import CONSTANTS, OPERATIONS
from agentic_search.tools.builtin.arithmetic.tokens import OPERATOR_WORDS
from agentic_search.tools.builtin.arithmetic.wording import as_expression

_LONGEST = 300
_NAMES = frozenset({*OPERATIONS, *CONSTANTS, *OPERATOR_WORDS, "of"})
_WORD = re.compile(r"[^\W\d_]+")
_CALCULATED = re.compile(r"\d[\s)%!°]*(?:[*/+^%!]|-\s*[\d(])|\d\s+mod\b|[a-z]\w*\s*\(?\s*\d|%\s*of\b|\d/\d")
_NEITHER = re.compile(r"\d{4}-\d{1,2}(?:-\d{1,2})?|\d{1,2}/\d{1,2}/\d{2,4}|\d+(?:-\d+){2,}|\d{4}\s?-\s?\d{4}")
"""Dates, spans of years and telephone numbers."""

_TRANSLATED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), sign)
    for pattern, sign in (
        (r"^\s*(?:wie\s?viel\s+(?:ist|sind|ergibt|macht)|was\s+(?:ist|sind|ergibt)|berechne|rechne)\b", ""),
        (r"^\s*(?:combien\s+(?:font|fait|est)|quel\s+est\s+le\s+(?:résultat|produit)\s+de|calculez?|calculer)\b", ""),
        (r"\b(?:mal|fois)\b", " times "),
        (r"\b(?:geteilt\s+durch|durch|divisés?\s+par)\b", " divided by "),
        (r"\b(?:prozent\s+von|pour\s*cent\s+de)\b", "% of "),
        (r"%\s*(?:von|de)\b", "% of "),
        (r"\b(?:wurzel\s+(?:aus|von)|racine\s+carrée\s+de)\b", " square root of "),
        (r"\b(?:hoch|puissance)\b", " to the power of "),
        (r"\b(?:moins)\b", " minus "),
        (r"\s*\?\s*$", ""),
    )
)


def expressions(text: str) -> Sequence[str]:
    """The expression that the text is; none where it holds anything else."""
    if len(text) > _LONGEST or _NEITHER.search(text):
        return ()
    for pattern, sign in _TRANSLATED:
        text = pattern.sub(sign, text)
    found = " ".join(as_expression(text).split())
    is_one = all(word.lower() in _NAMES for word in _WORD.findall(found)) and _CALCULATED.search(found)
    return (found,) if is_one else ()

"""Rewrites arithmetic in English words and printed signs, such as "what is 17 times 23?", as an expression."""

import re

_FRAME = re.compile(
    r"""\s*(?:please|(?:can|could|would)\syou|tell\sme|calculate|compute|evaluate|work\sout|solve
      |what(?:\sis|'s|’s|s)?|how\smuch\s(?:is|are|does)|is|the\s(?:result|value|answer)\s(?:of|to)|the)\b[\s:,]*""",
    re.VERBOSE | re.IGNORECASE,
)
_END = re.compile(r"[\s?=.,!:]*(?:\b(?:please|equals?|make|thanks)\b[\s?=.,!:]*)*$", re.IGNORECASE)
_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "∙": "*", "✕": "*", "÷": "/", "∕": "/", "⁄": "/", "−": "-", "–": "-", "—": "-"}
    | {"^": "**", "√": " sqrt ", "∛": " cbrt ", "π": " pi ", "τ": " tau ", "[": "(", "]": ")", "{": "(", "}": ")"}
    | {"½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅓": "(1/3)", "⅔": "(2/3)", "٪": "%"}
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUPERSCRIPT = re.compile(r"⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{words})(?![\w(])" if words[0] != "(" else words, re.IGNORECASE), sign)
    for words, sign in (
        (r"(?<=[\d)])\s*[x]\s*(?=[\d(.])", " * "),
        (r"multiplied\s+(?:by|with)|times", " * "),
        (r"divided\s+by|over", " / "),
        (r"plus|added\s+to", " + "),
        (r"minus|less", " - "),
        (r"(?:raised\s+)?to\s+the\s+power(?:\s+of)?|raised\s+to", " ** "),
        (r"(?:the\s+)?square\s+of\s+([\d.]+)", r"\1**2"),
        (r"squared", "**2"),
        (r"cubed", "**3"),
        (r"(?:the\s+)?(?:square\s+root|sqrt)\s+of|square\s+root", " sqrt "),
        (r"(?:the\s+)?(?:cube|cubic|third)\s+root\s+of|cube\s+root", " cbrt "),
        (r"per\s*cent", "%"),
        (r"modulo|modulus", " mod "),
        (r"degrees?", "°"),
        (r"half\s+of", "1/2 of"),
        (r"(?:a\s+)?quarter\s+of", "1/4 of"),
    )
)
_LIST = re.compile(
    r"^(?:the\s+)?(sum|product|average|mean|median|minimum|maximum|smallest|largest)\s+of\s+(.+)$", re.IGNORECASE
)
_LISTED = {"minimum": "min", "smallest": "min", "maximum": "max", "largest": "max", "average": "mean"}
_DIFFERENCE = re.compile(r"^(?:the\s+)?difference\s+(?:between|of)\s+(.+?)\s+and\s+(.+)$", re.IGNORECASE)
_AND = re.compile(r"\s*,?\s+and\s+", re.IGNORECASE)


def as_expression(text: str) -> str:
    """The text as an expression, as far as it is arithmetic; what is not is left for whoever reads it."""
    rest = text
    while (frame := _FRAME.match(rest)) and frame.end():
        rest = rest[frame.end() :]
    rest = _END.sub("", rest) if not rest.rstrip().endswith("!") else rest.strip()
    rest = _SUPERSCRIPT.sub(lambda power: f"**{power[0].translate(_SUPERSCRIPTS)}", rest).translate(_SIGNS)
    if listed := _LIST.match(rest):
        name = listed[1].lower()
        rest = f"{_LISTED.get(name, name)}({_AND.sub(', ', listed[2])})"
    rest = _DIFFERENCE.sub(r"\1 - \2", rest)
    for words, sign in _WORDS:
        rest = words.sub(sign, rest)
    return rest.strip()

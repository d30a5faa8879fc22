"""Reads the next piece of a model's Markdown: text, a mark, a link or a bare URL.

Marks are recognised in all forms that models write: [1], [1, 2], [1-3], \\[1\\], ［1］, 【1†L2】, (source 1), [1](url),
<sup>1</sup>, and [^1], which is a footnote of the model's own where the definition stands.

What could be a link, an image or HTML to some reader of Markdown and is none here, such as one with brackets in its
text, is made inert by a backslash: a client that shows the answer would load an image wherever its address leads, and
with it what the model was made to write into that address.
"""

import re
from dataclasses import dataclass

from agentic_search.text.code import code_span
from agentic_search.text.lookahead import Lookahead

LONGEST_LABEL = 300
LONGEST_ADDRESS = 2_000
LONGEST_ASIDE = 40
"""Characters to the closing bracket or space; beyond them the opening one is plain text."""

DEEPEST = 5
"""Parentheses inside each other in an address."""

LONGEST_RANGE = 20
"""Numbers that [1-9] may stand for."""


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Anything that is none of the others, code among it."""

    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """A mark in whatever form, and the numbers it names; what defines a footnote, and [n], a placeholder, name none."""

    numbers: tuple[int, ...]
    inert: str = ""
    """What stands behind it, escaped."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link, an image or a bare URL."""

    label: str
    """Its text; empty for a bare URL."""
    url: str
    image: bool = False


Piece = TextPiece | Marks | Link

_PLAIN = re.compile(r"(?:[^`\[\]【［(!<\\\nhfwHFW]|[hf](?=[^t])|w(?=[^w]))+", re.IGNORECASE)
"""What begins none of the others, whatever comes; h, f and w may begin a URL."""
_NUMBER = r"(?:sources?\s*:?\s*)?#?[1-9]\d{0,2}"
_NUMBERS = re.compile(rf"\s*{_NUMBER}(?:\s*(?:,|;|&|-|–|and)\s*{_NUMBER})*\s*", re.IGNORECASE)
_LENTICULAR = re.compile(rf"({_NUMBERS.pattern})(?:†.*)?", re.IGNORECASE)
_FROM_TO = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_PLACEHOLDER = re.compile(r"\s*(?:sources?\s*)?#?n\d?(?:\s*[,;&-]\s*#?n\d?)*\s*", re.IGNORECASE)
"""What a prompt or a model writes where a number should stand: [n], [N], [source n], [n1, n2]."""
_FOOTNOTE = re.compile(r"\^(?:([1-9]\d{0,2})|[\w.-]+)")
_RAISED = "<sup>"
_DESTINATION = re.compile(r"""\s*(?:<([^<>]*)>|(\S*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*""")
_URL_BEGINS = ("http://", "https://", "ftp://", "www.")
_URL = re.compile(r"(?:[a-z]+://|www\.)[\w\[]", re.IGNORECASE)
_URL_ENDS = " \t\n<>\"'`[]{}|\\^，。；：！？、（）】」』"
_TAG = re.compile(r"[A-Za-z/!?]")
"""What begins a tag of HTML, behind its bracket."""
_AFTER_URL = ".,;:!?*_~…"


def next_piece(ahead: Lookahead, at: int) -> tuple[Piece, int]:
    """The piece that begins at `at`, and where it ends; raises Undecided."""
    plain = _PLAIN.match(ahead.text, at)
    if plain is not None:
        return TextPiece(plain[0]), plain.end()
    character = ahead.at(at)
    found = _READERS[character](ahead, at) if character in _READERS else _bare_url(ahead, at)
    return found if found is not None else (TextPiece(character), at + 1)


def _escape(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    following = ahead.at(at + 1)
    if following == "[":
        closed = ahead.find("]", at + 2, before="[\n", most=LONGEST_ASIDE)
        label = "" if closed is None else ahead.text[at + 2 : closed]
        if closed is not None and label.endswith("\\") and _NUMBERS.fullmatch(label[:-1]):
            return Marks(_numbers(label)), closed + 1
    return None if following in {"", "\n"} else (TextPiece(f"\\{following}"), at + 2)


def _code_span(ahead: Lookahead, at: int) -> tuple[Piece, int]:
    end, _ = code_span(ahead, at)
    return TextPiece(ahead.text[at:end]), end


def _bracket(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    closed = ahead.find("]", at + 1, before="[\n", most=LONGEST_LABEL)
    if closed is None:
        return None
    label = ahead.text[at + 1 : closed]
    address = _address(ahead, closed + 1)
    url, end = address or ("", closed + 1)
    if _NUMBERS.fullmatch(label):
        escaped, behind = _inert(ahead, end) if address is None else ("", end)
        return Marks(_numbers(label), escaped), behind
    if _PLACEHOLDER.fullmatch(label):
        return Marks(()), end
    if footnote := _FOOTNOTE.fullmatch(label):
        if ahead.at(end) == ":":
            return Marks(()), end + 1
        return Marks((int(footnote[1]),) if footnote[1] else ()), end
    return None if address is None else (Link(label, url), end)


def _closing(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    """A bracket that ends nothing that was read: no link's text, and no definition's."""
    if ahead.at(at + 1) == ":":
        return TextPiece("]\\:"), at + 2
    escaped, end = _inert(ahead, at + 1)
    return (TextPiece(f"]{escaped}"), end) if escaped else None


def _inert(ahead: Lookahead, at: int) -> tuple[str, int]:
    """What would make a link of the brackets before it, escaped, and where it ends."""
    if ahead.at(at) == "(":
        return "\\(", at + 1
    if ahead.at(at) == ":" and ahead.at(ahead.run(at + 1, " \n")) in {"/", "<"}:
        return "\\:", at + 1
    return "", at


def _image(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    if ahead.at(at + 1) != "[":
        return None
    closed = ahead.find("]", at + 2, before="[\n", most=LONGEST_LABEL)
    address = None if closed is None else _address(ahead, closed + 1)
    if closed is None or address is None:
        return TextPiece("\\!"), at + 1
    return Link(ahead.text[at + 2 : closed], address[0], image=True), address[1]


def _address(ahead: Lookahead, at: int) -> tuple[str, int] | None:
    """The URL in the parentheses that begin at `at`, if they do and hold one, and where they end."""
    if ahead.at(at) != "(":
        return None
    depth, offset = 1, at + 1
    while 0 < depth <= DEEPEST:
        found = ahead.find("()", offset, before="\n", most=at + LONGEST_ADDRESS - offset)
        if found is None:
            return None
        depth += 1 if ahead.text[found] == "(" else -1
        offset = found + 1
    inside = None if depth else _DESTINATION.fullmatch(ahead.text, at + 1, offset - 1)
    return None if inside is None else (inside[1] or inside[2] or "", offset)


def _lenticular(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    opening, closing = ("【", "】") if ahead.at(at) == "【" else ("［", "］")
    closed = ahead.find(closing, at + 1, before=f"{opening}\n", most=LONGEST_ASIDE)
    inside = None if closed is None else _LENTICULAR.fullmatch(ahead.text, at + 1, closed)
    return None if closed is None or inside is None else (Marks(_numbers(inside[1])), closed + 1)


def _aside(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    """(source 1), (sources 1 and 2)"""
    if not ahead.startswith(("source",), at + 1):
        return None
    closed = ahead.find(")", at + 1, before="(\n", most=LONGEST_ASIDE)
    if closed is None or not _NUMBERS.fullmatch(ahead.text, at + 1, closed):
        return None
    return Marks(_numbers(ahead.text[at + 1 : closed])), closed + 1


def _numbers(label: str) -> tuple[int, ...]:
    found: list[int] = []
    for first, last in _FROM_TO.findall(label):
        begin, end = int(first), int(last or first)
        found += range(begin, end + 1) if begin <= end < begin + LONGEST_RANGE else (begin, end)
    return tuple(found)


def _angle(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    """<https://…>, and a mark that is raised: <sup>1</sup>"""
    if ahead.startswith((_RAISED,), at):
        closed = ahead.find("<", at + len(_RAISED), before="\n", most=LONGEST_ASIDE)
        label = "" if closed is None else ahead.text[at + len(_RAISED) : closed].strip(" []")
        if closed is not None and _NUMBERS.fullmatch(label) and ahead.startswith(("</sup>",), closed):
            return Marks(_numbers(label)), closed + len("</sup>")
    if not ahead.startswith(_URL_BEGINS, at + 1):
        return (TextPiece("\\<"), at + 1) if _TAG.match(ahead.at(at + 1)) else None
    closed = ahead.find(">", at + 1, before="<\n ", most=LONGEST_ADDRESS)
    return None if closed is None else (Link("", ahead.text[at + 1 : closed]), closed + 1)


def _bare_url(ahead: Lookahead, at: int) -> tuple[Piece, int] | None:
    if not ahead.startswith(_URL_BEGINS, at):
        return None
    ended = ahead.find(_URL_ENDS, at, most=LONGEST_ADDRESS)
    url = ahead.text[at : at + LONGEST_ADDRESS if ended is None else ended].rstrip(_AFTER_URL)
    while url.endswith(")") and url.count("(") < url.count(")"):
        url = url[:-1].rstrip(_AFTER_URL)
    return (Link("", url), at + len(url)) if _URL.match(url) else None


_READERS = {
    "\\": _escape,
    "`": _code_span,
    "[": _bracket,
    "]": _closing,
    "!": _image,
    "【": _lenticular,
    "［": _lenticular,
    "(": _aside,
    "<": _angle,
}

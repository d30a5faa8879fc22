"""Takes an answer out of what a model puts around the whole of it: a fence of Markdown, or an object of JSON.

Inside such a fence no mark would be one, and nobody reads an answer as JSON. Fences of code in an answer stay.
"""

import re
from typing import Any, Literal, cast

from agentic_search.plain_json import read_json

_FENCE = re.compile(r"`{3,}[ \t]*([A-Za-z]*)[ \t]*")
_CLOSING = re.compile(r"`{3,}\s*")
_FENCED_JSON = re.compile(r"`{3,}\s*json\s*\n(.*?)\n?\s*`{3,}", re.DOTALL | re.IGNORECASE)
_LONGEST_FENCE = 40
_ANSWERS = ("answer", "final_answer", "response")
_CITED = ("citations", "sources", "references", "source", "source_ids")
_LARGEST_NUMBER = 999

_State = Literal["beginning", "object", "fenced", "code", "plain"]


class WrappingFilter:
    """Reads one answer; however it comes in pieces, what is given is the same."""

    def __init__(self) -> None:
        self._held = ""
        self._line_begins = True
        self._state: _State = "beginning"

    def feed(self, text: str) -> str:
        """Take in more text; gives what is certain of it."""
        self._held += text
        if self._state == "beginning":
            self._begin(final=False)
        match self._state:
            case "beginning" | "object":
                return ""
            case "fenced" | "code":
                return self._lines(final=False)
            case "plain":
                return self._all()

    def finish(self) -> str:
        """Take in the end; gives the rest."""
        if self._state == "beginning":
            self._begin(final=True)
        match self._state:
            case "object":
                return _answer_in(self._all())
            case "fenced" | "code":
                return self._lines(final=True)
            case _:
                return self._all()

    def _all(self) -> str:
        text, self._held = self._held, ""
        return text

    def _begin(self, *, final: bool) -> None:
        """Find out what the answer begins with, once enough of it is there."""
        text = self._held.lstrip()
        first, newline, rest = text.partition("\n")
        if text.startswith("{"):
            self._state = "object"
        elif not text.startswith("`") or len(first) > _LONGEST_FENCE:
            self._state = "plain" if text else "beginning"
        elif newline or final:
            fence = _FENCE.fullmatch(first)
            kind = fence[1].lower() if fence else ""
            if kind in {"markdown", "md"}:
                self._state, self._held = "fenced", rest
            else:
                self._state = "object" if kind == "json" else "plain"

    def _lines(self, *, final: bool) -> str:
        """What is certain of the text inside a fence; a line that may be its end is held until it is whole."""
        given = ""
        while self._held:
            line, newline, rest = self._held.partition("\n")
            may_be_fence = self._line_begins and (not line.strip() or line.lstrip().startswith("`"))
            if may_be_fence and not newline and not final:
                break
            self._held, self._line_begins = rest, bool(newline)
            if may_be_fence and line.lstrip().startswith("```"):
                is_closing = _CLOSING.fullmatch(line.lstrip()) is not None
                if is_closing and self._state == "fenced":
                    self._state = "plain"
                    return given + self._all()
                self._state = "fenced" if is_closing else "code"
            given += line + newline
        return given


def _answer_in(text: str) -> str:
    """The answer that an object holds, with the marks that it lists beside it; the text itself where it holds none."""
    fenced = _FENCED_JSON.fullmatch(text.strip())
    try:
        value: Any = read_json(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(value, dict):
        return text
    held = cast("dict[str, Any]", value)
    said = next((each for key in _ANSWERS if isinstance(each := held.get(key), str) and each.strip()), None)
    if said is None:
        return text
    marks = "" if re.search(r"\[\d", said) else "".join(f"[{number}]" for number in _numbers(held))
    return f"{said.rstrip()} {marks}" if marks else said


def _numbers(held: dict[str, Any]) -> list[int]:
    cited: Any = next((held[key] for key in _CITED if held.get(key)), None)
    found: list[int] = []
    for each in cast("list[Any]", cited if isinstance(cited, list) else [cited]):
        number: Any = cast("dict[str, Any]", each).get("id") if isinstance(each, dict) else each
        plain = str(number).strip(" []")
        if plain.isascii() and plain.isdigit() and 1 <= int(plain[:4]) <= _LARGEST_NUMBER:
            found.append(int(plain[:4]))
    return list(dict.fromkeys(found))

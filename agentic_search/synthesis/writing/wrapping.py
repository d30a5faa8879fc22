"""Takes an answer out of what a model put around the whole of it: a fence of Markdown, or an object of JSON.

Inside such a fence no mark would be one, and nobody reads an answer as JSON. Fences of code in an answer stay.
"""

import re
from typing import Any, cast

from agentic_search.plain_json import read_json

_MAY_BEGIN = re.compile(r"\s*(?:`{1,3}[ \tA-Za-z]{0,40}|`{3,}[ \t]*json[ \t]*\n\s*)?", re.IGNORECASE)
"""The whole of what may go on as a wrapping, or as something else."""
_FENCE = re.compile(r"\s*`{3,}[ \t]*(?:markdown|md)[ \t]*(?:\n|\Z)", re.IGNORECASE)
_OBJECT = re.compile(r"\s*(?:`{3,}[ \t]*json[ \t]*\n\s*)?\{", re.IGNORECASE)
_FENCED_OBJECT = re.compile(r"\s*`{3,}\s*json\s*\n(.*?)\s*`{3,}\s*", re.DOTALL | re.IGNORECASE)
_ANSWERS = ("answer", "final_answer", "response")
_CITED = ("citations", "sources", "references", "source", "source_ids")


class WrappingFilter:
    """Reads one answer; however it comes in pieces, what is given is the same."""

    def __init__(self) -> None:
        self._held = ""
        self._line_begins = True
        self._read = self._begin

    def feed(self, text: str) -> str:
        """Take in more text; gives what is certain of it."""
        self._held += text
        return self._read(final=False)

    def finish(self) -> str:
        """Take in the end; gives the rest."""
        return self._read(final=True)

    def _begin(self, *, final: bool) -> str:
        """Find out what the answer begins with, once enough of it is there."""
        if _MAY_BEGIN.fullmatch(self._held) and not final:
            return ""
        if fence := _FENCE.match(self._held):
            self._held, self._read = self._held[fence.end() :], self._fenced
        else:
            self._read = self._object if _OBJECT.match(self._held) else self._plain
        return self._read(final=final)

    def _plain(self, *, final: bool) -> str:
        text, self._held = self._held, ""
        return text

    def _object(self, *, final: bool) -> str:
        return _answer_in(self._plain(final=True)) if final else ""

    def _fenced(self, *, final: bool) -> str:
        """What is certain of the text inside a fence; a line that may be its end is held until it is whole."""
        given = ""
        while self._held:
            line, newline, rest = self._held.partition("\n")
            mark = line.strip()
            may_be_fence = self._line_begins and (not mark or mark.startswith("`"))
            if may_be_fence and not (newline or final):
                break
            self._held, self._line_begins = rest, bool(newline)
            if may_be_fence and mark.startswith("```"):
                is_end = not mark.strip("`")
                if is_end and self._read == self._fenced:
                    self._read = self._plain
                    return given + self._plain(final=final)
                self._read = self._fenced if is_end else self._code
            given += line + newline
        return given

    def _code(self, *, final: bool) -> str:
        """The same in an example of code, whose end is not that of the answer."""
        return self._fenced(final=final)


def _answer_in(text: str) -> str:
    """The answer that an object holds, with the marks that it lists beside it; the text itself where it holds none."""
    fenced = _FENCED_OBJECT.fullmatch(text)
    try:
        value = read_json(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return text
    held = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    said: str = next(
        (each.rstrip() for key in _ANSWERS if isinstance(each := held.get(key), str) and each.strip()), text
    )
    cited: object = next((held[key] for key in _CITED if held.get(key)), "") if said is not text else ""
    found: list[str] = re.findall(r"(?<![\w.])[1-9]\d{0,2}(?![\w.])", str(cited))
    marks = "" if re.search(r"\[\d", said) else "".join(f"[{number}]" for number in dict.fromkeys(found))
    return f"{said} {marks}" if marks else said

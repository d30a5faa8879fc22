"""Shapes quotations as Markdown: the answering sentence first and in bold, its passage, two further ones in short.

Everything a source says is escaped, or stands in code: it can do nothing to the page.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from agentic_search.domain.answer import Source
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.quotation import signature_of_passage
from agentic_search.synthesis.extracts.best_sentence import Quoted
from agentic_search.synthesis.markdown.escape import code_block, code_span, escape_inline, escape_line
from agentic_search.synthesis.markdown.plain import plain_text
from agentic_search.synthesis.markdown.tables import cells_of, table
from agentic_search.text.sentences import shortened

SEE_ALSO = "See also:"

_LONGEST_LEAD = 400
_LONGEST_LINE = 200
"""Characters of an answering sentence, and of a further passage's."""
_BULLET = re.compile(r"^(?:[-*+•]\s+|:(?:param|type|raises?|returns?|rtype)\b:?\s*)")
_PYTHON = re.compile(
    r"^\s*(?:>>> |(?:async )?def \w+\(.*|class \w+[:(].*|from [\w.]+ import |import [\w.]+(?: as \w+)?$|"
    r"(?:async )?(?:with|for) .*:$|await [\w.]+\(|(?:if|while|elif) .*:$|try:$|print\(|return\b(?!.*;$)|raise \w)"
)
_NOT_PYTHON = re.compile(r"[;{]\s*$|=>|\b(?:const|let|var|function)\b\s|^\s*(?:\$ |//|<\w)", re.MULTILINE)


def paragraphs(quoted: Sequence[Quoted], first: int) -> Iterator[str]:
    """The answer's paragraphs; the number of the best is `first`."""
    for number, item in enumerate(quoted[:1], start=first):
        yield f"**{_line(item, _LONGEST_LEAD)}** [{number}]"
        yield from _passage(item)
    further = [f"- {_in_a_line(item)} [{number}]" for number, item in enumerate(quoted[1:], start=first + 1)]
    if further:
        yield "\n".join([f"{SEE_ALSO}\n", *further])


def source(number: int, item: Quoted) -> Source:
    """What the answer says of one of its sources."""
    parts = [item.quotation.text] if item.best.unit else [item.best.text, item.quotation.text]
    return item.evidence.source(number, " ".join(" ".join(parts).split()))


def _line(item: Quoted, longest: int) -> str:
    """The answering sentence, row or field as text of one line."""
    best = item.best
    if best.unit is None and best.text == signature_of_passage(item.evidence.passage):
        return code_span(shortened(best.text, longest) or best.text[:longest])
    text = _shown_text(best.unit) if best.unit else best.text
    return escape_inline(shortened(text, longest) or text[:longest]) or item.name


def _shown_text(unit: Unit) -> str:
    if unit.kind == "row":
        return " — ".join(filter(None, map(plain_text, cells_of(unit.text))))
    return plain_text(_BULLET.sub("", unit.text))


def _in_a_line(item: Quoted) -> str:
    title, line = f"**{item.name}**", _line(item, _LONGEST_LINE)
    return f"{title}{line.removeprefix(item.name)}" if line.startswith(item.name) else f"{title}: {line}"


def _passage(item: Quoted) -> Iterator[str]:
    """The passage's title and what is quoted of it beside the answering sentence."""
    signature = signature_of_passage(item.evidence.passage)
    yield f"**{item.name}**" + (f" {code_span(signature)}" if signature else "")
    units = item.quotation.units
    if units and units[0] == item.best.unit and units[0].kind != "row":
        units = units[1:]
    if units:
        yield quote_block(units)


def quote_block(units: Sequence[Unit]) -> str:
    """One block quote."""
    lines = "\n\n".join(_parts(units)).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _parts(units: Sequence[Unit]) -> Iterator[str]:
    """One part a paragraph, table or example."""
    for (_, kind), group in groupby(units, key=lambda unit: (unit.paragraph, _kind(unit))):
        match kind:
            case "code":
                yield from (code_block(unit.text, unit.frame or _language(unit.text)) for unit in group)
            case "row":
                rows = [*group]
                yield table(cells_of(rows[0].frame), [cells_of(unit.text) for unit in rows])
            case _:
                yield from _prose(tuple(group))


def _kind(unit: Unit) -> str:
    return unit.kind if unit.kind in ("code", "row") else "prose"


def _prose(units: Sequence[Unit]) -> Iterator[str]:
    """Sentences of one paragraph on one line; list items as a list."""
    lines: list[str] = []
    for unit in units:
        text = code_span(unit.text) if unit.kind == "signature" else escape_line(_shown_text(unit))
        if not text:
            continue
        if unit.kind == "item":
            lines.append(f"- {text}")
        elif lines:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
    begin = next((at for at, line in enumerate(lines) if line.startswith("- ")), len(lines))
    yield from lines[:begin]
    if lines[begin:]:
        yield "\n".join(lines[begin:])


def _language(code: str) -> str:
    """The language by which the page colours it; empty where that is not known."""
    if ">>> " in code:
        return "pycon"
    if code.startswith(("{", "[")):
        return "json"
    is_python = any(_PYTHON.match(line) for line in code.split("\n")) and not _NOT_PYTHON.search(code)
    return "python" if is_python else ""

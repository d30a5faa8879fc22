"""A quotation flows in, Markdown that shows it word for word flows out: prose as a quote, code as code."""

from collections.abc import Iterator
from itertools import groupby

from agentic_search.domain.outcome import Passage
from agentic_search.synthesis.evidence.passages import Unit
from agentic_search.synthesis.evidence.quotation import Quotation
from agentic_search.synthesis.markdown.escape import code_block, code_span, escape_line


def heading(passage: Passage, quotation: Quotation | None = None) -> str:
    """The passage's title in bold, and its signature where it has one; one line, without a link."""
    title = f"**{escape_line(passage.title) or escape_line(passage.url) or 'Untitled'}**"
    return f"{title} {code_span(quotation.signature)}" if quotation and quotation.signature else title


def quotation_markdown(quotation: Quotation, number: int) -> str:
    """One block quote, which ends with the mark [number]."""
    parts = list(_parts(quotation.units))
    ends_in_prose = bool(quotation.units) and quotation.units[-1].kind != "code"
    if ends_in_prose:
        parts[-1] += f" [{number}]"
    else:
        parts.append(f"[{number}]")
    lines = "\n\n".join(parts).split("\n")
    return "\n".join(f"> {line}".rstrip() for line in lines)


def _parts(units: tuple[Unit, ...]) -> Iterator[str]:
    """One part a paragraph or example."""
    for (_, is_code), group in groupby(units, key=lambda unit: (unit.paragraph, unit.kind == "code")):
        if is_code:
            yield from (code_block(unit.text, _language(unit.text)) for unit in group)
        else:
            yield _prose(tuple(group))


def _prose(units: tuple[Unit, ...]) -> str:
    """Sentences of one paragraph on one line; a list item begins a line of its own."""
    text = ""
    for unit in units:
        between = "\\\n" if unit.kind == "item" else " "
        shown = code_span(unit.text) if unit.kind == "signature" else escape_line(unit.text)
        text += (between if text else "") + shown
    return text


def _language(code: str) -> str:
    """What a page may colour it as."""
    if ">>> " in code:
        return "pycon"
    if code.startswith(("{", "[")):
        return "json"
    signs = ("import ", "def ", "async ", "await ", "class ", "print(", "with ", "for ", "return ", "raise ")
    return "python" if any(line.lstrip().startswith(signs) or "await " in line for line in code.split("\n")) else ""

"""Reads what kreuzberg reads, as Markdown: sheets, slides, books, OpenDocument, and text with marks of its own.

Only text is taken: no OCR, no model, no cache, no attachment, no picture.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace

import regex
from kreuzberg import ConcurrencyConfig, ExtractionConfig, KreuzbergError, PageConfig, extract_bytes_sync

from agentic_search.mcp_servers.documents.parsing.decoding import clip, decode
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.formats.archive import OfficeArchive
from agentic_search.mcp_servers.documents.parsing.formats.slides import speaker_notes
from agentic_search.mcp_servers.documents.parsing.formats.tables import repeat_heads
from agentic_search.mcp_servers.documents.parsing.formats.titles import telling
from agentic_search.mcp_servers.documents.parsing.markdown import read_markdown
from agentic_search.mcp_servers.documents.parsing.sections import cut
from agentic_search.text.document_kinds import Kind

ARCHIVES: dict[Kind, tuple[str, str]] = {
    "slides": ("presentation", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "sheet": ("spreadsheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "odt": ("OpenDocument text", "application/vnd.oasis.opendocument.text"),
    "ods": ("OpenDocument spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"),
    "book": ("electronic book", "application/epub+zip"),
}
TEXTS: dict[Kind, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "org": "text/x-org",
    "rst": "text/x-rst",
    "tex": "application/x-latex",
}
OTHERS: dict[Kind, tuple[str, str]] = {
    "rtf": ("RTF document", "application/rtf"),
    "old_sheet": ("old spreadsheet", "application/vnd.ms-excel"),
}
UNMARKED: dict[Kind, tuple[str, str]] = {
    "outlook": ("Outlook message", "application/vnd.ms-outlook"),
    "old_word": ("old Word document", "application/msword"),
    "old_slides": ("old presentation", "application/vnd.ms-powerpoint"),
}
"""Of which kreuzberg knows the text alone: as Markdown, their paragraphs would run into one."""

KINDS_READ = ARCHIVES | OTHERS | UNMARKED
PAGED = ARCHIVES["slides"][1]

PANIC = "PanicException"
"""Of a module that cannot be imported."""

PAGE_MARK = re.compile(r"\ue000(\d+)\ue001\s*(?=(#{1,6} )?)")
MARK_FORMAT = "\n\n\ue000{page_num}\ue001\n\n"
"""Where a slide begins: letters for private use, which no slide has."""

FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.DOTALL | re.MULTILINE)
WORD = regex.compile(r"\w+")
COMMAND = re.compile(r"\\[a-zA-Z]+(?:\[[^\]\n]*\])?|%.*")
"""Of TeX, and its remarks: no words of the text."""

MOST_LOST = 0.3
"""The share of a text's words that may be marks."""

ESCAPE = re.compile(r"(?<=[^\n|])\\([^\w\s|\\])")
"""A mark that Markdown would take for its own: anywhere but at a line's start it is none without the backslash."""

os.putenv("TOKIO_WORKER_THREADS", "1")  # each of kreuzberg's threads takes from the memory that a worker may address


def parse_office(kind: Kind, data: bytes, most_bytes: int) -> Document:
    """Headings, slides and sheets become sections. Raises Unreadable."""
    what, mime = KINDS_READ[kind]
    notes = list[str]()
    if kind in ARCHIVES:
        archive = OfficeArchive(data, what, most_bytes)
        notes = speaker_notes(archive) if kind == "slides" else []
    if kind in UNMARKED:
        text, title = _extract(data, what, mime, "plain")
        kept, note = clip(text)
        return Document(telling(title), kept, cut(kept, (), lines=False), note)
    markdown, title = _extract(data, what, mime)
    return _document(_name_slides(markdown, notes), title)


def parse_marked(kind: Kind, data: bytes) -> Document:
    """Text with marks of its own; as it stands where kreuzberg would lose too much of it. Raises Unreadable."""
    text, note = decode(data)
    try:
        markdown, title = _extract(text.encode("utf-8", "replace"), kind, TEXTS[kind])
    except Unreadable:
        markdown, title = "", ""
    if _loses_much(text, markdown):
        return Document("", text, cut(text, ()), note)
    document = _document(markdown, title)
    return replace(document, note=document.note or note)


def _extract(data: bytes, what: str, mime: str, form: str = "markdown") -> tuple[str, str]:
    """Text and title."""
    try:
        result = extract_bytes_sync(data, mime, config=_config(form, is_paged=mime == PAGED))
    except KreuzbergError as error:
        raise Unreadable(f"it is no {what} that can be opened: {_cause(error)}") from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise Unreadable(f"it is no {what} that can be opened: it is damaged") from error
    given = result.metadata.get("title") or result.metadata.get("subject")
    return result.content, " ".join(given.split()) if isinstance(given, str) else ""


def _config(form: str, *, is_paged: bool) -> ExtractionConfig:
    return ExtractionConfig(
        use_cache=False,
        enable_quality_processing=False,  # it throws away what it takes for noise
        output_format=form,
        pages=PageConfig(insert_page_markers=True, marker_format=MARK_FORMAT) if is_paged else None,
        concurrency=ConcurrencyConfig(max_threads=1),
    )


def _cause(error: KreuzbergError) -> str:
    return str(error).removeprefix(f"{type(error).__name__}: ")


def _document(markdown: str, title: str) -> Document:
    kept, note = clip(repeat_heads(_plain(markdown)))
    document = read_markdown(kept, lines=False)
    return replace(document, title=telling(title) or document.title, note=note)


def _name_slides(markdown: str, notes: Sequence[str]) -> str:
    """A slide without a title is headed by its number; the speaker's notes stand behind what is on it."""
    before, *slides = PAGE_MARK.split(markdown)
    pieces = [before]
    for number, heading, text in zip(*[iter(slides)] * 3, strict=True):
        pieces += ["" if heading else f"## Slide {number}\n\n", text, "\n\n"]
        pieces += [f"{note}\n\n" for note in notes[int(number) - 1 : int(number)] if note]
    return "".join(pieces)


def _plain(markdown: str) -> str:
    """Without the backslashes that nothing needs, so that a text is quoted as its author wrote it."""
    parts = FENCE.split(markdown)
    parts[::2] = [ESCAPE.sub(r"\1", part).replace("&#9;", "\t") for part in parts[::2]]
    return "".join(parts)


def _loses_much(text: str, markdown: str) -> bool:
    wanted = set(WORD.findall(COMMAND.sub(" ", text)))
    return len(wanted - set(WORD.findall(markdown))) > MOST_LOST * len(wanted)

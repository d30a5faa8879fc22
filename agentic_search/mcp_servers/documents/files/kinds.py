"""Which files are documents: told by their names alone."""

from pathlib import PurePosixPath
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["markdown", "text", "html", "pdf", "word", "mail", "notebook"]

KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".rst": "text",
    ".adoc": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "word",
    ".eml": "mail",
    ".ipynb": "notebook",
    **dict.fromkeys((".csv", ".tsv", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf"), "text"),
    **dict.fromkeys((".log", ".org", ".tex", ".textile", ".asciidoc"), "text"),
}

PLAIN_NAMES = frozenset(
    {
        "readme",
        "license",
        "licence",
        "notice",
        "changelog",
        "changes",
        "news",
        "authors",
        "install",
        "contributing",
        "copying",
        "todo",
    }
)
"""Files without a suffix that are text by custom."""

NOT_READ = {
    **dict.fromkeys(
        (".doc", ".odt", ".rtf", ".pages"), "a text in another form; save it as .docx or PDF to have it read"
    ),
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".numbers"), "a spreadsheet; save it as .csv to have it read"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".key"), "a presentation; save it as PDF to have it read"),
    **dict.fromkeys((".epub", ".mobi", ".azw3", ".djvu"), "an electronic book; save it as HTML or PDF to have it read"),
    **dict.fromkeys((".msg", ".mbox", ".pst"), "a mailbox; save its messages as .eml to have them read"),
}
"""What people keep among their documents and this server does not read, with what would help."""

IGNORED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Folders full of text that nobody means when they say their documents; names with a dot in front are ignored too."""


def kind_of(path: str) -> Kind | None:
    """What the file is, or None where this server does not read it."""
    name = PurePosixPath(path)
    return KINDS.get(name.suffix.lower()) or ("text" if name.name.lower() in PLAIN_NAMES else None)


def why_not_read(path: str) -> str | None:
    """Why a document of another kind is not read; None for what is no document, or is read."""
    return NOT_READ.get(PurePosixPath(path).suffix.lower())


def is_ignored(name: str) -> bool:
    """A file or folder that is passed over, with all that is in it."""
    return name.startswith(".") or name in IGNORED

"""Which files are documents: told by their names alone."""

from pathlib import PurePosixPath
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["markdown", "text", "html", "pdf"]

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
}

IGNORED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
"""Folders full of text that nobody means when they say their documents; names with a dot in front are ignored too."""


def kind_of(path: str) -> Kind | None:
    """What the file is, or None where this server does not read it."""
    return KINDS.get(PurePosixPath(path).suffix.lower())


def is_ignored(name: str) -> bool:
    """A file or folder that is passed over, with all that is in it."""
    return name.startswith(".") or name in IGNORED

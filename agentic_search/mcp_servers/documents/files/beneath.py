"""Opens files in a folder, and none outside it, whatever anyone does to the names meanwhile."""

import os
from pathlib import Path

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
FOLDER = getattr(os, "O_DIRECTORY", 0) | NO_LINK
FILE = os.O_RDONLY | NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Not blocking, because opening a pipe would wait for somebody to write to it."""

STEPWISE = os.open in os.supports_dir_fd


class Escaped(OSError):
    """The path leads out of the folder, or did for a moment."""


def open_beneath(root: Path, path: str) -> int:
    """A descriptor of the file at `path`, which has forward slashes and no links in it; the caller closes it.

    Raises Escaped for a path that leaves the folder, OSError for one that cannot be opened, links included.
    """
    parts = path.split("/")
    if not all(parts) or {".", ".."}.intersection(parts) or Path(path).is_absolute():
        raise Escaped(f"{path!r} is no plain path within the folder")
    return open_stepwise(root, parts) if STEPWISE else open_and_compare(root, parts)


def open_stepwise(root: Path, parts: list[str]) -> int:
    """Each step starts at the folder that is already open, and none follows a link: nothing can be swapped in."""
    here = os.open(root, os.O_RDONLY | FOLDER)
    try:
        for name in parts[:-1]:
            inner = os.open(name, os.O_RDONLY | FOLDER, dir_fd=here)
            os.close(here)
            here = inner
        return os.open(parts[-1], FILE, dir_fd=here)
    finally:
        os.close(here)


def open_and_compare(root: Path, parts: list[str]) -> int:
    """Where steps cannot be taken: what was opened must be what the real path within the folder leads to."""
    path = root.joinpath(*parts)
    descriptor = os.open(path, FILE)
    if not _is_at(descriptor, path):
        os.close(descriptor)
        raise Escaped(f"{'/'.join(parts)!r} leads elsewhere")
    return descriptor


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return Path(os.path.realpath(path)) == path and os.path.samestat(os.fstat(descriptor), path.lstat())
    except OSError:
        return False

"""The user's folder: which documents are in it, and their bytes. Nothing else opens files in it."""

import errno
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from agentic_search.mcp_servers.documents.files.beneath import Escaped, open_beneath
from agentic_search.text.document_kinds import is_ignored, kind_of, why_not_read

READ = "text, source code, Markdown, HTML, PDF, office documents, mail or notebooks"

MOST_BYTES = 32 * 1024 * 1024
"""Bytes of one file, where the environment does not say otherwise; larger ones are not read."""

BYTES_VARIABLE = "AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES"

MOST_SUFFIX = 12
"""Characters of the end of a name that are told."""

MOST_FILES = 20_000
MOST_NAMES = 200_000
"""Documents in one folder, and names looked at to find them; the rest is left out, and said so."""


LOOP = "a loop of symbolic links"
NO_FILE = "it is no regular file, but a pipe, a socket or a device"


class Refused(Exception):
    """The file is not read; the text says why."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tells one state of a file from another."""

    size: int
    mtime_ns: int


@dataclass(slots=True)
class FolderListing:
    """What a look at the folder found."""

    files: dict[str, Stamp] = field(default_factory=dict[str, Stamp])
    """Documents by their path in the folder, with forward slashes."""
    refused: dict[str, str] = field(default_factory=dict[str, str])
    """What looks like a document or a folder but cannot be read, and why."""
    passed_over: Counter[str] = field(default_factory=Counter[str])
    """How many files that are no documents there are of each kind, by the end of their names."""
    left_out: str | None = None
    """What there was too much of."""

    def refuse(self, path: str, why: str) -> None:
        """Names that are not UTF-8 could not be told as they are."""
        self.refused[path.encode("utf-8", "replace").decode()] = why


class Folder:
    """Reads within `root`, which is resolved once; no link is ever followed out of it."""

    def __init__(self, root: Path, most_bytes: int = MOST_BYTES) -> None:
        """`most_bytes`: of one file."""
        self.root = Path(os.path.realpath(root))
        self.most_bytes = most_bytes

    def __repr__(self) -> str:
        return f"<Folder {str(self.root)!r}>"

    @property
    def roots(self) -> tuple[Path, ...]:
        """What is watched."""
        return (self.root,)

    def exists(self) -> bool:
        """It is there, and it is a folder."""
        return self.root.is_dir() and not self.root.is_symlink()

    def look(self) -> FolderListing:
        """Every document in the folder and below. A missing folder is an empty one."""
        listing = FolderListing()
        waiting = [""] if self.exists() else []
        names = 0
        while waiting:
            for entry in self._entries(waiting.pop(), listing):
                names += 1
                if names > MOST_NAMES or len(listing.files) >= MOST_FILES:
                    listing.left_out = f"only {len(listing.files):,} documents are kept; the folder holds more"
                    return listing
                path = self._relative(entry.path)
                if _is_folder(entry):
                    waiting.append(path)
                else:
                    self._note(entry, path, listing)
        return listing

    def locate(self, name: str) -> str:
        """A path that somebody asks for → the real path within the folder. Raises Refused."""
        if "\0" in name or Path(name).is_absolute():
            raise Refused("paths are given from the documents folder on, as list_documents shows them")
        forms = (name, *(unicodedata.normalize(form, name) for form in ("NFC", "NFD")))
        written = next((form for form in forms if os.path.lexists(self.root / form)), name)
        real = self._real(self.root / written)
        if not real.is_relative_to(self.root):
            raise Refused("it is outside the documents folder")
        path = self._relative(real)
        if any(map(is_ignored, path.split("/"))) or not kind_of(path):
            raise Refused(why_not_read(path) or f"it is no document that this server reads: {READ}")
        return path

    def read(self, path: str) -> tuple[bytes, Stamp]:
        """The bytes of a file that `look` or `locate` named, and the state they are of. Raises Refused."""
        try:
            with os.fdopen(open_beneath(self.root, path), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise Refused(NO_FILE)
                if status.st_size > self.most_bytes:
                    raise Refused(_too_large(status.st_size, self.most_bytes))
                data = file.read(self.most_bytes + 1)
        except OSError as error:
            raise Refused(_reason(error)) from error
        if len(data) > self.most_bytes:
            raise Refused(_too_large(len(data), self.most_bytes))
        return data, Stamp(status.st_size, status.st_mtime_ns)

    def _entries(self, folder: str, listing: FolderListing) -> Iterator["os.DirEntry[str]"]:
        """What is in one folder and not passed over, in a steady order."""
        try:
            with os.scandir(self.root / folder) as entries:
                wanted = islice((entry for entry in entries if not is_ignored(entry.name)), MOST_NAMES + 1)
                yield from sorted(wanted, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            listing.refuse(f"{folder}/", _reason(error))

    def _note(self, entry: "os.DirEntry[str]", path: str, listing: FolderListing) -> None:
        """Put a name that is no folder where it belongs: a document, refused, or nothing to us."""
        if entry.is_symlink():
            self._note_link(entry, path, listing)
        elif kind_of(path):
            try:
                status = entry.stat(follow_symlinks=False)
                path.encode()
            except UnicodeEncodeError:
                listing.refuse(path, "its name is not valid UTF-8")
            except OSError as error:
                listing.refuse(path, _reason(error))
            else:
                if stat.S_ISREG(status.st_mode):
                    listing.files[path] = Stamp(status.st_size, status.st_mtime_ns)
                else:
                    listing.refuse(path, NO_FILE)
        elif reason := why_not_read(path):
            listing.refuse(path, reason)
        else:
            listing.passed_over[_ending(entry.name)] += 1

    def _note_link(self, entry: "os.DirEntry[str]", path: str, listing: FolderListing) -> None:
        """A link within the folder is passed over, since what it leads to is listed under its own name."""
        if _is_loop(entry):
            listing.refuse(path, LOOP)
            return
        real = Path(os.path.realpath(entry.path))
        if not real.is_relative_to(self.root):
            if kind_of(path) or real.is_dir():
                listing.refuse(path, "a symbolic link that leads out of the folder; it is not followed")
        elif kind_of(path) and not real.exists():
            listing.refuse(path, "a symbolic link to nothing")

    def _real(self, path: Path) -> Path:
        """Where a path leads. Raises Refused for one that leads in a circle."""
        try:
            path.stat()
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Refused(LOOP) from error
        return Path(os.path.realpath(path))

    def _relative(self, path: str | Path) -> str:
        return os.path.relpath(path, self.root).replace(os.sep, "/")


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:  # not every file system says so along with the name
        return False


def _is_loop(entry: "os.DirEntry[str]") -> bool:
    try:
        entry.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def _ending(name: str) -> str:
    suffix = PurePosixPath(name).suffix.lower()[:MOST_SUFFIX]
    return suffix.encode("utf-8", "replace").decode() or "without an ending"


def _too_large(size: int, most: int) -> str:
    return f"it has {size / 2**20:.1f} MiB; at most {most / 2**20:.3g} MiB are read ({BYTES_VARIABLE})"


def _reason(error: OSError) -> str:
    if isinstance(error, Escaped) or error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
        return "its path leads through a symbolic link; it is not followed"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if error.errno == errno.ENXIO:
        return NO_FILE
    return f"it cannot be opened: {error.strerror or error}"

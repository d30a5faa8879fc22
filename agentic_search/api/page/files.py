"""The page's files → what browsers get: without comments, compressed, under an address that changes with them.

Nothing is built beforehand: the files are read when somebody asks for the page, and again when one of them has changed.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentic_search.api.page.modules import joined

INDEX = "index.html"
_MAIN = "js/main.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_COMMENTS = {
    ".js": re.compile(r"[ \t]*/\*\*.*?\*/[ \t]*|(?:^|(?<=\s))// [^\n]*", re.DOTALL | re.MULTILINE),
    ".css": re.compile(r"/\*.*?\*/", re.DOTALL),
    ".html": re.compile(r"<!--.*?-->", re.DOTALL),
}
_STYLES = "all.css"
_STYLE = re.compile(r"""<link rel="stylesheet" href="static/(css/[^"]+)">\n?\s*""")
_SCRIPTS = "all.js"


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file, as it is sent."""

    content: bytes
    compressed: bytes
    """By gzip."""
    media_type: str

    @property
    def tag(self) -> str:
        """What tells it from another of its kind, as an ETag."""
        return f'"{_digest(self.content)}"'

    @staticmethod
    def of(name: str, content: bytes) -> "PageFile":
        """What is sent of a file with this content."""
        suffix = posixpath.splitext(name)[1]
        kind = _MEDIA_TYPES.get(suffix, "application/octet-stream")
        return PageFile(content, gzip.compress(content, mtime=0), kind)


@dataclass(frozen=True, slots=True)
class PageVersion:
    """All files at one time."""

    name: str
    files: Mapping[str, PageFile]
    page: PageFile
    """The page itself, which names its files by this version."""
    asking_page: PageFile
    """The same, with leave to ask at once what its address says."""


class PageFiles:
    """The files of a folder, read anew when one of them has changed. Blocks while it reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[frozenset[tuple[str, int, int]], PageVersion] | None = None

    def now(self) -> PageVersion:
        """The files as they are."""
        state = frozenset(self._state())
        if self._read is None or self._read[0] != state:
            self._read = (state, _version(self._folder))
        return self._read[1]

    def known(self, version: str) -> PageVersion | None:
        """The files that were read last, if they are of this version."""
        return self._read[1] if self._read is not None and self._read[1].name == version else None

    def _state(self) -> Iterator[tuple[str, int, int]]:
        for path in self._folder.rglob("*"):
            if path.is_file():
                about = path.stat()
                yield str(path), about.st_mtime_ns, about.st_size


def _version(folder: Path) -> PageVersion:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    name = f"v-{_digest(b''.join(name.encode() + b'/' + content + b'/' for name, content in files.items()))}"
    sent = {name: PageFile.of(name, _sent(name, content)) for name, content in files.items()}
    styles = _STYLE.findall(files[INDEX].decode())
    sent[_STYLES] = PageFile.of(_STYLES, b"".join(sent[name].content for name in styles if name in sent))
    scripts = {name: sent[name].content.decode() for name in sent if name.endswith(".js")}
    sent[_SCRIPTS] = PageFile.of(_SCRIPTS, joined(scripts, _MAIN).encode())
    page = _page(sent, name)
    asking = page.replace("<html ", "<html data-asks ", 1)
    return PageVersion(name, sent, PageFile.of(INDEX, page.encode()), PageFile.of(INDEX, asking.encode()))


def _page(files: Mapping[str, PageFile], version: str) -> str:
    """The page with its files named by their version, and its styles and its scripts in one file each."""
    text = files[INDEX].content.decode().replace(f'src="static/{_MAIN}"', f'src="static/{_SCRIPTS}"', 1)
    text = _STYLE.sub("", _STYLE.sub(f'<link rel="stylesheet" href="static/{_STYLES}">', text, count=1))
    return text.replace('="static/', f'="static/{version}/')


def _sent(name: str, content: bytes) -> bytes:
    """The same without comments, indentation and empty lines: no text in the page's files spans lines."""
    comments = _COMMENTS.get(posixpath.splitext(name)[1])
    if comments is None:
        return content
    bare = comments.sub(" ", content.decode())
    return "".join(f"{line.strip()}\n" for line in bare.splitlines() if line.strip()).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]

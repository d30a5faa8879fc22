"""What the servers of others work on: files of the tests' own, and a page on loopback."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.serving import Answer, says
from tests.world.set_up import World

SENTENCE = "Otters hold hands while they sleep."
_PAGE = f"<html><head><title>Otters</title></head><body><h1>Otters</h1><p>{SENTENCE}</p></body></html>".encode()
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The installed servers, and what they are given."""

    world: World
    folder: Path
    page: str
    """The address of a page that says SENTENCE."""

    @property
    def files(self) -> Path:
        """A folder with `note.txt`, which says SENTENCE, as a git repository with one commit."""
        return self.folder / "files"

    @property
    def chromium(self) -> str:
        """The browser, where there is one."""
        return shutil.which("chromium") or ""


def page() -> Answer:
    """Answers every request with the page."""
    return says(_HEAD % len(_PAGE) + _PAGE)


def prepare(folder: Path) -> None:
    """Make the files."""
    files = folder / "files"
    files.mkdir()
    (files / "note.txt").write_text(f"{SENTENCE}\n")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "--message", SENTENCE)):
        subprocess.run(("git", *command), cwd=files, check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})

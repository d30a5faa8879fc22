"""What a check finds, and what checks are given."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agentic_search.settings import Settings

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    """What it is about: `database`, `server notes`."""
    state: State
    what: str
    """How it is, a sentence without its full stop."""
    fix: str = ""
    """What mends it on this system, as a command where one does."""
    mend: Callable[[], None] | None = field(default=None, compare=False)
    """Does what `fix` says, where nothing can be lost by it. May raise OSError."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where this runs."""

    settings: Settings
    environment: Mapping[str, str]
    is_running: bool
    """A service answers at the settings' address."""
    address: str
    """The settings' address."""
    container: bool
    """This is a container: the machine's own loopback is another one's."""
    system: str = sys.platform


def is_container(root: Path = Path("/")) -> bool:
    """Whether this process runs in Docker, Podman or Kubernetes."""
    marks = (root / ".dockerenv", root / "run/.containerenv")
    return any(mark.exists() for mark in marks)


def set_variable(system: str, name: str, value: str) -> str:
    """The command that sets a variable on this system."""
    return f'$env:{name} = "{value}"' if system == "win32" else f"export {name}={value}"

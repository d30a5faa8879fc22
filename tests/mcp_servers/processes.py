"""The processes that a process has started, as Linux tells them."""

import sys
from pathlib import Path

import pytest

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def children(parent: int) -> list[int]:
    """Process ids; none for a parent that has ended."""
    return [pid for pid, status in _statuses() if status.split()[1] == str(parent) and status.split()[0] != "Z"]


def holders(file: Path) -> list[int]:
    """Processes that have it open."""
    found: set[int] = set()
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if descriptor.readlink() == file:
                found.add(int(descriptor.parts[2]))
        except OSError:
            continue  # closed meanwhile
    return sorted(found)


def is_alive(process: int) -> bool:
    """It runs or waits; what has ended and is only not yet asked for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def _statuses() -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "stat").read_text()
            except OSError:
                continue  # it has ended meanwhile
            found.append((int(folder.name), status.rpartition(") ")[2]))
    return found

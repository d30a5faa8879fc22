"""Watches a folder and calls back after each burst of changes; it may be missing, moved or put back meanwhile."""

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from agentic_search.mcp_servers.documents.files.folder import Folder
from agentic_search.text.document_kinds import is_ignored

logger = logging.getLogger(__name__)

QUIET_MS = 100
"""A burst has ended when nothing has changed for this long …"""

BURST_MS = 1_600
"""… or when it has gone on for this long."""

LOOK_MS = 2_000
"""How often to see whether the folder is still the same one."""

MISSING_PAUSE = 1.0
UNWATCHED_PAUSE = 10.0
"""Seconds between two looks at a folder that is not there, and at one that the system cannot watch."""


def watch_folder(folder: Folder, changed: Callable[[], object], stop: Event) -> None:
    """Blocks until `stop` is set. Calls `changed` at the start too, and whenever changes may have been missed."""
    while not stop.is_set():
        changed()
        try:
            _follow(folder, changed, stop)
        except (OSError, RuntimeError) as error:
            logger.info("%s cannot be watched now: %s", folder, error)
        stop.wait(UNWATCHED_PAUSE if folder.exists() else MISSING_PAUSE)


def _follow(folder: Folder, changed: Callable[[], object], stop: Event) -> None:
    """Until `stop` is set, or another folder stands at one of the paths."""
    there = [root for root in folder.roots if root.is_dir()]
    if not there or not folder.exists():
        return
    watched = _identities(folder)
    bursts = watch(
        *there,
        watch_filter=lambda change, path: _matters(there, change, path),
        debounce=BURST_MS,
        step=QUIET_MS,
        stop_event=stop,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    )
    for number, burst in enumerate(bursts):
        if _identities(folder) != watched:
            changed()
            return
        # What changed while the watch was being set up was seen by nobody: hence once more after the first round.
        if burst or number == 0:
            changed()


def _matters(roots: Sequence[Path], _change: Change, path: str) -> bool:
    inside = [Path(os.path.relpath(path, root)).parts for root in roots if Path(path).is_relative_to(root)]
    return any(not any(map(is_ignored, parts)) for parts in inside)


def stamps(folder: Folder) -> list[tuple[int, int, int] | None]:
    """What changes at once where a file is put right into the folder or taken out of it, or another stands there."""
    return [_stamp(root) for root in folder.roots]


def _stamp(root: Path) -> tuple[int, int, int] | None:
    try:
        status = root.lstat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _identities(folder: Folder) -> list[tuple[int, int] | None]:
    return [stamp and stamp[:2] for stamp in stamps(folder)]

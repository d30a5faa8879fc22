"""Checks of this machine: folders and files, the disk, the port, the database, how many files may be open."""

import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from agentic_search.configured import configured_database
from agentic_search.database.address import IN_MEMORY, SETTING, DatabaseAddress
from agentic_search.database.postgres import postgres_engine
from agentic_search.doctor.finding import Finding, Situation
from agentic_search.errors import ConfigurationError
from agentic_search.serve import listen
from agentic_search.settings import ENV_FILE

_LEAST_FREE = 200 * 1024**2
_LITTLE_FREE = 2 * 1024**3
_LEAST_FILES = 512
"""Open at once: connections, servers' pipes, the database."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_page(situation: Situation) -> Iterator[Finding]:
    """The files of the page are where the service looks for them."""
    page = situation.settings.static / "index.html"
    if page.is_file():
        yield Finding("page", "ok", f"its files are in {page.parent}")
    else:
        fix = "install the package anew: pip install --force-reinstall agentic-search"
        yield Finding("page", "broken", f"{page} is not there", fix)


def check_data_folder(situation: Situation) -> Iterator[Finding]:
    """The data folder can be written, and read by nobody else."""
    folder = situation.settings.data.expanduser()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as problem:
        why = f"{folder} cannot be written: {problem.strerror or problem}"
        fix = f'sudo chown -R "$(id -un)" {existing}, or set AGENTIC_SEARCH_DATA to a folder of yours'
        yield Finding("data folder", "broken", why, fix)
        return
    if existing == folder and _is_open_to_others(folder):
        mend = partial(folder.chmod, 0o700)
        yield Finding("data folder", "warning", f"others may read {folder}", f"chmod 700 {folder}", mend)
    else:
        yield Finding("data folder", "ok", f"{folder} can be written")


def check_secrets(situation: Situation) -> Iterator[Finding]:
    """A `.env` that holds keys is for its user alone."""
    path = Path(ENV_FILE)
    with suppress(OSError):
        if path.is_file() and "KEY" in path.read_text(errors="replace") and _is_open_to_others(path):
            mend = partial(path.chmod, 0o600)
            yield Finding("secrets", "warning", f"others may read {ENV_FILE}, which holds keys", "chmod 600 .env", mend)


def check_disk(situation: Situation) -> Iterator[Finding]:
    """There is room for runs."""
    folder = situation.settings.data.expanduser()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    yield room(existing, shutil.disk_usage(existing).free)


def room(folder: Path, free: int) -> Finding:
    """What so many free bytes mean."""
    what = f"{free / 1024**3:.1f} GB are free where {folder} is"
    fix = "free some, or set AGENTIC_SEARCH_DATA to a folder on another disk; AGENTIC_SEARCH_HISTORY_BYTES keeps less"
    state = "broken" if free < _LEAST_FREE else "warning" if free < _LITTLE_FREE else "ok"
    return Finding("disk", state, what, "" if state == "ok" else fix)


def check_open_files(situation: Situation) -> Iterator[Finding]:
    """The process may open enough files."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < _LEAST_FILES:
        more = "" if hard < 0 or hard >= 4_096 else "; the hard limit is lower still: see /etc/security/limits.conf"
        yield Finding("open files", "broken", f"a process may open {soft} files at once", f"ulimit -n 4096{more}")
    else:
        yield Finding("open files", "ok", f"a process may open {soft if soft >= 0 else 'any number of'} files at once")


def check_port(situation: Situation) -> Iterator[Finding]:
    """The service can listen where it is to."""
    settings = situation.settings
    if situation.is_running:
        yield Finding("port", "ok", f"the service runs at {situation.address}")
        return
    try:
        for listener in listen(settings.host, settings.port, open_to_all=settings.open):
            listener.close()
    except ConfigurationError as problem:
        what, _, fix = str(problem).rstrip(".").partition(": ")
        free = f"; {_free_port()} is free" if "AGENTIC_SEARCH_PORT" in fix else ""
        yield Finding("port", "broken", what, f"{fix}{free}")
    else:
        yield Finding("port", "ok", f"{situation.address} is free")


def check_database(situation: Situation) -> Iterator[Finding]:
    """Runs can be kept; nothing is made or changed by looking."""
    try:
        address = configured_database(situation.settings)
    except ConfigurationError as problem:
        yield _told("database", problem)
        return
    if address.postgres is not None:
        yield _of_postgres(address)
    elif address.file is None:
        what = "runs are kept in memory alone, and end with the service"
        yield Finding("database", "warning", what, f"take {SETTING} out")
    elif situation.is_running or not address.file.exists():
        told = "is the running service's" if situation.is_running else "is made at the first start"
        yield Finding("database", "ok", f"{address.file} {told}")
    else:
        yield _of_file(address.file)
        if _is_open_to_others(address.file):
            mend = partial(address.file.chmod, 0o600)
            yield Finding("database", "warning", f"others may read {address.file}", f"chmod 600 {address.file}", mend)


def _of_postgres(address: DatabaseAddress) -> Finding:
    try:
        engine = postgres_engine(address)
        engine.dispose()
    except ConfigurationError as problem:
        return _told("database", problem)
    return Finding("database", "ok", f"{address.name} answers")


def _of_file(path: Path) -> Finding:
    other = f"end it, or set {SETTING} to another file or to {IN_MEMORY}"
    lock = path.with_name(f"{path.name}.lock")
    if lock.exists():
        try:
            with FileLock(lock, timeout=0):
                pass
        except Timeout:
            what = f"{path} is in use by another agentic-search, which does not answer at the settings' address"
            return Finding("database", "broken", what, f"{_who_has(lock)}{other}")
        except OSError as problem:
            return Finding("database", "broken", f"{lock} cannot be written: {problem.strerror}", other)
    try:
        begun = path.read_bytes()[:16]
    except OSError as problem:
        fix = f'sudo chown "$(id -un)" {path}'
        return Finding("database", "broken", f"{path} cannot be read: {problem.strerror}", fix)
    if begun and not begun.startswith(b"SQLite format 3"):
        fix = f"move it away, or set {SETTING} to another file"
        return Finding("database", "broken", f"{path} is no SQLite database", fix)
    return Finding("database", "ok", f"{path} can be opened")


def _who_has(lock: Path) -> str:
    return f"`fuser {lock}` says which process: " if shutil.which("fuser") else ""


def _told(name: str, problem: ConfigurationError) -> Finding:
    """A message that says both: what is wrong, and after a colon or a full stop what to do."""
    text = str(problem).rstrip(".")
    what, _, fix = text.partition(". ") if ". " in text else text.rpartition(": ")
    return Finding(name, "broken", what or text, fix or f"correct {SETTING}")


def _is_open_to_others(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


CHECKS: tuple[Callable[[Situation], Iterator[Finding]], ...] = (
    check_page,
    check_data_folder,
    check_secrets,
    check_disk,
    check_open_files,
    check_port,
    check_database,
)

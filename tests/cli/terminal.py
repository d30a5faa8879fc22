"""Runs `agentic-search` as a user does: a process of its own, its output and its exit status."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.forking.starting import forked_process
from tests.support.service import environment_for

COMMAND = [sys.executable, "-c", "from agentic_search.cli.program import main; main()"]
"""As the script does that pip installs; it is there only once the package is installed."""
_PATIENCE = 110


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    error: str

    @property
    def json(self) -> Any:
        """What it printed."""
        return json.loads(self.out)


async def run(
    folder: Path, *arguments: str, typed: str = "", settings: Mapping[str, str] | None = None, **more: str
) -> Ended:
    """Run a command in a folder, as a fork; `settings` have no prefix, `more` are variables as they are."""
    with tempfile.TemporaryDirectory() as beside:
        files = {name: str(Path(beside) / name) for name in ("TYPED", "TOLD")}
        _write(files["TYPED"], typed)
        environment = {**environment_for(folder, settings=settings), **files, **more}
        how: dict[str, Any] = {"folder": folder, "environment": environment, "read": 1}
        async with (
            asyncio.timeout(_PATIENCE),
            forked_process("tests.support.imported_terminal", *arguments, **how) as process,
        ):
            out = (await process.output.read()).decode()
            status = await process.wait()
        return Ended(status, out, _read(files["TOLD"]))


def _write(path: str, text: str) -> None:
    Path(path).write_text(text)


def _read(path: str) -> str:
    return Path(path).read_text()


class Terminal:
    """A command in a terminal of its own, where things are typed and shown."""

    def __init__(self, folder: Path, *arguments: str, settings: Mapping[str, str] | None = None, **more: str) -> None:
        """`settings` have no prefix, `more` are variables as they are."""
        self._screen, inside = pty.openpty()
        environment = {**environment_for(folder, settings=settings), "TERM": "xterm", "COLUMNS": "100", **more}
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        self.shown = ""

    def until(self, text: str) -> str:
        """Read what is shown until this text is in it; the whole."""
        while text not in self.shown:
            self.shown += os.read(self._screen, 65_536).decode(errors="replace")
        return self.shown

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._screen, f"{text}\n".encode())

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Its exit status, once it has ended."""
        try:
            while piece := os.read(self._screen, 65_536):
                self.shown += piece.decode(errors="replace")
        except OSError:  # nobody is inside any more
            pass
        os.close(self._screen)
        return self._process.wait(_PATIENCE)

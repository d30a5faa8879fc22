"""Somebody who types what a page shows into a shell, in a checkout of the project and with a home of their own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.forking.starting import ROOT
from tests.support.service import RunningService

_PATIENCE = 240
_LISTENING = re.compile(r'serving at (http://[^\s"]+)')
_OF_THE_CHECKOUT = ("Makefile", "README.md", "agentic_search", "benchmarks", "docs", "examples", "server.py", "static")
_STARTERS = {
    "python": f'exec "{sys.executable}" "$@"',
    "python3": f'exec "{sys.executable}" "$@"',
    "agentic-search": f'exec "{sys.executable}" -m agentic_search.cli.program "$@"',
    "make": f'exec "$(PATH=${{PATH#*:}} command -v make)" --old-file "{sys.prefix}/run.stamp" "VENV={sys.prefix}" "$@"',
}
"""The programs that a set-up puts into PATH, here with the environment that the tests run in."""
_ALONE = {"AGENTIC_SEARCH_PORT": "0", "AGENTIC_SEARCH_DATABASE_URL": "memory:"}
"""What lets a service start beside another one."""
_CURL = "fail-with-body\nshow-error\nmax-time = 60\n"
"""A refusal is a failure, which for curl it is not by itself."""


@dataclass(slots=True)
class Reader:
    """What they have before them, and what their shell remembers of a page."""

    checkout: Path
    service: RunningService
    environment: Mapping[str, str]
    written: Mapping[str, str]
    """What stands in the documentation → what it is on this machine."""
    variables: Path = field(init=False)

    def __post_init__(self) -> None:
        """A new shell, which has no variables yet."""
        self.variables = self.checkout / "variables.sh"
        self.variables.write_text("")

    async def type(self, *commands: str, given: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Type commands; the status of the first that fails, or 0, and what was written to either output."""
        async with self._shell([*commands, self._saved], self.service.url, given or {}) as process:
            out, told = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), told.decode()

    @asynccontextmanager
    async def starts(self, *commands: str) -> AsyncGenerator[str]:
        """Type commands of which the last starts a service; its URL, and it ends with the block."""
        told = list[str]()
        *before, last = commands
        async with self._shell([*before, self._saved, last], "http://localhost:0", _ALONE) as process:
            assert process.stderr is not None
            async for line in process.stderr:
                told.append(line.decode())
                if found := _LISTENING.search(told[-1]):
                    reading = asyncio.ensure_future(process.communicate())
                    yield found[1]
                    os.killpg(process.pid, signal.SIGTERM)
                    await reading
                    return
        raise AssertionError(f"{commands} started no service:\n{''.join(told)}")

    @property
    def _saved(self) -> str:
        """What has the shell of the next block know the variables of this one."""
        return f"(unset {' '.join(_ALONE)}; export -p) >'{self.variables}'"

    def here(self, command: str, url: str) -> str:
        """A command of the documentation, with what is otherwise on this machine."""
        for shown, real in {**self.written, "localhost:8023": urlsplit(url).netloc}.items():
            command = command.replace(shown, real)
        return command

    @asynccontextmanager
    async def _shell(
        self, commands: Sequence[str], url: str, given: Mapping[str, str]
    ) -> AsyncGenerator[asyncio.subprocess.Process]:
        lines = [f"set -eo pipefail; source '{self.variables}'; set -a"]
        lines += [f"{name}='{value}'" for name, value in given.items()]
        lines += [self.here(command, url) for command in commands]
        process = await asyncio.create_subprocess_exec(
            *("bash", "-c", "\n".join(lines)),
            cwd=self.checkout,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                yield process
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()


def make_checkout(folder: Path) -> Path:
    """A folder with all of the project that commands of the documentation name."""
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in _OF_THE_CHECKOUT:
        (checkout / name).symlink_to(ROOT / name)
    return checkout


def make_programs(folder: Path) -> str:
    """A folder of programs, as the first of PATH; `curl` fails where it is refused."""
    programs = folder / "bin"
    programs.mkdir()
    for name, does in _STARTERS.items():
        program = programs / name
        program.write_text(f"#!/usr/bin/env bash\n{does}\n")
        program.chmod(0o755)
    (folder / ".curlrc").write_text(_CURL)
    return f"{programs}:{os.environ['PATH']}"

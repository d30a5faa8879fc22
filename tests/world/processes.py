"""Finds, starts and kills the processes of the servers."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.support.mcp_processes import PATIENCE


@dataclass(slots=True)
class Program:
    """A server that listens at a port, which can be killed and started again."""

    command: list[str]
    environment: Mapping[str, str]
    folder: Path
    port: int
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def __aenter__(self) -> "Program":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it; it may not listen yet."""
        self._process = await asyncio.create_subprocess_exec(
            *self.command,
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def listens(self) -> None:
        """Wait until it does."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End it as a crash would."""
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


@dataclass(frozen=True, slots=True)
class Running:
    """A process of this machine."""

    pid: int
    parent: int
    command: str


async def running() -> list[Running]:
    """Every process there is."""
    listing = await asyncio.create_subprocess_exec(
        "ps", "-axww", "-o", "pid=,ppid=,args=", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await listing.communicate()
    rows = (line.split(None, 2) for line in said.decode(errors="replace").splitlines())
    return [Running(int(pid), int(parent), command) for pid, parent, command in rows]


async def children(parent: int, command: str) -> list[int]:
    """The processes that `parent` has started by this command."""
    return [each.pid for each in await running() if each.parent == parent and command in each.command]


async def descendants(pid: int) -> list[int]:
    """What a process has started, and what that has."""
    everything, found = await running(), [pid]
    for above in found:
        found += [each.pid for each in everything if each.parent == above]
    return found[1:]


async def another(parent: int, command: str, former: int) -> None:
    """Wait until `parent` has started the command again, in place of a process that has ended."""
    async with asyncio.timeout(PATIENCE):
        while True:
            now = await children(parent, command)
            if now and former not in now:
                return
            await asyncio.sleep(0.05)


def kill(pid: int) -> None:
    """End a process as a crash would, if it is still there."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)

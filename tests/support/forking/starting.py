"""How the tests start a Python program: as a command for somebody else to run, or as a process of their own."""

import asyncio
import atexit
import functools
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from tests.support.forking import client

ROOT = Path(__file__).resolve().parents[3]


class StartedProcess:
    """A running program: as much of `asyncio.subprocess.Process` as the tests use."""

    def __init__(self, pid: int, output: asyncio.StreamReader, end: Awaitable[int]) -> None:
        """`output`: what it writes to the descriptor that is read; `end` gives its return code."""
        self.pid = pid
        self.output = output
        self.returncode: int | None = None
        self._end = asyncio.ensure_future(end)

    async def wait(self) -> int:
        """Wait for its end; its return code, negative where a signal ended it."""
        self.returncode = returncode = await asyncio.shield(self._end)
        return returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)


def can_fork() -> bool:
    """Whether programs can be forked here."""
    return sys.platform == "linux"


def arguments_of(module: str, *options: str) -> tuple[str, ...]:
    """What Python is given to run a module for somebody else: as a fork, where that can be."""
    return ("-ISE", client.__file__, _place(), module, *options) if can_fork() else ("-m", module, *options)


@asynccontextmanager
async def started_process(
    *arguments: str, folder: Path, environment: Mapping[str, str], read: int
) -> AsyncGenerator[StartedProcess]:
    """Run Python in `folder`, and read its descriptor `read`, 1 or 2; whoever uses it ends it."""
    async with _pipe() as (output, writing):
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *arguments),
                cwd=folder,
                env=environment,
                stdout=writing if read == 1 else None,
                stderr=writing if read == 2 else None,
            )
        finally:
            os.close(writing)
        yield StartedProcess(process.pid, output, process.wait())


@asynccontextmanager
async def forked_process(
    module: str, *options: str, folder: Path, environment: Mapping[str, str], read: int
) -> AsyncGenerator[StartedProcess]:
    """The same with a module, as a fork where that can be."""
    if not can_fork():
        async with started_process(
            "-m", module, *options, folder=folder, environment=environment, read=read
        ) as process:
            yield process
        return
    async with _pipe() as (output, writing):
        descriptors = [writing if descriptor == read else descriptor for descriptor in range(3)]
        asked = (_place(), module, options, str(folder), environment, descriptors)
        try:
            connection = await asyncio.to_thread(client.ask, *asked)
        finally:
            os.close(writing)
        with connection:
            connection.setblocking(False)
            yield StartedProcess(await _reply(connection), output, _reply(connection))


async def _reply(connection: socket.socket) -> int:
    return int(await asyncio.get_running_loop().sock_recv(connection, client.LONGEST_REPLY))


@asynccontextmanager
async def _pipe() -> AsyncGenerator[tuple[asyncio.StreamReader, int]]:
    """What reads from a new pipe, and the descriptor that writes to it, which somebody else closes."""
    reading, writing = os.pipe()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    file = os.fdopen(reading, "rb", 0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, file)
    try:
        yield reader, writing
    finally:
        transport.close()


@functools.cache
def _place() -> str:
    """Where this process's own forker listens, which ends when this process does."""
    place = f"{tempfile.mkdtemp(prefix='forker-')}/socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(place)
        listener.listen(100)
        process = subprocess.Popen(
            (sys.executable, "-m", "tests.support.forking.forker", str(listener.fileno())),
            cwd=ROOT,
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for whoever owns the processes
        )
    assert process.stdin is not None

    def end(owners: IO[bytes]) -> None:
        owners.close()
        process.wait()

    atexit.register(end, process.stdin)
    return place

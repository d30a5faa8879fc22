"""Starts the service as a fork of a process that has imported it, which saves most of the CPU time of its start.

The import takes some two seconds of CPU, and the tests start the service a hundred times. What is forked goes on as
`python server.py` does, with the folder, the environment and the standard error it is given. tests/test_serve.py and
.ci/run start `server.py` itself.
"""

import asyncio
import atexit
import functools
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LONGEST_REQUEST = 1 << 20


@dataclass(slots=True)
class ForkedService:
    """A running service: as much of `asyncio.subprocess.Process` as the tests use."""

    pid: int
    stderr: asyncio.StreamReader
    _end: asyncio.StreamReader
    returncode: int | None = None

    async def wait(self) -> int:
        """Wait for its end; its return code, negative where a signal ended it."""
        if self.returncode is None and (line := await self._end.readline()):
            self.returncode = int(line)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, signal.SIGKILL)


@asynccontextmanager
async def forked_service(folder: Path, environment: Mapping[str, str]) -> AsyncGenerator[ForkedService, None]:
    """Start the service in `folder`; whoever uses it ends it."""
    request = json.dumps({"folder": str(folder), "environment": dict(environment)}).encode()
    assert len(request) < _LONGEST_REQUEST
    async with _pipe() as (stderr, its_end), _pipe() as (end, its_status):
        await asyncio.to_thread(socket.send_fds, _importer(), [request], [its_end, its_status])
        os.close(its_end)
        os.close(its_status)
        yield ForkedService(int(await end.readline()), stderr, end)


@asynccontextmanager
async def _pipe() -> AsyncGenerator[tuple[asyncio.StreamReader, int], None]:
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
def _importer() -> socket.socket:
    """The connection to this process's own importer, which ends when the connection does."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = (sys.executable, "-m", __name__, str(theirs.fileno()))
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def _fork_on_request(requests: socket.socket) -> None:
    """Import the service, then fork at each request; returns in the fork that is to be the service."""
    gc.disable()
    import agentic_search.serve

    _ = agentic_search.serve
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that watch over a service
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(requests, _LONGEST_REQUEST, 2)
        if not message:
            os._exit(0)
        stderr, status = descriptors
        if os.fork() == 0:
            requests.close()
            _watch_over_a_service(stderr, status)
            return _become(json.loads(message))
        os.close(stderr)
        os.close(status)


def _watch_over_a_service(stderr: int, status: int) -> None:
    """Fork the service, write its process id and its return code to `status`, and end; returns in the service."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(status)
        os.dup2(stderr, 2)
        os.close(stderr)
        return
    os.close(stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.write(status, b"%d\n" % pid)
    os.write(status, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os._exit(0)


def _become(request: dict[str, dict[str, str]]) -> None:
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [str(ROOT / "server.py")]


if __name__ == "__main__":
    _fork_on_request(socket.socket(fileno=int(sys.argv[1])))
    from server import start

    start()

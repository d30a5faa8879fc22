"""MCP over a child process's stdin and stdout: starts the process, gives its pipes as message streams, and ends it.

Own code rather than mcp's `stdio_client`, which reports neither the exit status nor that the process has ended, and may
take four seconds to end it.
"""

import asyncio
import logging
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from types import TracebackType
from typing import TypeVar

from mcp.client import Transport
from mcp.client.stdio import get_default_environment

from agentic_search.errors import ServerUnavailable
from agentic_search.tools.config.server_config import StdioLaunch
from agentic_search.tools.mcp.stdio_streams import READ_AHEAD, Incoming, Outgoing

logger = logging.getLogger(__name__)

_GRACE = 0.7
"""Seconds to end by itself once its stdin is closed, and again after SIGTERM."""
_REAPING = 0.5
"""Seconds for the event loop to see a killed process end."""
_CHUNK = 64 * 1024
_KEPT_LINES = 20
_LONGEST_LINE = 2_000

_Pipe = TypeVar("_Pipe", asyncio.StreamReader, asyncio.StreamWriter)


class StdioTransport(AbstractAsyncContextManager[tuple[Incoming, Outgoing]]):
    """One run of a server's process; entering starts it, leaving ends it within about three seconds."""

    def __init__(self, name: str, launch: StdioLaunch, *, on_end: Callable[[str], None]) -> None:
        """`on_end` is called, with the reason, when the process has closed its stdout."""
        self._name = name
        self._launch = launch
        self._on_end = on_end
        self._stack = AsyncExitStack()
        self._last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._ended_by_itself = False
        self._given_up: str | None = None
        self._status: int | None = None

    async def __aenter__(self) -> tuple[Incoming, Outgoing]:
        """Start the process; raises ServerUnavailable where it cannot be started."""
        async with AsyncExitStack() as stack:
            group = await stack.enter_async_context(asyncio.TaskGroup())
            process = await _start(self._launch)
            reader = group.create_task(self._keep_stderr(_pipe(process.stderr)))
            stack.push_async_callback(self._stop, process, reader)
            self._stack = stack.pop_all()
        return Incoming(self._name, _pipe(process.stdout), self._note_end), Outgoing(_pipe(process.stdin))

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process and everything it started, however this block ends."""
        await self._stack.aclose()

    async def open(self, stack: AsyncExitStack) -> Transport:
        """This transport, which mcp's Client enters and leaves."""
        return self

    def explain(self) -> str | None:
        """Why the connection ended, once it is closed: the exit status and the last line of stderr."""
        if self._given_up is not None:
            return self._given_up
        last = self._last_lines[-1] if self._last_lines else ""
        if not self._ended_by_itself or self._status is None:
            return f"it last wrote: {last}" if last else None
        ended = f"exited with status {self._status}"
        if self._status < 0:
            ended = f"was ended by signal {-self._status}"
        return f"{ended}: {last}" if last else ended

    def _note_end(self, given_up: str | None) -> None:
        self._given_up = given_up
        self._ended_by_itself = given_up is None
        self._on_end(given_up or "the server's process ended")

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        unfinished = b""
        while piece := await stderr.read(_CHUNK):
            *lines, unfinished = (unfinished + piece).split(b"\n")
            unfinished = unfinished[:_LONGEST_LINE]
            for line in lines:
                self._keep(line)
        self._keep(unfinished)

    def _keep(self, line: bytes) -> None:
        if text := line[:_LONGEST_LINE].decode(errors="replace").strip():
            self._last_lines.append(text)
            logger.debug("%s: %s", self._name, text)

    async def _stop(self, process: Process, reader: asyncio.Task[None]) -> None:
        try:
            _pipe(process.stdin).close()
            if not await _ends(process, _GRACE):
                _end(process, by_force=False)
                await _ends(process, _GRACE)
        finally:
            # Also after a clean end, and when this is cancelled: children of the server must not stay behind.
            _end(process, by_force=True)
        if not await _ends(process, _REAPING):
            logger.warning("%s: process %d is still there after SIGKILL", self._name, process.pid)
        self._status = process.returncode
        await _discard(_pipe(process.stdout))
        await asyncio.wait({reader}, timeout=_REAPING)
        reader.cancel()


async def _discard(stdout: asyncio.StreamReader) -> None:
    """What a server that floods its stdout has written must be read, or the pipe is never closed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_REAPING):
            while await stdout.read(_CHUNK):
                pass


async def _start(launch: StdioLaunch) -> Process:
    environment = get_default_environment() | dict(launch.env)
    command = _find_command(launch, environment)
    try:
        return await asyncio.create_subprocess_exec(
            command,
            *launch.args,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=environment,
            cwd=launch.cwd,
            start_new_session=True,
            limit=READ_AHEAD,
        )
    except (OSError, ValueError) as error:
        raise ServerUnavailable(f"{launch.command!r} cannot be started: {error}") from error


def _find_command(launch: StdioLaunch, environment: Mapping[str, str]) -> str:
    if launch.cwd is not None and not launch.cwd.is_dir():
        raise ServerUnavailable(f'there is no folder {str(launch.cwd)!r}: make it, or correct "cwd"')
    found = shutil.which(launch.command, path=environment.get("PATH"))
    if found is None:
        raise ServerUnavailable(f'there is no command {launch.command!r}: install it, or correct "command"')
    return found


async def _ends(process: Process, within: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await process.wait()
    return process.returncode is not None


def _end(process: Process, *, by_force: bool) -> None:
    """Signal the process and all that it started in its session; Windows can only end the process, by force."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL if by_force else signal.SIGTERM)


def _pipe(end: _Pipe | None) -> _Pipe:
    if end is None:
        raise AssertionError("every process here is started with three pipes")
    return end

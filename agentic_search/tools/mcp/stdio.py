"""MCP over a child process's stdin and stdout: starts the process, gives its pipes as message streams, and ends it.

Own code rather than mcp's `stdio_client`, which reports neither the exit status nor that the process has ended, and may
take four seconds to end it.
"""

import asyncio
import logging
import os
import shutil
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar, cast

from mcp.client import Transport

from agentic_search.errors import ServerUnavailable
from agentic_search.settings import environment
from agentic_search.tools.config.secrets import SecretMask
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch
from agentic_search.tools.mcp.opening.probe import Probe, ProbedIncoming, ProbedOutgoing
from agentic_search.tools.mcp.process.ending import end_process, installs
from agentic_search.tools.mcp.process.environment import child_environment
from agentic_search.tools.mcp.process.output import ProcessOutput
from agentic_search.tools.mcp.stdio_streams import READ_AHEAD, Incoming, Outgoing

logger = logging.getLogger(__name__)

_LAST_WORDS = 0.1
"""Seconds after its end in which what a process wrote last is still read."""
_DRAINING = 0.5
"""Seconds for the last of its output to be read once it has ended."""
_CHUNK = 64 * 1024
_LONGEST_LINE = 2_000

_Pipe = TypeVar("_Pipe", asyncio.StreamReader, asyncio.StreamWriter)


class StdioTransport(AbstractAsyncContextManager[tuple[Incoming, Outgoing]]):
    """One run of a server's process; entering starts it, leaving ends it."""

    may_be_older = False

    def __init__(
        self,
        config: ServerConfig,
        launch: StdioLaunch,
        *,
        on_end: Callable[[str], None],
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        """`on_end` is called, with the reason, when the process has closed its stdout.

        `hurry` says whether the whole service ends: then leaving takes about two seconds at the most, else up to ten
        where the process may be installing what it runs.
        """
        self._name = config.name
        self._longest = config.sizes.message
        self._launch = launch
        self._on_end = on_end
        self._hurry = hurry
        self._running = self._run()
        self._output = ProcessOutput(SecretMask(config))
        self._probe = Probe()
        self._all_read = asyncio.Event()
        self._ended_by_itself = False
        self._was_left = False
        """Its stdin was closed while it ran: that it ends then is no news, and no reason for anything."""
        self._given_up: str | None = None
        self._status: int | None = None

    async def __aenter__(self) -> tuple[Incoming, Outgoing]:
        """Start the process; raises ServerUnavailable where it cannot be started."""
        process = await self._running.__aenter__()
        return (
            ProbedIncoming(
                self._name,
                _pipe(process.stdout),
                self._note_end,
                self._output.add_printed,
                self._probe,
                longest=self._longest,
            ),
            ProbedOutgoing(_pipe(process.stdin), self._probe, lambda: self._note_left(process)),
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process and everything it started, however this block ends."""
        await self._running.__aexit__(None, None, None)

    @asynccontextmanager
    async def _run(self) -> AsyncGenerator[Process]:
        """Not an exit stack: one that is cancelled twice with a task group on it sets an error as its own cause.

        Whoever follows such causes, as the next exit stack does, never ends.
        """
        process = await _start(self._launch)
        async with asyncio.TaskGroup() as group:
            reader = group.create_task(self._keep_stderr(_pipe(process.stderr)))
            watcher = group.create_task(self._end_with_process(process))
            try:
                yield process
                await self._stop(process, reader)
            finally:
                watcher.cancel()

    async def open(self, stack: AsyncExitStack) -> Transport:
        """This transport, which mcp's Client enters and leaves."""
        return self

    @property
    def probe_unanswered(self) -> bool:
        """Whether it was asked for its protocol by a request that it did not answer."""
        return self._probe.unanswered

    @property
    def handshake_failed(self) -> bool:
        """Whether it agreed on no protocol after that."""
        return self._probe.failed

    @property
    def log(self) -> tuple[str, ...]:
        """The last lines of its stderr, secrets masked."""
        return self._output.tail

    def explain(self) -> str | None:
        """Why the connection ended, once it is closed: the exit status and the line of its output that says why."""
        if self._given_up is not None:
            return self._given_up
        reason = self._output.reason()
        if not self._ended_by_itself or self._status is None:
            return f"it last wrote: {reason}" if reason else None
        ended = f"exited with status {self._status}"
        if self._status < 0:
            ended = f"was ended by signal {-self._status}"
        return f"{ended}: {reason}" if reason else ended

    def _note_end(self, given_up: str | None) -> None:
        self._all_read.set()
        self._given_up = given_up
        self._ended_by_itself = given_up is None and not self._was_left
        self._on_end(given_up or "the server's process ended")

    def _note_left(self, process: Process) -> None:
        if not self._ended_by_itself and process.returncode is None and not _pipe(process.stdin).is_closing():
            self._was_left = True

    async def _end_with_process(self, process: Process) -> None:
        """End the stream of a process that has ended; a browser that it started may hold the other end of the pipe."""
        await process.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._all_read.wait()
        _close(_pipe(process.stdout))

    async def _keep_stderr(self, stderr: asyncio.StreamReader) -> None:
        unfinished = b""
        while piece := await stderr.read(_CHUNK):
            *lines, unfinished = (unfinished + piece).split(b"\n")
            unfinished = unfinished[:_LONGEST_LINE]
            for line in lines:
                self._keep(line)
        self._keep(unfinished)

    def _keep(self, line: bytes) -> None:
        if text := self._output.add_error(line):
            logger.debug("%s: %s", self._name, text)

    async def _stop(self, process: Process, reader: asyncio.Task[None]) -> None:
        stdin = _pipe(process.stdin)
        if stdin.is_closing():  # nobody reads it any more: the process has ended, or is about to
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORDS):
                    await process.wait()
        self._ended_by_itself |= process.returncode is not None and self._given_up is None and not self._was_left
        stdin.close()
        try:
            await end_process(
                process,
                self._name,
                starting=not self._probe.heard,
                installer=installs(self._launch),
                hurry=self._hurry(),
            )
        finally:
            self._status = process.returncode
            if process.returncode is None:
                reader.cancel()
        if process.returncode is not None:
            await _discard(_pipe(process.stdout))
            await asyncio.wait({reader}, timeout=_DRAINING)
            reader.cancel()


async def _discard(stdout: asyncio.StreamReader) -> None:
    """What a server that floods its stdout has written must be read, or the pipe is never closed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAINING):
            while await stdout.read(_CHUNK):
                pass


async def _start(launch: StdioLaunch) -> Process:
    variables = child_environment(launch, environment())
    command = _find_command(launch, variables)
    starting = asyncio.ensure_future(  # noqa: TID251 - it has ended when this returns
        asyncio.create_subprocess_exec(
            command,
            *launch.args,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=variables,
            cwd=launch.cwd,
            start_new_session=True,
            limit=READ_AHEAD,
        )
    )
    try:
        return await asyncio.shield(starting)
    except (OSError, ValueError) as error:
        raise ServerUnavailable(f"{launch.command!r} cannot be started: {error}") from error
    except asyncio.CancelledError:
        ending = asyncio.ensure_future(_end_unwanted(starting))  # noqa: TID251 - as above
        while not ending.done():  # whoever is cancelled again waits as well: it is a matter of milliseconds
            with suppress(asyncio.CancelledError):
                await asyncio.wait({ending})
        raise


async def _end_unwanted(starting: "asyncio.Future[Process]") -> None:
    """End a process that has done nothing yet.

    asyncio leaves the pipes of a process open, and the process itself, where its start is cancelled.
    """
    with suppress(OSError, ValueError):
        process = await starting
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _find_command(launch: StdioLaunch, variables: Mapping[str, str]) -> str:
    if launch.cwd is not None and not launch.cwd.is_dir():
        raise ServerUnavailable(f'there is no folder {str(launch.cwd)!r}: make it, or correct "cwd"')
    found = shutil.which(launch.command, path=variables.get("PATH"))
    if found is None and Path(launch.command).is_dir():
        raise ServerUnavailable(f"{launch.command!r} is a folder: name the program in it")
    if found is None and Path(launch.command).is_file():
        raise ServerUnavailable(
            f"{launch.command!r} may not be executed: name the program that runs it, or make it executable (chmod +x)"
        )
    if found is None:
        raise ServerUnavailable(f'there is no command {launch.command!r}: install it, or correct "command"')
    return found


def _close(stream: asyncio.StreamReader) -> None:
    """Close this end of a pipe; a stream that is told of its end while its pipe still brings data breaks."""
    cast(asyncio.ReadTransport, vars(stream)["_transport"]).close()  # asyncio gives no other way to it


def _pipe(end: _Pipe | None) -> _Pipe:
    if end is None:
        raise AssertionError("every process here is started with three pipes")
    return end

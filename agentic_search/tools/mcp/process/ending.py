"""How a server's process is ended: asked first, and by force only where nothing can be left broken by that.

A process that has not answered yet may be installing itself (`npx`, `uvx`, `docker run`, a script that calls them): a
SIGKILL would leave a cache half written, from which the server can start no more. It is asked to end, and left to.

Only the process's own session is signalled: a descendant that has left it, as Chromium's crash handler does, cannot be
told from a program that the user started.
"""

import logging
import os
import re
import signal
import sys
import time
from asyncio import timeout
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from threading import Thread

from agentic_search.tools.config.server_config import StdioLaunch

logger = logging.getLogger(__name__)

_GRACE = 0.7
"""Seconds to end by itself once its stdin is closed, and again after SIGTERM."""
_FINISHING = 10.0
"""Seconds after SIGTERM for a process that may be installing, unless the service itself ends."""
_REAPING = 0.5
"""Seconds for the event loop to see a killed process end."""
_LOOKING = 1.0
"""Seconds between two looks at a process that was left behind."""

_INSTALLERS = re.compile(
    r"(?:^|[\s/\\;&|(])(?:npx|npm|pnpm|pnpx|yarn|bunx?|deno|uvx?|pipx?|pip3|conda|mamba|poetry|pdm|cargo|go|gem|brew"
    r"|dotnet|dnx|docker|podman|nix|git|curl|wget|apt|apt-get)(?:\.(?:exe|cmd|bat))?(?=$|[\s;&|)])"
)


def installs(launch: StdioLaunch) -> bool:
    """Whether the command, or one that a shell is given, is known to download what it then runs."""
    return any(_INSTALLERS.search(word) for word in (launch.command, *launch.args))


async def end_process(process: Process, name: str, *, starting: bool, installer: bool, hurry: bool) -> None:
    """End a process whose stdin is closed, and all that it started in its session.

    `starting`: it has not answered yet. `installer`: see `installs`. `hurry`: the service ends, so that this must not
    take more than two seconds.
    """
    if starting and process.returncode is None and (installer or not _ignores_sigterm(process.pid)):
        await _ask_to_end(process, name, within=_GRACE if hurry else _FINISHING)
        return
    try:
        if not await _ends(process, _GRACE):
            _signal(process, by_force=False)
            await _ends(process, _GRACE)
    finally:
        # Also after a clean end, and when this is cancelled: children of the server must not stay behind.
        _signal(process, by_force=not (starting and installer))
    if not await _ends(process, _REAPING):
        logger.warning("%s: process %d is still there after SIGKILL", name, process.pid)


async def _ask_to_end(process: Process, name: str, *, within: float) -> None:
    try:
        await _ends(process, _GRACE)
        _signal(process, by_force=False)
        await _ends(process, within)
    finally:
        if process.returncode is None:
            _signal(process, by_force=False)
            _leave_behind(process)
            logger.warning(
                "%s: process %d may be installing what it runs: it was asked to end, and is left to finish",
                name,
                process.pid,
            )


def _ignores_sigterm(pid: int) -> bool:
    """Whether asking would be in vain; where that cannot be known, yes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    ignored = re.search(r"^SigIgn:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(ignored and int(ignored[1], 16) >> (signal.SIGTERM - 1) & 1)


def _leave_behind(process: Process) -> None:
    """Keep a reference for as long as it runs: asyncio kills a process whose last reference goes."""

    def keep() -> None:
        while process.returncode is None and _is_there(process.pid):
            time.sleep(_LOOKING)

    # A daemon: the interpreter ends without it, and without freeing what it refers to.
    Thread(target=keep, name=f"left behind: process {process.pid}", daemon=True).start()


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


async def _ends(process: Process, within: float) -> bool:
    with suppress(TimeoutError):
        async with timeout(within):
            await process.wait()
    return process.returncode is not None


def _signal(process: Process, *, by_force: bool) -> None:
    """Signal the process and all that it started in its session; Windows can only end the process, by force."""
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL if by_force else signal.SIGTERM)

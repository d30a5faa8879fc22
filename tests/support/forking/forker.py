"""The process that forks: it imports the modules it is asked for, and ends, with all its forks, when its owner does."""

import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.support.forking.client import LONGEST_REQUEST

_OWNER = 0
"""The standard input: a pipe that the owner holds open."""


def fork_on_request(listener: socket.socket) -> None:
    """Fork at each request; returns in the fork that has run its module."""
    gc.disable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that watch over a process
    while True:
        ready, _, _ = select.select([listener, _OWNER], [], [])
        if _OWNER in ready:
            shutil.rmtree(Path(listener.getsockname()).parent)
            os._exit(0)
        connection, _address = listener.accept()
        message, descriptors, _flags, _sender = socket.recv_fds(connection, LONGEST_REQUEST, 3)
        if message:
            request = json.loads(message)
            _import(request["module"])
            if os.fork() == 0:
                listener.close()
                _watch_over_a_process(connection, descriptors)
                return _become(request)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.close()


def _import(module: str) -> None:
    with suppress(Exception):  # the fork fails in the same way, and tells why
        importlib.import_module(module)
        gc.freeze()


def _watch_over_a_process(connection: socket.socket, descriptors: list[int]) -> None:
    """Fork the process, reply with its id and its return code, and end; returns in the process.

    It is killed, with what it has started in its group, when the client or the owner ends first.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.setsid()
        _open_standard_streams(descriptors)
        return
    for descriptor in descriptors:
        os.close(descriptor)
    with suppress(OSError):
        connection.send(b"%d" % pid)
    process = os.pidfd_open(pid)
    ready, _, _ = select.select([process, connection, _OWNER], [], [])
    if process not in ready:
        os.kill(pid, signal.SIGKILL)  # it may have no group yet
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    returncode = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(OSError):
        connection.send(b"%d" % returncode)
    os._exit(0)


def _open_standard_streams(descriptors: list[int]) -> None:
    """As the interpreter opens them at its start: those of the forker are open on something else."""
    for standard, descriptor in enumerate(descriptors):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    sys.stdin = sys.__stdin__ = os.fdopen(0, newline="\n", closefd=False)
    sys.stdout = sys.__stdout__ = os.fdopen(1, "w", newline="\n", closefd=False)
    sys.stderr = sys.__stderr__ = os.fdopen(2, "w", 1, errors="backslashreplace", newline="\n", closefd=False)


def _become(request: dict[str, Any]) -> None:
    """Go on as `python -m MODULE` does."""
    gc.enable()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["module"], *request["arguments"]]
    sys.modules.pop(request["module"], None)
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    fork_on_request(socket.socket(fileno=int(sys.argv[1])))

"""Asks the forker for a process. As a program it stands for that process: it is signalled, killed and ends like it.

python -ISE client.py PLACE MODULE [ARGUMENT ...]
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

LONGEST_REQUEST = 1 << 20
LONGEST_REPLY = 64
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def ask(
    place: str,
    module: str,
    arguments: Sequence[str],
    folder: str,
    environment: Mapping[str, str],
    descriptors: Sequence[int],
) -> socket.socket:
    """Ask for a process with this standard input, output and error.

    The forker replies with its process id and then, once it has ended, with its return code. When the connection is
    closed the process is killed.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(place)
    request = {"module": module, "arguments": arguments, "folder": folder, "environment": dict(environment)}
    socket.send_fds(connection, [json.dumps(request).encode()], descriptors)
    return connection


def main() -> None:
    """Have a process with this one's descriptors, environment and folder, pass signals on to it, and end as it does."""
    place, module, *arguments = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    folder = os.getcwd()  # noqa: PTH109 - importing pathlib takes a tenth of this program's time
    connection = ask(place, module, arguments, folder, os.environ, [0, 1, 2])
    pid = int(connection.recv(LONGEST_REPLY))
    os.closerange(0, 3)  # the other ends of its pipes are to see the process close them

    def pass_on(number: int, _: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    for number in _PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    returncode = int(connection.recv(LONGEST_REPLY))
    if returncode < 0:
        with suppress(OSError):  # that of SIGKILL is not set
            signal.signal(-returncode, signal.SIG_DFL)
        os.kill(os.getpid(), -returncode)
    os._exit(returncode)


if __name__ == "__main__":
    main()

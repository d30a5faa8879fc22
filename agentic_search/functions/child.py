"""The program of a worker process: orders flow in by its standard input, one call at a time, endings flow out.

It lives as long as its standard input is open: when the service closes that, or is killed, the process and whatever
the work has started end at once, even in the middle of a call.
"""

import faulthandler
import importlib
import os
import signal
import sys
from queue import SimpleQueue
from threading import Lock, Thread
from typing import BinaryIO

from agentic_search.functions.frames import Began, Message, Told, pack, read_body, unpack_order
from agentic_search.functions.progress import Progress
from agentic_search.functions.work import Ending, perform, raised


def main() -> None:
    """Work until the service is gone; never returns."""
    faulthandler.enable()  # a crash in C code leaves its stack in the service's log
    orders, answers = _private_pipes()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(orders, inbox), daemon=True).start()
    say = _Voice(answers)
    while True:
        body = inbox.get()
        say(Began())
        say(_carry_out(body, say))


class _Voice:
    """Says messages, whole, from any thread."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._turn = Lock()

    def __call__(self, message: Message) -> None:
        with self._turn:
            self._answers.write(pack(message))
            self._answers.flush()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, out of the reach of functions that read standard input or print."""
    orders = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return orders, answers


def _receive(orders: BinaryIO, inbox: "SimpleQueue[bytes]") -> None:
    while (body := read_body(orders)) is not None:
        inbox.put(body)
    _end()


def _carry_out(body: bytes, say: _Voice) -> Ending:
    progress = Progress(lambda done, total, text: say(Told(done, total, text)))
    try:
        order = unpack_order(body)
        function = getattr(importlib.import_module(order.module), order.name)
    except BaseException as error:  # noqa: BLE001  # importing runs anybody's code
        return raised(error)
    ending = perform(function, order.arguments | dict.fromkeys(order.progress, progress))
    progress.close()
    return ending


def _end() -> None:
    """At once, with every process that the work has started in this session."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)

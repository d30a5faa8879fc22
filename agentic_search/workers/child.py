"""The program of a worker process: it reads orders from its standard input, one at a time, and writes their endings.

It runs as long as its standard input is open: when its parent closes that, or is killed, the process and whatever the
work has started end at once, even in the middle of the work.
"""

import faulthandler
import importlib
import os
import signal
import sys
from queue import SimpleQueue
from threading import Lock, Thread
from typing import BinaryIO

from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Ending, Raised, Returned, raised
from agentic_search.workers.frames import Began, Message, Order, Reported, pack, read_body, unpack_order
from agentic_search.workers.progress import Progress


def main(bounds: Bounds) -> None:
    """Work until standard input is closed; never returns."""
    faulthandler.enable()  # a crash in C code leaves its stack in the log
    orders, answers = _private_pipes()
    inbox: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(orders, inbox), daemon=True).start()
    bounds.impose()
    send = _Sender(answers)
    while True:
        body = inbox.get()
        send(Began())
        send(_carry_out(body, send))


class _Sender:
    """Sends whole messages, from any thread."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers
        self._lock = Lock()

    def __call__(self, message: Message) -> None:
        with self._lock:
            self._answers.write(pack(message))
            self._answers.flush()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, where work that reads standard input or prints cannot reach them."""
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


def _carry_out(body: bytes, send: _Sender) -> Ending:
    progress = Progress(lambda done, total, text: send(Reported(done, total, text)))
    try:
        return _do(unpack_order(body), progress)
    except BaseException as error:  # noqa: BLE001 - the supervisor of one piece of work: not even sys.exit() may pass
        return raised(error)
    finally:
        progress.close()


def _do(order: Order, progress: Progress) -> Ending:
    function = getattr(importlib.import_module(order.module), order.name)
    ending: object = function(**order.arguments, **({order.progress: progress} if order.progress else {}))
    if not isinstance(ending, Returned | Raised):
        raise TypeError(f"{order.module}.{order.name} returned a {type(ending).__name__}, not an ending")
    return ending


def _end() -> None:
    """End at once, with every process that the work has started in this session."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)

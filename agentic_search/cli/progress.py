"""Shows how a run goes, on standard error: in a terminal what is under way, in place; else a line a step."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from agentic_search.api.schemas import EventMessage
from agentic_search.text.controls import without_controls

_MOST_TASKS = 12
_TAIL = 8
"""Lines of the answer that are shown while it is written."""
_MARKS = {
    "task.started": "⚡",
    "task.retrying": "🔁",
    "task.completed": "✅",
    "task.failed": "❌",
    "task.skipped": "⏭️ ",
    "approval.needed": "✋",
}


class RunProgress(Protocol):
    """What is told of every event."""

    def show(self, event: EventMessage) -> None:
        """Tell of one event."""
        ...

    @contextmanager
    def paused(self) -> Generator[None]:
        """While the block lasts the terminal is somebody else's."""
        ...


class Silent:
    """Tells nothing."""

    def show(self, event: EventMessage) -> None:
        """Nothing."""

    @contextmanager
    def paused(self) -> Generator[None]:
        """Nothing is there to pause."""
        yield


class PlainLines(Silent):
    """A line for each thinking step."""

    def show(self, event: EventMessage) -> None:
        """Its message, if it has one."""
        if event.message:
            print(without_controls(event.message).replace("\n", " "), file=sys.stderr, flush=True)


class LiveLines(Silent):
    """Tasks and the growing answer, drawn anew in place; nothing of it stays."""

    def __init__(self, redraw: Callable[[str], None], pause: Callable[[bool], None]) -> None:
        """`redraw` is given the lines; `pause` whether drawing stops or goes on."""
        self._redraw = redraw
        self._pause = pause
        self._tasks: dict[str, str] = {}
        self._status = ""
        self._answer = ""

    def show(self, event: EventMessage) -> None:
        """Put it among the lines."""
        task_id = event.data.get("id")
        if event.type in _MARKS and isinstance(task_id, str):
            self._tasks[task_id] = self._task(event, task_id)
        elif event.type == "answer.delta":
            self._answer += str(event.data.get("text", ""))
        elif event.message:
            self._status = event.message
        self._redraw(self.text)

    @property
    def text(self) -> str:
        """What is to be seen now."""
        tasks = list(self._tasks.values())
        more = [f"   … {len(tasks) - _MOST_TASKS} tasks before these"] if len(tasks) > _MOST_TASKS else []
        tail = self._answer.splitlines()[-_TAIL:]
        return without_controls("\n".join([*more, *tasks[-_MOST_TASKS:], self._status, *(["", *tail] if tail else [])]))

    @contextmanager
    def paused(self) -> Generator[None]:
        """Stop drawing, and go on."""
        self._pause(True)
        try:
            yield
        finally:
            self._pause(False)

    def _task(self, event: EventMessage, task_id: str) -> str:
        took = event.data.get("duration")
        name = event.data.get("purpose") or event.data.get("tool") or ""
        why = event.data.get("error") or event.data.get("because") or ""
        seconds = f" {took:.1f} s" if isinstance(took, int | float) else ""
        line = f"{_MARKS[event.type]} {task_id}: {name}{seconds}{f' - {why}' if why else ''}"
        return " ".join(line.split())


@contextmanager
def progress(*, wanted: bool = True) -> Generator[RunProgress]:
    """As standard error can show it; not `wanted`: silent."""
    if not wanted:
        yield Silent()
    elif sys.stderr.isatty():
        with _drawn() as lines:
            yield lines
    else:
        yield PlainLines()


@contextmanager
def _drawn() -> Generator[RunProgress]:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    live = Live(console=Console(stderr=True, highlight=False), transient=True, refresh_per_second=8)

    def pause(stop: bool) -> None:
        if stop:
            live.stop()
        else:
            live.start()

    with live:
        yield LiveLines(lambda text: live.update(Text(text, no_wrap=True, overflow="ellipsis")), pause)

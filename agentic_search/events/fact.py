"""What every fact has: a message for people that is made of its data."""

from typing import ClassVar

from agentic_search.domain.data import Frozen


class BaseFact(Frozen):
    """One fact; its class says of what kind."""

    terminal: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """The thinking step, for people; empty for none."""
        return ""


def count(number: int, noun: str) -> str:
    """`3 tasks`, `1 task`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def headline(task: str, tool: str, purpose: str) -> str:
    """A task in one line: `t1: search_stories - Find stories`."""
    return f"{task}: {tool} - {purpose}" if purpose else f"{task}: {tool}"

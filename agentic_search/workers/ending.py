"""How a piece of work ended: the bytes that it returned, or why there are none."""

import traceback
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Returned:
    """The work was completed."""

    body: bytes
    """The result, in the form that the caller reads."""


@dataclass(frozen=True, slots=True)
class Raised:
    """The work failed."""

    why: str
    """For people, in one line."""

    trace: str = ""
    """For the log."""


Ending: TypeAlias = Returned | Raised


def raised(error: BaseException) -> Raised:
    """An exception as text: `ValueError: not like this`."""
    text, name = str(error), type(error).__name__
    return Raised(f"{name}: {text}" if text else name, "".join(traceback.format_exception(error)))

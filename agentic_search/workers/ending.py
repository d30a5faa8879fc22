"""How a piece of work ended: bytes of its own making, or why there are none."""

import traceback
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Returned:
    """The work came to its end."""

    body: bytes
    """What came of it, in whatever form who ordered it reads."""


@dataclass(frozen=True, slots=True)
class Raised:
    """Nothing came of it."""

    why: str
    """For people, in a line."""

    trace: str = ""
    """For the log."""


Ending: TypeAlias = Returned | Raised


def raised(error: BaseException) -> Raised:
    """An exception as text: `ValueError: not like this`."""
    text, name = str(error), type(error).__name__
    return Raised(f"{name}: {text}" if text else name, "".join(traceback.format_exception(error)))

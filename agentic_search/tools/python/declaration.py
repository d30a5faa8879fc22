"""`@tool`: marks a function with how it is to be offered and run."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, overload

Where = Literal["loop", "thread", "process"]
"""Where a function runs: on the event loop, in a thread that may block, in a process that may compute."""

_MARK = "__agentic_search_tool__"

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the author of a function says of it."""

    run: Where | None = None
    """None: `async def` runs on the loop, `def` in a thread."""

    read_only: bool = False
    """It changes nothing: it may start early and be repeated."""

    idempotent: bool = False
    """Repeating it changes nothing more."""

    title: str = ""
    """A short name for people."""

    timeout: float | None = None
    """Seconds one call may take, where the task does not say."""


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(
    *,
    run: Where | None = None,
    read_only: bool = False,
    idempotent: bool = False,
    title: str = "",
    timeout: float | None = None,
) -> Callable[[F], F]: ...
def tool(
    function: F | None = None,
    /,
    *,
    run: Where | None = None,
    read_only: bool = False,
    idempotent: bool = False,
    title: str = "",
    timeout: float | None = None,
) -> F | Callable[[F], F]:
    """Offer a function as a tool; called plainly it stays what it was. See Declaration for what each argument means."""
    declaration = Declaration(run, read_only, idempotent, title, timeout)

    def mark(function: F) -> F:
        setattr(function, _MARK, declaration)
        return function

    return mark if function is None else mark(function)


def declared(function: object) -> Declaration | None:
    """What its author says of a function; none where it is not marked."""
    declaration = inspect.getattr_static(function, _MARK, None)
    return declaration if isinstance(declaration, Declaration) else None

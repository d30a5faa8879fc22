"""One of the operator's functions, ready to be called: what planners see of it, what it takes, where it runs."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentic_search.domain.tool import FUNCTIONS, Tool
from agentic_search.tools.python.declaration import Declaration, Where, declared
from agentic_search.tools.python.signature import BadSignature, Signature

SERVER = FUNCTIONS
"""What stands for the server's name in `server.tool`."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function as a tool."""

    module: str
    name: str
    """Where it is found again in another process."""

    call: Callable[..., Any]
    run: Where
    signature: Signature
    tool: Tool


def offered(module: str, name: str, call: Callable[..., Any]) -> Function:
    """A function of a module as a tool; raises BadSignature."""
    declaration = declared(call) or Declaration()
    run = _where(call, declaration.run)
    signature = Signature(call)
    tool = Tool(
        name=name,
        server=SERVER,
        remote_name=name,
        title=declaration.title,
        description=_description(call),
        input_schema=signature.schema,
        read_only=declaration.read_only,
        idempotent=declaration.read_only or declaration.idempotent,
        timeout=declaration.timeout,
    )
    return Function(module, name, call, run, signature, tool)


def _where(call: Callable[..., Any], asked: Where | None) -> Where:
    if inspect.isclass(call):
        raise BadSignature("it is a class, not a function")
    if inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call):
        raise BadSignature("it yields: return a list")
    is_async = inspect.iscoroutinefunction(call)
    if asked is None:
        return "loop" if is_async else "thread"
    if asked not in ("loop", "thread", "process"):
        raise BadSignature(f"run={asked!r} is none of 'loop', 'thread', 'process'")
    if is_async and asked != "loop":
        raise BadSignature(f'it is "async def", which runs on the event loop only, not in a {asked}')
    if asked == "loop" and not is_async:
        raise BadSignature('run="loop" is for "async def" only: anything else would hold up the whole service')
    return asked


def _description(call: Callable[..., Any]) -> str:
    """The docstring's first paragraph, as one line."""
    return " ".join((inspect.getdoc(call) or "").split("\n\n")[0].split())

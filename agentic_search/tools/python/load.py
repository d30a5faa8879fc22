"""Imports the functions that the configuration names, ready to be called.

A name is `module:function`, or `module` for every function in it that `@tool` marks.
"""

import importlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from agentic_search.errors import ConfigurationError
from agentic_search.tools.python.declaration import declared
from agentic_search.tools.python.function import Function, offered
from agentic_search.tools.python.signature import BadSignature


class _Unusable(ValueError):
    """A name that leads to no function; the text says why."""


def load_functions(names: Sequence[str]) -> tuple[Function, ...]:
    """Import every function named; raises ConfigurationError with every complaint at once.

    Modules are found where the service finds its own and, last, in the folder it was started in.
    """
    if names and (folder := str(Path.cwd())) not in sys.path:
        sys.path.append(folder)
    functions: dict[str, Function] = {}
    complaints: list[str] = []
    for name in dict.fromkeys(names):
        for function in _read(name, complaints):
            known = functions.setdefault(function.name, function)
            if known.call is not function.call:
                complaints.append(f"{name!r}: {known.module!r} has a tool {function.name!r} too; rename one")
    if complaints:
        raise ConfigurationError(
            "Functions (AGENTIC_SEARCH_FUNCTIONS) that cannot be used:\n" + "\n".join(f"  {it}" for it in complaints)
        )
    return tuple(functions.values())


def _read(name: str, complaints: list[str]) -> Iterator[Function]:
    try:
        found = list(_found(name))
    except _Unusable as why:
        complaints.append(f"{name!r}: {why}")
        return
    for module, attribute, call in found:
        try:
            yield offered(module, attribute, call)
        except BadSignature as why:
            complaints.append(f"'{module}:{attribute}': {why}")


def _found(name: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """Each function by the module and name it is found under."""
    path, separator, attribute = name.partition(":")
    module = _import(path)
    if not separator:
        yield from ((path, *each) for each in _marked(module))
        return
    if not hasattr(module, attribute):
        marked = ", ".join(known for known, _ in _marked_or_none(module))
        raise _Unusable(f"module {path!r} has no {attribute!r}" + (f"; it has {marked}" if marked else ""))
    call = getattr(module, attribute)
    if not callable(call):
        raise _Unusable(f"it is no function but a {type(call).__name__}")
    yield path, attribute, call


def _marked(module: ModuleType) -> list[tuple[str, Callable[..., Any]]]:
    marked = _marked_or_none(module)
    if not marked:
        raise _Unusable("no function in it is marked with @tool; name one as module:function")
    return marked


def _marked_or_none(module: ModuleType) -> list[tuple[str, Callable[..., Any]]]:
    first_names = {id(each): (name, each) for name, each in reversed(vars(module).items()) if declared(each)}
    return list(reversed(first_names.values()))


def _import(path: str) -> ModuleType:
    if not all(part.isidentifier() for part in path.split(".")):
        raise _Unusable("write module:function, or module")
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError as missing:
        if missing.name is not None and f"{path}.".startswith(f"{missing.name}."):
            raise _Unusable(f"there is no module {missing.name!r}") from missing
        raise _Unusable(f"importing it failed: {missing}") from missing
    except (Exception, SystemExit) as error:  # importing runs anybody's code
        raise _Unusable(f"importing it failed: {type(error).__name__}: {error}") from error

"""The page's modules → one, which browsers get with one request and which is compressed as a whole.

Nothing in them is changed but how they name each other: each stands in a function of its own, in the order in which
they need each other.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping

_IMPORT = re.compile(r"""^import\s+(\{[^}]*\}|\*\s+as\s+\w+)\s+from\s+"(\.[^"]+)";\n""", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const|class) (\w+)", re.MULTILINE)
_OTHERWISE = re.compile(r"^(?:import|export)\b.*|import\.meta", re.MULTILINE)


def joined(modules: Mapping[str, str], main: str) -> str:
    """All that `main` needs, in one module; raises ValueError for what cannot be joined, as modules in a circle."""
    order: list[str] = []
    _visit(modules, main, order, ())
    names = {name: f"m{number}" for number, name in enumerate(order)}
    return "".join(_in_function(name, modules[name], names) for name in order)


def _visit(modules: Mapping[str, str], name: str, order: list[str], path: tuple[str, ...]) -> None:
    """Put a module behind those that it needs."""
    if name in path:
        raise ValueError(f"These need each other: {', '.join(path[path.index(name) :])}.")
    if name not in order:
        for needed in _needed(name, modules[name]):
            _visit(modules, needed, order, (*path, name))
        order.append(name)


def _needed(name: str, text: str) -> Iterator[str]:
    yield from (_resolved(name, found[2]) for found in _IMPORT.finditer(text))


def _resolved(name: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), address))


def _in_function(name: str, text: str, names: Mapping[str, str]) -> str:
    def bound(found: re.Match[str]) -> str:
        what = found[1].removeprefix("*").strip().removeprefix("as ").strip()
        return f"const {what.replace(' as ', ': ')} = {names[_resolved(name, found[2])]};\n"

    exported = [found[2] for found in _EXPORT.finditer(text)]
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(bound, text))
    if unknown := _OTHERWISE.search(body):
        raise ValueError(f"{name} cannot be joined with the others: {unknown[0]}")
    given = f"return {{ {', '.join(exported)} }};\n" if exported else ""
    return f"const {names[name]} = (() => {{\n{body}{given}}})();\n"

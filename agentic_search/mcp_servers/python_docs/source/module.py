"""Reads a Python source or stub file as a syntax tree: what it defines, and where its other names come from.

Nothing in the file is ever run, and a file that cannot be read is a module with a problem.
"""

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentic_search.mcp_servers.python_docs.source.bindings import Bindings, read_bindings
from agentic_search.mcp_servers.python_docs.source.definitions import Definition, read_definitions

BIGGEST_FILE = 3_000_000


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed source file."""

    name: str
    path: Path
    is_package: bool
    doc: str = ""
    definitions: Mapping[str, Definition] = field(default_factory=dict[str, Definition])
    bindings: Bindings = field(default_factory=Bindings)
    problem: str = ""
    """Why the source could not be read; empty where it could."""

    @property
    def as_definition(self) -> Definition:
        """The module as one of the things that are documented."""
        doc = f"The source of this module could not be read. {self.problem}" if self.problem else self.doc
        return Definition("", "module", "", doc, line=1)


def read_module(name: str, path: Path) -> Module:
    """The module, with `problem` set where its source cannot be read: nothing is raised for a bad file."""
    is_package = path.stem == "__init__"
    try:
        tree = _parse(path)
        return Module(
            name,
            path,
            is_package,
            doc=ast.get_docstring(tree) or "",
            definitions=read_definitions(tree.body),
            bindings=read_bindings(tree, name, is_package=is_package),
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
        return Module(name, path, is_package, problem=f"{type(error).__name__}: {error}")


def _parse(path: Path) -> ast.Module:
    """`ast` itself obeys the encoding that the file declares."""
    if path.stat().st_size > BIGGEST_FILE:
        raise ValueError(f"the file is larger than {BIGGEST_FILE:,} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's invalid escapes are not this server's to report
        return ast.parse(path.read_bytes(), str(path))

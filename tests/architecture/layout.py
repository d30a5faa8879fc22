"""The package's modules, what they import and which classes they hold, read from the source."""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "agentic_search"


@cache
def modules() -> Mapping[str, Path]:
    """Every module and package by its dotted name."""
    return {_dotted(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    """The parsed source."""
    return ast.parse(path.read_text())


def imports_of(name: str) -> set[str]:
    """The modules of the package that a module imports, itself left out."""
    known, found = modules(), set[str]()
    for node in ast.walk(tree(known[name])):
        if isinstance(node, ast.ImportFrom) and node.module:
            members = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {member if member in known else node.module for member in members}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return (found & known.keys()) - {name}


def longest_chain() -> list[str]:
    """The longest chain of modules each of which imports the next."""
    chains: dict[str, list[str]] = {}

    def chain_from(name: str) -> list[str]:
        if name not in chains:
            chains[name] = []  # there are no rings; were there one, it would end here
            chains[name] = [name, *max(map(chain_from, imports_of(name)), key=len, default=list[str]())]
        return chains[name]

    return max(map(chain_from, modules()), key=len)


def classes() -> Mapping[str, list[str]]:
    """The modules that define a class of each name, classes inside classes and functions included."""
    found: dict[str, list[str]] = {}
    for name, path in modules().items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, []).append(name)
    return found

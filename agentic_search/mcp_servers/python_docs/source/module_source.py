"""Reads a Python source or stub file as a Module: parsed as a syntax tree, never run."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from agentic_search.mcp_servers.python_docs.source.bindings import read_bindings
from agentic_search.mcp_servers.python_docs.source.definition import Definition, Module
from agentic_search.mcp_servers.python_docs.source.signature import class_signature, function_signature

BIGGEST_FILE = 3_000_000
BLOCKS = (ast.If, ast.Try, ast.With)

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def read_module(name: str, path: Path) -> Module:
    """The module, with `problem` set where its source cannot be read: nothing is raised for a bad file."""
    is_package = path.stem == "__init__"
    try:
        tree = _parse(path)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError) as error:
        return Module(name, path, is_package, problem=f"{type(error).__name__}: {error}")
    bindings = read_bindings(tree, name, is_package=is_package)
    return Module(
        name,
        path,
        is_package,
        doc=ast.get_docstring(tree) or "",
        definitions={definition.name: definition for definition in _definitions(tree.body, in_class=False)},
        imports=bindings.imports,
        stars=bindings.stars,
        aliases=bindings.aliases,
        exported=bindings.exported,
        exported_with=bindings.exported_with,
    )


def _parse(path: Path) -> ast.Module:
    """`ast` itself obeys the encoding that the file declares."""
    if path.stat().st_size > BIGGEST_FILE:
        raise ValueError(f"the file is larger than {BIGGEST_FILE:,} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # other people's invalid escapes are not this server's to report
        return ast.parse(path.read_bytes(), str(path))


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module or class, also those under `if`, `try` and `with`."""
    for node in body:
        yield node
        if isinstance(node, BLOCKS):
            yield from statements(node.body)
            if isinstance(node, ast.Try):
                yield from (inner for handler in node.handlers for inner in statements(handler.body))
            if not isinstance(node, ast.With):
                yield from statements(node.orelse)


def _definitions(body: Sequence[ast.stmt], *, in_class: bool) -> list[Definition]:
    """One a name: of several, for instance one a platform, the first with a docstring."""
    found: dict[str, Definition] = {}
    for node in statements(body):
        definition = _definition(node, in_class=in_class)
        if definition and not (definition.name in found and found[definition.name].doc):
            found[definition.name] = definition
    return list(found.values())


def _definition(node: ast.stmt, *, in_class: bool) -> Definition | None:
    if isinstance(node, ast.ClassDef):
        return _class(node)
    if isinstance(node, Function) and not _decorated(node, "overload", "setter", "deleter"):
        return _function(node, in_class=in_class)
    return None


def _function(node: Function, *, in_class: bool) -> Definition:
    doc = ast.get_docstring(node) or ""
    if in_class and _decorated(node, "property", "cached_property"):
        returns = f": {ast.unparse(node.returns)}" if node.returns else ""
        return Definition(node.name, "property", node.name + returns, doc, node.lineno)
    bound = in_class and not _decorated(node, "staticmethod")
    kind = "method" if in_class else "function"
    return Definition(node.name, kind, function_signature(node, bound=bound), doc, node.lineno)


def _class(node: ast.ClassDef) -> Definition:
    """A class; what its initialiser's docstring says belongs to the class."""
    initialiser = next((inner for inner in node.body if isinstance(inner, Function) and inner.name == "__init__"), None)
    docs = [ast.get_docstring(node), ast.get_docstring(initialiser) if initialiser else None]
    members = tuple(member for member in _definitions(node.body, in_class=True) if not member.name.startswith("_"))
    return Definition(
        node.name, "class", class_signature(node, initialiser), "\n\n".join(filter(None, docs)), node.lineno, members
    )


def _decorated(node: Function, *names: str) -> bool:
    return any(_last_name(decorator) in names for decorator in node.decorator_list)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""

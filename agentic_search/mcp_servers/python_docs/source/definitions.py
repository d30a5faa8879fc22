"""Reads the classes, functions, methods and properties that a module's syntax tree defines.

Each has its docstring and its signature as a caller sees it, without the parameter that a call binds.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["module", "class", "function", "method", "property", "package", "topic"]
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

BLOCKS = (ast.If, ast.Try, ast.With)
LONGEST_SIGNATURE = 400


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, function, method or property."""

    name: str
    kind: Kind
    signature: str
    doc: str
    line: int
    members: tuple["Definition", ...] = ()
    bases: tuple[str, ...] = ()
    """A class's bases as they are written, without what is in brackets."""

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join(self.doc.partition("\n\n")[0].split())


def read_definitions(body: Sequence[ast.stmt], *, in_class: bool = False) -> dict[str, Definition]:
    """The definitions by name: of several, for instance one a platform, the first with a docstring."""
    found: dict[str, Definition] = {}
    for node in _statements(body):
        definition = _definition(node, in_class=in_class)
        if definition and not (definition.name in found and found[definition.name].doc):
            found[definition.name] = definition
    return found


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module or class, also those under `if`, `try` and `with`."""
    for node in body:
        yield node
        if isinstance(node, BLOCKS):
            yield from _statements(node.body)
            if isinstance(node, ast.Try):
                yield from (inner for handler in node.handlers for inner in _statements(handler.body))
            if not isinstance(node, ast.With):
                yield from _statements(node.orelse)


def _definition(node: ast.stmt, *, in_class: bool) -> Definition | None:
    if isinstance(node, ast.ClassDef):
        return _class(node)
    if isinstance(node, Function) and not _decorated(node, "overload", "setter", "deleter"):
        return _function(node, in_class=in_class)
    return None


def _function(node: Function, *, in_class: bool) -> Definition:
    doc = ast.get_docstring(node) or ""
    returns = ast.unparse(node.returns) if node.returns else ""
    if in_class and _decorated(node, "property", "cached_property"):
        return Definition(node.name, "property", f"{node.name}: {returns}".removesuffix(": "), doc, node.lineno)
    bound = in_class and not _decorated(node, "staticmethod")
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    arguments = ast.unparse(_without_first(node.args) if bound else node.args)
    signature = _shorten(f"{prefix}{node.name}({arguments}) -> {returns}".removesuffix(" -> "))
    return Definition(node.name, "method" if in_class else "function", signature, doc, node.lineno)


def _class(node: ast.ClassDef) -> Definition:
    """A class; what its initialiser's docstring says belongs to the class, and so do its parameters."""
    initialiser = next((inner for inner in node.body if isinstance(inner, Function) and inner.name == "__init__"), None)
    docs = [ast.get_docstring(node), ast.get_docstring(initialiser) if initialiser else None]
    bases = [ast.unparse(base) for base in node.bases]
    arguments = ast.unparse(_without_first(initialiser.args)) if initialiser else ", ".join(bases)
    signature = f"class {node.name}({arguments})" if initialiser or bases else f"class {node.name}"
    members = read_definitions(node.body, in_class=True).values()
    return Definition(
        node.name,
        "class",
        _shorten(signature),
        "\n\n".join(filter(None, docs)),
        node.lineno,
        tuple(member for member in members if not member.name.startswith("_")),
        tuple(base.partition("[")[0] for base in bases),
    )


def _decorated(node: Function, *names: str) -> bool:
    """With one of these, whatever it is called with and whatever it is an attribute of."""
    return any(ast.unparse(each).partition("(")[0].rpartition(".")[2] in names for each in node.decorator_list)


def _without_first(arguments: ast.arguments) -> ast.arguments:
    """As the caller of a bound method sees them."""
    only, rest = list(arguments.posonlyargs), list(arguments.args)
    (only or rest)[:1] = []
    positional = len(only) + len(rest)
    return ast.arguments(
        posonlyargs=only,
        args=rest,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg,
        defaults=arguments.defaults[-positional:] if positional else [],
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_SIGNATURE else line[: LONGEST_SIGNATURE - 1] + "…"

"""Reads from a module's syntax tree where the names come from that it does not define: imports, aliases, `__all__`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class ImportOrigin:
    """Where an imported name comes from: a module, or `name` in it."""

    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Bindings:
    """What a module binds by importing and assigning; by default nothing."""

    imports: Mapping[str, ImportOrigin] = field(default_factory=dict[str, ImportOrigin])
    stars: tuple[str, ...] = ()
    """Modules of which everything public was imported."""
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names bound to another name, or to an attribute of one: `choice` to `Random.choice`."""
    exported: frozenset[str] | None = None
    """The names written down in `__all__`; None where there is no `__all__`."""
    exported_with: tuple[str, ...] = ()
    """Names of modules whose own `__all__` was added to this one's."""


def read_bindings(tree: ast.Module, module: str, *, is_package: bool) -> Bindings:
    """Only what runs when the module is imported counts, not what stands inside functions and classes."""
    package = module if is_package else module.rpartition(".")[0]
    nodes = list(_module_level(tree))
    froms = [(_absolute(node, package), node) for node in nodes if isinstance(node, ast.ImportFrom)]
    exports = [value for node in nodes for value in _export_values(node)]
    strings = frozenset(
        part.value for part in exports if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    modules = (
        part.value.id
        for part in exports
        if isinstance(part, ast.Attribute) and part.attr == "__all__" and isinstance(part.value, ast.Name)
    )
    return Bindings(
        imports=_plain_imports(nodes)
        | {
            alias.asname or alias.name: ImportOrigin(source, alias.name)
            for source, node in froms
            for alias in node.names
            if alias.name != "*"
        },
        stars=tuple(source for source, node in froms if node.names[0].name == "*"),
        aliases=_aliases(nodes),
        exported=strings if exports else None,
        exported_with=tuple(modules),
    )


def _module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """In the order of the source."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, DEFINING):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The full name of the module that `from … import` names."""
    parts = package.split(".")
    base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
    return ".".join(filter(None, (base, node.module)))


def _plain_imports(nodes: list[ast.AST]) -> dict[str, ImportOrigin]:
    return {
        alias.asname or alias.name: ImportOrigin(alias.name)
        for node in nodes
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.asname or "." not in alias.name
    }


def _export_values(node: ast.AST) -> Iterator[ast.AST]:
    """Everything written into `__all__` by `=`, `+=`, `.extend(…)` or `.append(…)`."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and any(_is_all(target) for target in targets):
            yield from ast.walk(node.value)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_all(node.func.value):
        for argument in node.args:
            yield from ast.walk(argument)


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _aliases(nodes: list[ast.AST]) -> dict[str, str]:
    """`name = other` and `name = instance.method`, the latter as `Class.method`."""
    instances: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id=called))):
                instances[name] = called
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other)):
                aliases[name] = other
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute(value=ast.Name(id=owner), attr=attribute)):
                aliases[name] = f"{instances.get(owner, owner)}.{attribute}"
            case _:
                pass
    return aliases

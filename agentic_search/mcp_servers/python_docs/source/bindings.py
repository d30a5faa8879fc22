"""Reads from a module's syntax tree where the names come from that it does not define: imports, aliases, `__all__`."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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

    imports: Mapping[str, Sequence[ImportOrigin]] = field(default_factory=dict[str, list[ImportOrigin]])
    """In the order of the source, for there may be one a platform; the first that can be found counts."""
    stars: tuple[str, ...] = ()
    """Modules of which everything public was imported."""
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names bound to another name, or to an attribute of one: `choice` to `_inst.choice`."""
    instances: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names bound to what a class of this module was called for: `_inst` to `Random`."""
    taken_over: tuple[str, ...] = ()
    """Dotted names of modules and instances whose public attributes are the module's own."""
    registered: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names that the module adds to the imported modules, such as `collections.abc`, bound to what it calls them."""
    exported: frozenset[str] | None = None
    """The names written down in `__all__`; None where there is no `__all__`."""
    exported_with: tuple[str, ...] = ()
    """Names of modules whose own `__all__` was added to this one's."""


def read_bindings(tree: ast.Module, module: str, *, is_package: bool) -> Bindings:
    """Only what runs when the module is imported counts, not what is inside functions and classes."""
    nodes = list(_module_level(tree))
    assigned = list(_assigned(nodes))
    imports: defaultdict[str, list[ImportOrigin]] = defaultdict(list)
    for name, origin in _imports(nodes, module if is_package else module.rpartition(".")[0]):
        imports[name].append(origin)
    exports = [value for node in nodes for value in _export_values(node)]
    strings = frozenset(
        part.value for part in exports if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    dotted = [_dotted(part) for part in exports]
    return Bindings(
        stars=tuple(origin.module for origin in imports.pop("*", ())),
        imports=imports,
        aliases={name: other for name, value in assigned if (other := _dotted(value))},
        instances={
            name: value.func.id
            for name, value in assigned
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
        },
        taken_over=tuple(owner for node in nodes for owner in _taken_over(node) if owner),
        registered=dict(pair for node in nodes for pair in _registered(node)),
        exported=strings if exports else None,
        exported_with=tuple(name.removesuffix(".__all__") for name in dotted if name.endswith(".__all__")),
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


def _imports(nodes: list[ast.AST], package: str) -> Iterator[tuple[str, ImportOrigin]]:
    """Each imported name, `*` among them, with where it comes from."""
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            source = _absolute(node, package)
            yield from ((alias.asname or alias.name, ImportOrigin(source, alias.name)) for alias in node.names)
        elif isinstance(node, ast.Import):
            named = (alias for alias in node.names if alias.asname or "." not in alias.name)
            yield from ((alias.asname or alias.name, ImportOrigin(alias.name)) for alias in named)


def _export_values(node: ast.AST) -> Iterator[ast.AST]:
    """Everything written into `__all__` by `=`, `+=`, `.extend(…)` or `.append(…)`."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if node.value is not None and "__all__" in map(_dotted, targets):
            yield from ast.walk(node.value)
    elif isinstance(node, ast.Call) and _dotted(node.func).startswith("__all__."):
        for argument in node.args:
            yield from ast.walk(argument)


def _assigned(nodes: list[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Each name with what is assigned to it alone; `a = b = value` assigns to two."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _dotted(node: ast.AST) -> str:
    """`a` or `a.b.c`; empty where the expression is anything else."""
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return owner and f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _registered(node: ast.AST) -> Iterator[tuple[str, str]]:
    """`sys.modules["name"] = other`, where the name is public."""
    match node:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Constant(value=str(name)))]
        ) if not any(part.startswith("_") for part in name.split(".")):
            yield name, _dotted(node.value)
        case _:
            pass


def _taken_over(node: ast.AST) -> Iterator[str]:
    """`sys.modules[__name__] = other`, and `globals().update((name, getattr(other, name)) for name in …)`."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Name(id="__name__"))]):
            yield _dotted(node.value)
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="globals")), attr="update"), args=[given]):
            for inner in ast.walk(given):
                if isinstance(inner, ast.Call) and _dotted(inner.func) == "getattr" and inner.args:
                    yield _dotted(inner.args[0])
        case _:
            pass

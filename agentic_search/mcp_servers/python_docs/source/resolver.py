"""Finds what each public name of a package's modules stands for, however it is re-exported.

It reads only the modules that it is given the paths of, and each only when a name leads there.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agentic_search.mcp_servers.python_docs.source.bindings import ImportOrigin
from agentic_search.mcp_servers.python_docs.source.definitions import Definition
from agentic_search.mcp_servers.python_docs.source.module import Module, read_module

TWINS = {"_datetime": "_pydatetime", "_decimal": "_pydecimal", "_io": "_pyio"}
"""Modules written in C and those that say the same in Python."""


@dataclass(frozen=True, slots=True)
class ResolvedName:
    """What a name stands for: a definition and the module that it is in, or the module itself."""

    module: Module
    definition: Definition
    within: str = ""
    """The class that a method or property is in."""

    @property
    def is_module(self) -> bool:
        """It stands for the module itself."""
        return self.definition.kind == "module"

    @property
    def defined_as(self) -> str:
        """The full dotted name in the source."""
        return ".".join(filter(None, (self.module.name, self.within, self.definition.name)))


def whole(module: Module) -> ResolvedName:
    """What a module's own name stands for."""
    return ResolvedName(module, module.as_definition)


@dataclass(slots=True)
class Resolver:
    """Reads modules as they are needed, each once, and follows their imports; imports in a circle end. One thread's."""

    paths: Mapping[str, Path]
    """Dotted module name → source file, of all modules that may be read."""
    _modules: dict[str, Module | None] = field(default_factory=dict[str, Module | None])
    _public: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    _resolved: dict[tuple[str, str], ResolvedName | None] = field(
        default_factory=dict[tuple[str, str], ResolvedName | None]
    )

    def module(self, name: str) -> Module | None:
        """The module of this name, or its twin in Python; None where there is no source for it."""
        name = name if name in self.paths else TWINS.get(name, name)
        if name not in self._modules:
            path = self.paths.get(name)
            self._modules[name] = read_module(name, path) if path else None
        return self._modules[name]

    def surface(self, module: Module) -> dict[str, ResolvedName]:
        """Public name → what it stands for, as far as that can be found in source."""
        names = sorted(self._public_names(module))
        return {name: found for name in names if (found := self.resolve(module, name))}

    def resolve(self, module: Module, name: str) -> ResolvedName | None:
        """What `name` stands for in `module`."""
        if name in module.definitions:
            return ResolvedName(module, module.definitions[name])
        key = module.name, name
        if key not in self._resolved:
            self._resolved[key] = None  # imports in a circle that lead back here find nothing
            self._resolved[key] = next(filter(None, self._candidates(module, name)), None)
        return self._resolved[key]

    def members(self, owner: ResolvedName, known: Collection[str] = ()) -> dict[str, ResolvedName]:
        """A class's public members, and those that it inherits from other classes of the same top-level package.

        Bases whose name in the source is among `known` are left out, as is what only they define. A member without a
        docstring has that of what it overrides, as for `inspect.getdoc`.
        """
        found: dict[str, ResolvedName] = {}
        for source in reversed(self._lineage(owner, known)):
            for member in source.definition.members:
                inherited = found.get(member.name)
                doc = member.doc or (inherited.definition.doc if inherited else "")
                found[member.name] = ResolvedName(source.module, replace(member, doc=doc), source.definition.name)
        return found

    def _lineage(self, owner: ResolvedName, known: Collection[str]) -> list[ResolvedName]:
        """The class and its bases, the nearest first, each once."""
        line: dict[str, ResolvedName] = {}
        top = owner.module.name.partition(".")[0]
        waiting = [owner]
        for each in waiting:
            if each.defined_as not in line:
                line[each.defined_as] = each
                bases = filter(None, (self._owner(each.module, base) for base in each.definition.bases))
                inside = [base for base in bases if _is_inside(base.module.name, top)]
                waiting += [base for base in inside if base.defined_as not in known]
        return list(line.values())

    def _candidates(self, module: Module, name: str) -> Iterator[ResolvedName | None]:
        """What `name` may stand for where the module does not define it; the first that is found counts."""
        bindings = module.bindings
        if name in bindings.aliases:
            yield self._follow(module, bindings.aliases[name])
        yield from map(self._origin, bindings.imports.get(name, ()))
        for source in filter(None, map(self.module, bindings.stars)):
            if name in self._public_names(source):
                yield self.resolve(source, name)
        for owner in bindings.taken_over:
            yield self._follow(module, f"{owner}.{name}")
        yield self._lazily_imported(module, name)

    def _follow(self, module: Module, dotted: str) -> ResolvedName | None:
        """What a dotted name stands for that is written in `module`."""
        path, _, name = dotted.rpartition(".")
        owner = self._owner(module, path) if path else whole(module)
        return owner and self._attribute(owner, name)

    def _owner(self, module: Module, dotted: str) -> ResolvedName | None:
        """The module or class that a dotted name stands for; of an instance its class."""
        owner: ResolvedName | None = whole(module)
        for part in dotted.split("."):
            owner = owner and self._attribute(owner, owner.module.bindings.instances.get(part, part))
        return owner

    def _attribute(self, owner: ResolvedName, name: str) -> ResolvedName | None:
        """What a module calls `name`; of a class a member, whose methods are functions where a module names them."""
        if owner.is_module:
            return self.resolve(owner.module, name)
        member = self.members(owner).get(name)
        if member is None or member.definition.kind != "method":
            return member
        return replace(member, definition=replace(member.definition, kind="function"))

    def _public_names(self, module: Module | None) -> frozenset[str]:
        """What `__all__` says, else what the module defines; for a package also what it takes from within itself."""
        if module is None:
            return frozenset()
        if module.name not in self._public:
            bindings = module.bindings
            names = _own_names(module) if bindings.exported is None else set(bindings.exported)
            self._public[module.name] = frozenset(names)
            for other in bindings.exported_with:
                names |= self._public_names(self._sibling(module, other))
            for star in bindings.stars:
                if bindings.exported is None or (module.is_package and _is_inside(star, module.name)):
                    names |= self._public_names(self.module(star))
            for owner in filter(None, (self._owner(module, dotted) for dotted in bindings.taken_over)):
                names |= self._public_names(owner.module) if owner.is_module else self.members(owner).keys()
            self._public[module.name] = frozenset(name for name in names if not name.startswith("_"))
        return self._public[module.name]

    def _sibling(self, module: Module, name: str) -> Module | None:
        """The module that a package calls by this name."""
        origins = module.bindings.imports.get(name, ())
        within = [f"{origin.module}.{origin.name}" for origin in origins if origin.name] or [f"{module.name}.{name}"]
        paths = [*within, *(origin.module for origin in origins)]
        return next(filter(None, map(self.module, paths)), None)

    def _origin(self, origin: ImportOrigin) -> ResolvedName | None:
        source = self.module(origin.module)
        if source and origin.name and (target := self.resolve(source, origin.name)):
            return target
        imported = self.module(f"{origin.module}.{origin.name}") if origin.name else source
        return whole(imported) if imported else None

    def _lazily_imported(self, module: Module, name: str) -> ResolvedName | None:
        """A package may promise a name in `__all__` and import it only when asked: the one submodule that has it."""
        if not module.is_package or name not in (module.bindings.exported or ()):
            return None
        inside = [path for path in self.paths if path.rpartition(".")[0] == module.name]
        having = [source for source in map(self.module, inside) if source and name in source.definitions]
        return ResolvedName(having[0], having[0].definitions[name]) if len(having) == 1 else None


def _own_names(module: Module) -> set[str]:
    names = set(module.definitions) | {name for name, target in module.bindings.aliases.items() if "." in target}
    if module.is_package:
        top = module.name.partition(".")[0]
        imports = [(name, origin) for name, origins in module.bindings.imports.items() for origin in origins]
        names |= {name for name, origin in imports if origin.name and _is_inside(origin.module, top)}
    return names


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")

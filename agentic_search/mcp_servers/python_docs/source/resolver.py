"""Finds what each public name of a package's modules stands for, however it is re-exported.

It reads only the modules that it is given the paths of, and each only when a name leads there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentic_search.mcp_servers.python_docs.source.definitions import Definition
from agentic_search.mcp_servers.python_docs.source.module import Module, read_module

TWINS = {"_datetime": "_pydatetime", "_decimal": "_pydecimal", "_io": "_pyio"}
"""Modules written in C and those that say the same in Python."""


@dataclass(frozen=True, slots=True)
class ResolvedName:
    """A name's definition and the module that it stands in; the module itself where `definition` is None."""

    module: Module
    definition: Definition | None = None
    within: str = ""
    """The class, for a method that was found under a name of its own."""

    @property
    def defined_as(self) -> str:
        """The full dotted name of the place in the source."""
        return ".".join(filter(None, (self.module.name, self.within, self.definition and self.definition.name)))


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
        found = ((name, self.resolve(module, name)) for name in sorted(self._public_names(module)))
        return {name: target for name, target in found if target is not None}

    def resolve(self, module: Module, name: str) -> ResolvedName | None:
        """What `name` stands for in `module`."""
        if name in module.definitions:
            return ResolvedName(module, module.definitions[name])
        key = module.name, name
        if key not in self._resolved:
            self._resolved[key] = None  # whoever comes by again on the way to the answer finds nothing here
            self._resolved[key] = (
                self._aliased(module, name)
                or self._imported(module, name)
                or self._starred(module, name)
                or self._lazily_imported(module, name)
            )
        return self._resolved[key]

    def _public_names(self, module: Module | None) -> frozenset[str]:
        """What `__all__` says, else what the module defines; for a package also what it takes from within itself."""
        if module is None:
            return frozenset()
        if module.name not in self._public:
            names = set(module.bindings.exported or ()) if module.bindings.exported is not None else _own_names(module)
            self._public[module.name] = frozenset(names)
            for other in module.bindings.exported_with:
                names |= self._public_names(self._sibling(module, other))
            for star in module.bindings.stars:
                if module.bindings.exported is None or (module.is_package and _is_inside(star, module.name)):
                    names |= self._public_names(self.module(star))
            self._public[module.name] = frozenset(name for name in names if not name.startswith("_"))
        return self._public[module.name]

    def _sibling(self, module: Module, name: str) -> Module | None:
        """The module that a package calls by this name."""
        origin = module.bindings.imports.get(name)
        within = f"{origin.module}.{origin.name}" if origin and origin.name else f"{module.name}.{name}"
        return self.module(within) or (self.module(origin.module) if origin else None)

    def _aliased(self, module: Module, name: str) -> ResolvedName | None:
        owner, _, attribute = module.bindings.aliases.get(name, "").partition(".")
        target = self.resolve(module, owner) if owner else None
        if target is None or not attribute:
            return target
        if target.definition is None:
            return self.resolve(target.module, attribute)
        members = {member.name: member for member in target.definition.members}
        return ResolvedName(target.module, members[attribute], target.definition.name) if attribute in members else None

    def _imported(self, module: Module, name: str) -> ResolvedName | None:
        origin = module.bindings.imports.get(name)
        if origin is None:
            return None
        source = self.module(origin.module)
        if origin.name is None:
            return ResolvedName(source) if source else None
        if source and (target := self.resolve(source, origin.name)):
            return target
        submodule = self.module(f"{origin.module}.{origin.name}")
        return ResolvedName(submodule) if submodule else None

    def _starred(self, module: Module, name: str) -> ResolvedName | None:
        for star in module.bindings.stars:
            source = self.module(star)
            if source and name in self._public_names(source) and (target := self.resolve(source, name)):
                return target
        return None

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
        names |= {
            name for name, origin in module.bindings.imports.items() if origin.name and _is_inside(origin.module, top)
        }
    return names


def _is_inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")

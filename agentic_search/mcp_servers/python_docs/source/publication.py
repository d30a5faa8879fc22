"""Gives each thing of a package that can be documented once, under the name that its users know it by."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from agentic_search.mcp_servers.python_docs.source.module import Module
from agentic_search.mcp_servers.python_docs.source.resolver import ResolvedName, Resolver, whole


@dataclass(frozen=True, slots=True)
class Published:
    """A definition or module under its public name."""

    title: str
    found: ResolvedName
    listed: bool
    """Part of the declared interface, not only there."""
    members: Mapping[str, ResolvedName] = field(default_factory=dict[str, ResolvedName])
    """Of a class, with what it inherits from bases that are not published themselves."""
    also_named: tuple[str, ...] = ()
    """Its other public names."""


def publish(resolver: Resolver, names: Iterable[str]) -> Iterator[Published]:
    """The public ones of the modules named, and what they publish, each under its shortest public name."""
    public = [name for name in sorted(names) if not any(part.startswith("_") for part in name.split("."))]
    modules = [module for module in map(resolver.module, public) if module]
    for module in modules:
        yield Published(module.name, whole(module), listed=not module.problem)
    offers: defaultdict[str, list[Published]] = defaultdict(list)
    for offer in _offers(resolver, modules):
        offers[offer.found.defined_as].append(offer)
    for same in offers.values():
        best = min(same, key=_preference)
        others = sorted({offer.title for offer in same} - {best.title})
        yield replace(best, members=resolver.members(best.found, known=offers), also_named=tuple(others))


def _offers(resolver: Resolver, modules: list[Module]) -> Iterator[Published]:
    own = {module.name for module in modules}
    for module in modules:
        surface = resolver.surface(module)
        for name, found in surface.items():
            if not found.is_module:
                yield Published(f"{module.name}.{name}", found, listed=True)
            elif found.module.name not in own and name in (module.bindings.exported or ()):
                yield from _borrowed(resolver, f"{module.name}.{name}", found.module)
        for name, definition in module.definitions.items():
            if name not in surface and not name.startswith("_"):
                yield Published(f"{module.name}.{name}", ResolvedName(module, definition), listed=False)
        for title, name in module.bindings.registered.items():
            if title not in own and title.startswith(f"{module.name}."):
                found = resolver.resolve(module, name)
                if found and found.is_module:
                    yield from _borrowed(resolver, title, found.module)


def _borrowed(resolver: Resolver, title: str, module: Module) -> Iterator[Published]:
    """A module known by another name than its own, as `posixpath` is by `os.path`."""
    yield Published(title, whole(module), listed=not module.problem)
    for name, found in resolver.surface(module).items():
        if not found.is_module:
            yield Published(f"{title}.{name}", found, listed=True)


def _preference(published: Published) -> tuple[int, bool, bool, int, str]:
    """Of equally short paths the one that ends in the name that the thing was defined with."""
    title = published.title
    renamed = title.rpartition(".")[2] != published.found.definition.name
    return title.count("."), not published.listed, renamed, len(title), title

"""Gives each thing of a package that can be documented once, under the name that its users know it by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentic_search.mcp_servers.python_docs.source.module import Module
from agentic_search.mcp_servers.python_docs.source.resolver import ResolvedName, Resolver


@dataclass(frozen=True, slots=True)
class Published:
    """A definition or module under its public name."""

    title: str
    found: ResolvedName
    listed: bool
    """Part of the declared interface, not only there."""


def publish(resolver: Resolver, names: Iterable[str]) -> Iterator[Published]:
    """The public ones of the modules named, and what they publish, each under its shortest public name."""
    modules = [module for name in sorted(names) if not _is_private(name) and (module := resolver.module(name))]
    for module in modules:
        yield Published(module.name, ResolvedName(module), listed=True)
    best: dict[str, Published] = {}
    for offer in _offers(resolver, modules):
        held = best.setdefault(offer.found.defined_as, offer)
        if _preference(offer) < _preference(held):
            best[offer.found.defined_as] = offer
    yield from best.values()


def _offers(resolver: Resolver, modules: list[Module]) -> Iterator[Published]:
    own = {module.name for module in modules}
    for module in modules:
        surface = resolver.surface(module)
        for name, found in surface.items():
            if found.definition is not None:
                yield Published(f"{module.name}.{name}", found, listed=True)
            elif found.module.name not in own and name in (module.bindings.exported or ()):
                yield from _borrowed(resolver, f"{module.name}.{name}", found.module)
        for name, definition in module.definitions.items():
            if name not in surface and not name.startswith("_"):
                yield Published(f"{module.name}.{name}", ResolvedName(module, definition), listed=False)


def _borrowed(resolver: Resolver, title: str, module: Module) -> Iterator[Published]:
    """A module known by another name than its own, as `posixpath` is by `os.path`."""
    yield Published(title, ResolvedName(module), listed=True)
    for name, found in resolver.surface(module).items():
        if found.definition is not None:
            yield Published(f"{title}.{name}", found, listed=True)


def _preference(published: Published) -> tuple[int, bool, int, str]:
    title = published.title
    return title.count("."), not published.listed, len(title), title


def _is_private(dotted: str) -> bool:
    return any(part.startswith("_") for part in dotted.split("."))

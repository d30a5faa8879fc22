"""What a module's source says: its definitions, and where the other names in it come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["module", "class", "function", "method", "property", "package", "topic"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, function, method or property."""

    name: str
    kind: Kind
    signature: str
    doc: str
    line: int
    members: tuple["Definition", ...] = ()

    @property
    def summary(self) -> str:
        """The first paragraph of the docstring, on one line."""
        return " ".join(self.doc.partition("\n\n")[0].split())


@dataclass(frozen=True, slots=True)
class DefinitionOrigin:
    """Where an imported name comes from: a module, or `name` in it."""

    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed source file."""

    name: str
    path: Path
    is_package: bool
    doc: str = ""
    definitions: Mapping[str, Definition] = field(default_factory=lambda: MappingProxyType({}))
    imports: Mapping[str, DefinitionOrigin] = field(default_factory=lambda: MappingProxyType({}))
    stars: tuple[str, ...] = ()
    """Modules of which everything public was imported."""
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Names bound to another name, or to an attribute of one: `choice` to `Random.choice`."""
    exported: frozenset[str] | None = None
    """The names written down in `__all__`; None where there is no `__all__`."""
    exported_with: tuple[str, ...] = ()
    """Names of modules whose own `__all__` was added to this one's."""
    problem: str = ""
    """Why the source could not be read; empty where it could."""


def is_private(dotted: str) -> bool:
    """Some part of the name begins with an underscore."""
    return any(part.startswith("_") for part in dotted.split("."))

"""The groups of the index that a package name, as a user gives it, means."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from agentic_search.mcp_servers.python_docs.index.package import LIBRARY, STANDARD_LIBRARY, Package, normalise


class UnknownPackage(LookupError):
    """No such package is installed; the message names those that are spelt nearly so."""


def standard_groups(packages: Mapping[str, Package]) -> set[str]:
    """The groups of the standard library."""
    return {group for group, package in packages.items() if package.standard}


def groups_named(name: str, packages: Mapping[str, Package]) -> set[str]:
    """`stdlib`, a module of the standard library (also dotted), or a distribution in any spelling.

    Raises UnknownPackage.
    """
    if name.lower() in (STANDARD_LIBRARY, "python", "builtins"):
        return standard_groups(packages)
    top = name.partition(".")[0]
    for group in (LIBRARY + top, LIBRARY + top.lower(), normalise(name), normalise(top)):
        if group in packages:
            return {group}
    known = {package.name.lower(): package.name for package in packages.values()}
    near = get_close_matches(name.lower(), known, n=3)
    hint = f" Did you mean {' or '.join(repr(known[key]) for key in near)}?" if near else ""
    raise UnknownPackage(f"No package {name!r} is installed in this Python.{hint} list_packages names them all.")


def names_of(packages: Collection[Package]) -> list[str]:
    """What users call them, the standard library as one, in the order given."""
    return list(dict.fromkeys(STANDARD_LIBRARY if package.standard else package.name for package in packages))

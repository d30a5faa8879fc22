"""Reads a package and puts all its entries into the index: the work that worker processes do."""

from collections.abc import Iterator
from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry, Index
from agentic_search.mcp_servers.python_docs.index.entries import entries_of
from agentic_search.mcp_servers.python_docs.index.overview import overview_entry
from agentic_search.mcp_servers.python_docs.index.topics import topic_entries
from agentic_search.mcp_servers.python_docs.installed.files import distribution_modules, library_modules, library_tops
from agentic_search.mcp_servers.python_docs.installed.packages import LIBRARY, STANDARD_LIBRARY, TOPICS, Package
from agentic_search.mcp_servers.python_docs.source.publication import publish
from agentic_search.mcp_servers.python_docs.source.resolver import Resolver
from agentic_search.workers.ending import Ending, Returned
from agentic_search.workers.frames import Order

BEHIND_OTHERS = ("genericpath", "ntpath", "posixpath")
"""Modules that users know as part of another: `os.path`."""


def order_to_index(database: Path, package: Package) -> Order:
    """What to tell a worker process."""
    return Order(__name__, _read_in_worker.__name__, {"database": database, "package": package})


def _read_in_worker(database: Path, package: Package) -> Ending:
    index_package(database, package)
    return Returned(b"")


def index_package(database: Path, package: Package) -> None:
    """Read the package and make it a group of the index, unless another process has done so already.

    Raises sqlite3.Error where the index cannot be written to.
    """
    with Index(database) as index:
        if index.groups().get(package.group) != package.fingerprint:
            index.replace(package.group, package.fingerprint, read_package(package))


def read_package(package: Package) -> Iterator[Entry]:
    """Everything that is documented in the package, read from its source."""
    if package.group == TOPICS:
        yield from topic_entries(package.folder)
    elif package.standard:
        yield from _library_entries(package.folder, package.group.removeprefix(LIBRARY))
    else:
        yield overview_entry(package)
        modules = distribution_modules(package.folder)
        published = publish(Resolver(modules), modules)
        yield from entries_of(published, package=package.name, root=package.folder.parent)


def _library_entries(library: Path, top: str) -> Iterator[Entry]:
    """One module's, with the private modules at hand from which it takes part of what it publishes."""
    if top in BEHIND_OTHERS:
        return
    modules = library_modules(library, top)
    behind = [name for name in library_tops(library) if name.startswith("_") or name in BEHIND_OTHERS]
    paths = {name: library / f"{name}.py" for name in behind if (library / f"{name}.py").is_file()} | modules
    yield from entries_of(publish(Resolver(paths), modules), package=STANDARD_LIBRARY, root=library)

"""What there is to document: the standard library by top-level module, and each installed distribution.

Also what users call these packages.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from agentic_search.mcp_servers.python_docs.installed.files import library_tops

FORM = 2
"""Counts up when the same source gives other entries, so that every index is built again."""
LIBRARY = "python/"
TOPICS = "python/topics"
STANDARD_LIBRARY = "stdlib"
"""What users call all of its groups together."""

MOST_ASKED = (
    "asyncio", "pathlib", "json", "datetime", "re", "collections", "os", "subprocess", "logging", "argparse", "csv",
    "threading", "concurrent", "tempfile", "shutil", "functools", "dataclasses", "typing", "contextlib", "random",
    "urllib", "http", "unittest", "string", "enum", "decimal", "heapq", "queue", "multiprocessing", "inspect",
)  # fmt: skip


class UnknownPackage(LookupError):
    """No such package is installed; the message names those that are spelt nearly so."""


@dataclass(frozen=True, slots=True)
class Package:
    """A group of the index: what is read, and read again, as a whole."""

    group: str
    """`python/asyncio` for a module of the standard library, else the distribution's normalised name."""
    name: str
    version: str
    fingerprint: str
    """Another one means that the source may have changed."""
    folder: Path
    """The standard library's folder, or the distribution's metadata folder."""
    size: int = 0
    """Roughly how much there is to read; for the order only."""

    @property
    def standard(self) -> bool:
        """Belongs to Python itself."""
        return self.group.startswith(LIBRARY)


def survey(library: Path, search_path: Sequence[Path], version: str) -> list[Package]:
    """Everything there is, in the order in which it is worth reading: what is asked most first, then small first.

    Takes a few milliseconds: names and times of files are looked at, no content. Of two distributions with one name
    the first on the search path counts, as it does for `import`.
    """
    distributions: dict[str, Package] = {}
    for folder in search_path:
        for package in _distributions(folder):
            distributions.setdefault(package.group, package)
    return _standard_library(library, version) + sorted(distributions.values(), key=lambda package: package.size)


def normalise(name: str) -> str:
    """A distribution's name as all its spellings have in common: `typing_extensions` → `typing-extensions`."""
    return re.sub(r"[-_.]+", "-", name).lower()


def standard_groups(packages: Mapping[str, Package]) -> set[str]:
    """The groups of the standard library."""
    return {group for group, package in packages.items() if package.standard}


def groups_named(name: str, packages: Mapping[str, Package]) -> set[str]:
    """The groups that a user means: `stdlib`, a module of it (also dotted), or a distribution in any spelling.

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


def _standard_library(library: Path, version: str) -> list[Package]:
    tops = [top for top in library_tops(library) if not top.startswith("_")]
    ordered = sorted(tops, key=lambda top: MOST_ASKED.index(top) if top in MOST_ASKED else len(MOST_ASKED))
    fingerprint = f"{FORM} {version} {library}"
    groups = [*ordered[:1], "topics", *ordered[1:]] if tops else []
    return [Package(LIBRARY + name, name, version, fingerprint, library) for name in groups]


def _distributions(folder: Path) -> list[Package]:
    try:
        found = [path for path in folder.iterdir() if path.suffix in (".dist-info", ".egg-info") and path.is_dir()]
    except OSError:
        return []
    return [package for metadata in sorted(found) if (package := _distribution(metadata))]


def _distribution(metadata: Path) -> Package | None:
    """None for one that is just being installed or removed."""
    name, _, version = metadata.stem.partition("-")
    for file in ("RECORD", "METADATA", "PKG-INFO"):
        try:
            status = (metadata / file).stat()
        except OSError:
            continue
        version = version.partition("-py")[0]
        fingerprint = f"{FORM} {version} {status.st_mtime_ns} {status.st_size} {metadata}"
        return Package(normalise(name), name, version, fingerprint, metadata, status.st_size)
    return None

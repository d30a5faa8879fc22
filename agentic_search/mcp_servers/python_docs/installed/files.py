"""Finds the source files of the standard library and of installed distributions, by dotted module name."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

UNWANTED = frozenset({"tests", "test", "conftest", "setup", "_vendor", "_vendored", "vendored", "_bundled", "vendor"})
"""Tests, and other people's packages that a package carries inside."""

UNWANTED_LIBRARY = UNWANTED | {
    "antigravity", "encodings", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "this", "turtledemo",
}  # fmt: skip


def library_tops(library: Path) -> list[str]:
    """Names of the standard library's top-level modules and packages that are written in Python."""
    packages = {path.parent.name for path in library.glob("*/__init__.py")}
    names = packages | {path.stem for path in library.glob("*.py")}
    return sorted(name for name in names if name.isidentifier() and name not in UNWANTED_LIBRARY)


def library_modules(library: Path, top: str) -> dict[str, Path]:
    """The source files of one top-level module of the standard library."""
    return _below(library, _package_files(library, top))


def distribution_modules(metadata: Path) -> dict[str, Path]:
    """The source files of the distribution whose metadata folder this is, also of one installed as editable."""
    site = metadata.parent
    recorded = _recorded(metadata)
    if recorded is None:
        return _below(site, (path for top in _tops(metadata) for path in _package_files(site, top)))
    found = {name: site / file for name, file in modules_among(recorded).items()}
    for file in recorded:
        if file.endswith(".pth") and "/" not in file:
            for folder in _linked_folders(site / file):
                packages = (path.parent.name for path in folder.glob("*/__init__.py"))
                found |= _below(folder, (path for top in packages for path in _package_files(folder, top)))
    return found


def modules_among(files: Iterable[str]) -> dict[str, str]:
    """The files that are modules, by dotted name; a stub only where there is no source of that name."""
    found: dict[str, str] = {}
    for file in sorted(files, key=lambda file: (file.endswith(".pyi"), file)):
        path = PurePosixPath(file)
        parts = path.with_suffix("").parts
        if path.suffix in (".py", ".pyi") and all(part.isidentifier() for part in parts) and not _is_unwanted(parts):
            found.setdefault(".".join(parts[:-1] if parts[-1] == "__init__" else parts), file)
    found.pop("", None)
    return found


def _is_unwanted(parts: tuple[str, ...]) -> bool:
    return not UNWANTED.isdisjoint(parts) or parts[-1].startswith("test_") or parts[-1] == "__main__"


def _below(root: Path, paths: Iterable[Path]) -> dict[str, Path]:
    files = modules_among(path.relative_to(root).as_posix() for path in paths)
    return {name: root / file for name, file in files.items()}


def _recorded(metadata: Path) -> list[str] | None:
    """The distribution's files as its installer wrote them down, relative to its site; None where it did not."""
    try:
        text = (metadata / "RECORD").read_text("utf-8", "replace")
    except OSError:
        return None
    return [row[0] for row in csv.reader(text.splitlines()) if row]


def _tops(metadata: Path) -> list[str]:
    """Top-level names where there is no record: as written down, else the distribution's own name."""
    try:
        return (metadata / "top_level.txt").read_text("utf-8", "replace").split()
    except OSError:
        return [metadata.name.partition("-")[0]]


def _package_files(root: Path, top: str) -> Iterator[Path]:
    """Of a module that is one file, or of a package with all that is in it."""
    for suffix in (".py", ".pyi"):
        if (root / f"{top}{suffix}").is_file():
            yield root / f"{top}{suffix}"
        yield from (root / top).rglob(f"*{suffix}")


def _linked_folders(path_file: Path) -> list[Path]:
    """The folders that an editable installation's `.pth` file adds to the search path."""
    try:
        lines = path_file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [Path(line) for line in lines if line and not line.startswith(("#", "import")) and Path(line).is_dir()]

"""A picture of the sizes of the package's files, looked at in each review: `python -m tests.architecture.sizes`."""

import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "agentic_search"
LARGEST = 360
"""Lines; a longer file wants to be two."""


def python_files() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def main() -> None:
    """Print the packages, and the largest files."""
    sizes = {path: len(path.read_text().splitlines()) for path in python_files()}
    packages: dict[str, list[int]] = {}
    for path, lines in sizes.items():
        packages.setdefault(path.relative_to(PACKAGE).parts[0], []).append(lines)
    for package, lines in sorted(packages.items(), key=lambda item: -sum(item[1])):
        print(f"{sum(lines):6d} lines in {len(lines):3d} files, median {statistics.median(lines):4.0f}  {package}")
    for path in sorted(sizes, key=lambda path: -sizes[path])[:5]:
        print(f"{sizes[path]:6d} {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

"""The layout stays one that a newcomer can read: few files a folder, few tiny ones, short chains, one class a name."""

import io
import re
import tokenize
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.layout import PACKAGE, ROOT, classes, longest_chain, modules

MOST_FILES = 12
"""In a folder, `__init__.py` included."""
TINY = 30
"""Lines, below which a file ought to be part of another."""
MOST_TINY = 15
MOST_LINES = 70_000
"""21,000 was the aim for what the package could do before it took in other hosts' files, servers and models."""
LONGEST_CHAIN = 21
"""From a command of the terminal, which has the whole service below it."""
IGNORES = re.compile(r"#\s*(type: ignore|pyright: ignore|noqa|pragma)")
WITH_REASON = re.compile(
    r"#\s*(?:type: ignore\[[\w-]+\]|pyright: ignore\[\w+(?:, ?\w+)*\]|noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*) - \w"
)
SOURCES = sorted(
    path
    for folder in ("agentic_search", "tests", "benchmarks", "docker")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)


def lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_text().splitlines())


def test_no_folder_has_more_than_a_dozen_files() -> None:
    folders = Counter(path.parent for path in modules().values())
    assert not {str(folder.relative_to(ROOT)): count for folder, count in folders.items() if count > MOST_FILES}


def test_hardly_any_file_is_tiny() -> None:
    """But for migrations, which are a file each, however little they change."""
    files = [path for path in modules().values() if path.name != "__init__.py" and "migrations" not in path.parts]
    tiny = [path for path in files if lines(path) < TINY]
    assert len(tiny) <= MOST_TINY, [str(path.relative_to(PACKAGE)) for path in tiny]


def test_the_package_stays_small() -> None:
    assert sum(map(lines, modules().values())) <= MOST_LINES


def test_no_chain_of_imports_is_long() -> None:
    chain = longest_chain()
    assert len(chain) <= LONGEST_CHAIN, chain


def test_no_two_classes_have_one_name() -> None:
    assert not {name: where for name, where in classes().items() if len(where) > 1}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_silences_a_checker_carries_its_rule_and_a_reason(path: Path) -> None:
    comments = [
        token.string
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT and IGNORES.search(token.string)
    ]
    assert not [comment for comment in comments if not WITH_REASON.search(comment)]

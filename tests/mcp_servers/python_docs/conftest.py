"""Small Pythons with a running library, and an index of the real standard library, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.answers.ranking import KEYWORDS_WEIGHT, TITLE_WEIGHT
from agentic_search.mcp_servers.python_docs.index.reading import index_package
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter, this_interpreter
from tests.mcp_servers.python_docs.small_pythons import small_python


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    """A small Python of its own for each test."""
    return small_python(tmp_path / "python")


@pytest.fixture(scope="session")
def standard_index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index file of the running Python's standard library, without any distribution; about five seconds' work."""
    interpreter = this_interpreter([])
    path = tmp_path_factory.mktemp("standard") / interpreter.index_name
    with Index(path) as index:
        index.count()  # as long as one connection is open, closing another writes nothing back
        for package in interpreter.survey():
            index_package(path, package)
    return path


@pytest.fixture(scope="session")
def standard_index(standard_index_path: Path) -> Iterator[Index]:
    """The same, opened as the server opens it."""
    with Index(standard_index_path, title_weight=TITLE_WEIGHT, keywords_weight=KEYWORDS_WEIGHT) as index:
        yield index

"""Databases of tests: an SQLite file, one in memory, and Postgres, each empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress, database_address
from tests.support.postgres import RunningPostgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """One server for all tests here."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """An empty database of each kind."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    else:
        url = "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'kept.sqlite'}"
    return database_address(url, data=tmp_path)

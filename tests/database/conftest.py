"""Databases of tests: an SQLite file, one in memory, and Postgres, each empty."""

from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress, database_address


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """An empty database of each kind."""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    else:
        url = "memory:" if request.param == "memory" else f"sqlite:///{tmp_path / 'kept.sqlite'}"
    return database_address(url, data=tmp_path)

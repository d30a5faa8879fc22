"""Databases of tests: an SQLite file, one in memory, and Postgres, each empty."""

from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress, database_address


def new_database(kind: str, request: pytest.FixtureRequest, folder: Path) -> DatabaseAddress:
    """An empty one of the kind sqlite, memory or postgres."""
    if kind == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    else:
        url = "memory:" if kind == "memory" else f"sqlite:///{folder / 'kept.sqlite'}"
    return database_address(url, data=folder)


@pytest.fixture(params=["sqlite", "memory", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """An empty database of each kind."""
    return new_database(request.param, request, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"])
def lasting(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """An empty database of each kind that can be opened again."""
    return new_database(request.param, request, tmp_path)

"""Databases of each kind."""

from collections.abc import Iterator

import pytest

from tests.support.databases import address, lasting
from tests.support.postgres import RunningPostgres, running_postgres

__all__ = ["address", "lasting"]


@pytest.fixture
def own_postgres() -> Iterator[RunningPostgres]:
    """A server of the test's own, to be stopped and started."""
    with running_postgres() as server:
        yield server

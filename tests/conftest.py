"""What every test gets: asyncio as the backend, no network beyond this machine, and no deadline of hypothesis."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests.support.effort import cases
from tests.support.postgres import RunningPostgres, running_postgres

# How long an example takes says what else the machine does: tests run three at a time.
hypothesis.settings.register_profile("tests", deadline=None, max_examples=cases(100))
hypothesis.settings.load_profile("tests")

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The service runs on asyncio; so do its tests."""
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test does not put elsewhere is kept in a folder of this session, or in memory, and never in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENTIC_SEARCH_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("AGENTIC_SEARCH_DATABASE_URL", "memory:")
        yield


@pytest.fixture(scope="session")
def kept_indexes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache where the index of Python's documentation is built once, for all whom its building does not concern.

    The tests that run at the same time share it, as the services of a user do.
    """
    own = tmp_path_factory.getbasetemp()
    cache = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "kept-indexes"
    cache.mkdir(exist_ok=True)
    return str(cache)


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """One server for all tests of a session."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def own_postgres() -> Iterator[RunningPostgres]:
    """A server of the test's own, to be stopped and started."""
    with running_postgres() as server:
        yield server


@pytest.fixture(autouse=True)
def no_outgoing_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection to any other machine is refused at once, with a reason."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise ConnectionRefusedError(f"tests reach no other machine: {address!r}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield

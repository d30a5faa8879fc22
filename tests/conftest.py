"""What every test gets: asyncio as the backend, and no network beyond this machine."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The service runs on asyncio; so do its tests."""
    return "asyncio"


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

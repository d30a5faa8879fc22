"""Connections that threads borrow, and what becomes of them when the index is given back."""

import sqlite3
from pathlib import Path

import pytest

from agentic_search.mcp_servers.fulltext.connections import Connections


def test_a_connection_that_is_lent_while_all_are_closed_is_closed_when_it_comes_back(tmp_path: Path) -> None:
    connections = Connections(tmp_path / "index.sqlite3")
    with connections.lend() as before:
        connections.close()
        assert before.execute("SELECT count(*) FROM entry").fetchone() == (0,)
    with connections.lend() as afterwards:
        assert afterwards.execute("SELECT count(*) FROM entry").fetchone() == (0,)
    for connection in (before, afterwards):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")

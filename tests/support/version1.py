"""A database as a killed service of version 1 of its tables left it; its rows are in version1.jsonl.

The code of then wrote them: a conversation of two runs, of which one failed in part, and that was renamed; a run in
German; one that was deleted; one that was killed while a tool was called that may change something; one that waited.
"""

import base64
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from agentic_search.database.address import DatabaseAddress
from agentic_search.database.migrating import MIGRATIONS
from agentic_search.database.postgres import postgres_engine
from agentic_search.database.sqlite import hold_file, sqlite_engine

LAMP = "cef1ebb8cfb546028d6f32bce4e2d031"
BIG_LAMP = "4bbc632fc78c4dd0b9b60dca116e2720"
GERMAN = "734ad16bdfd148b48cbe25a14e0f18d7"
DELETED = "d537f99a35f2400cb4760938abdf4166"
KILLED = "e7b123f7b61244e88850adb0081d13fe"
WAITED = "a6453c09c60b4163a3422d5247594f26"
LAMPS = "850ec199172a4cedb09e29a7b26af5a2"
"""The conversation of the first two."""


def write_version1(address: DatabaseAddress) -> None:
    """Make the tables of version 1 in an empty database, and fill them."""
    engine = _engine(address)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "1")
        for table, rows in _rows().items():
            _insert(connection, table, rows)
        if connection.dialect.name == "postgresql":
            number = "pg_get_serial_sequence('history_runs', 'number')"
            connection.execute(text(f"SELECT setval({number}, max(number)) FROM history_runs"))
    engine.dispose()


def _engine(address: DatabaseAddress) -> Engine:
    if address.file is None:
        return postgres_engine(address)
    hold_file(address.file).release()
    return sqlite_engine(address.file)


def _rows() -> dict[str, list[dict[str, Any]]]:
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line, object_hook=_binary)
        rows[row.pop("table")].append(row)
    return rows


def _binary(value: dict[str, str]) -> bytes | dict[str, str]:
    return base64.b64decode(value["base64"]) if "base64" in value else value


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    values = [f":{name}" for name in names]
    if table == "history_words" and connection.dialect.name == "postgresql":
        names, values = ["run", "words"], [":rowid", "array_to_tsvector(CAST(:words AS text[]))"]
        rows = [{**row, "words": sorted(set(row["words"].split()))} for row in rows]
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(values)})"
    connection.execute(text(statement), rows)

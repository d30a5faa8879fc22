"""Copies all that one database keeps into another, empty one: from an SQLite file into Postgres, or back.

    python -m agentic_search.database.copying sqlite:///path postgresql://user@host/database

Every table that both have is copied as it is, in one transaction of the new database; the old one is left as it is.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text

from agentic_search.database import tables
from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import Database, open_database
from agentic_search.database.migrating import VERSION_TABLE
from agentic_search.database.postgres import APPLICATION, wait_for_process
from agentic_search.errors import ConfigurationError, StorageFailed
from agentic_search.text.counting import count

_LEFT_OUT = {VERSION_TABLE, "shared_rates", tables.words.name}
"""What each database has for itself; the words, which each has in a form of its own, are copied apart."""
_MOST_ROWS = 500
_MOST_BYTES = 8 * 1024 * 1024
"""Of one batch, about."""

_WORDS = {
    "sqlite": text("SELECT rowid AS run, words FROM history_words ORDER BY rowid"),
    "postgresql": text("SELECT run, tsvector_to_array(words) AS words FROM history_words ORDER BY run"),
}
_ADD_WORDS = {"sqlite": text("INSERT INTO history_words (rowid, words) VALUES (:run, :words)")}
_ADD_WORDS["postgresql"] = tables.ADD_WORDS

_Row = dict[str, Any]


def copy_database(source: Database, target: Database, tell: Callable[[str], None]) -> None:
    """Copy all rows; `tell` is given a line for each table. Blocking.

    Raises ConfigurationError, and changes nothing, where the target is not empty or a service runs on one of them.
    """
    with source.transaction() as reading, target.transaction() as writing:
        for database, connection in ((source, reading), (target, writing)):
            _refuse_service(database, connection)
            if not database.is_sqlite:
                wait_for_process(connection)
        pairs = _tables(reading, writing)
        if not target.is_sqlite:  # SQLite's file is ours alone
            names = ", ".join(table.name for _, table in pairs)
            writing.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
        _refuse_rows(target, writing, [table for _, table in pairs])
        for old, new in pairs:
            rows = reading.execution_options(yield_per=_MOST_ROWS).execute(select(old)).mappings()
            copied = _write(writing, insert(new), map(dict, rows))
            _count_on(writing, new)
            tell(f"{new.name}: {count(copied, 'row')}")
        words = reading.execution_options(yield_per=_MOST_ROWS).execute(_WORDS[reading.dialect.name]).mappings()
        copied = _write(writing, _ADD_WORDS[writing.dialect.name], _words(words, writing.dialect.name))
        tell(f"{tables.words.name}: {count(copied, 'row')}")
        tell(_result(source, target, writing))


def _refuse_service(database: Database, connection: Connection) -> None:
    """Of SQLite's file a lock says that nobody else has it open."""
    if database.is_sqlite:
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = :ours"
        " AND pid <> pg_backend_pid()"
    )
    if found := connection.execute(others, {"ours": APPLICATION}).scalar_one():
        raise ConfigurationError(
            f"A service runs on {database.address.name} ({count(found, 'connection')}): stop it, then copy."
        )


def _tables(source: Connection, target: Connection) -> list[tuple[Table, Table]]:
    """The tables that both have, as each has them; those that others refer to in front."""
    common = {*inspect(source).get_table_names()} & {*inspect(target).get_table_names()} - _LEFT_OUT
    names = sorted(name for name in common if not name.startswith(f"{tables.words.name}_"))  # what SQLite's index is of
    old, new = MetaData(), MetaData()
    old.reflect(source, only=names)
    new.reflect(target, only=names)
    return [(old.tables[table.name], table) for table in new.sorted_tables]


def _refuse_rows(database: Database, connection: Connection, new: Sequence[Table]) -> None:
    for table in new:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise ConfigurationError(
                f"{database.address.name} is not empty, {table.name} has rows: name a new, empty database."
            )


def _write(connection: Connection, statement: Any, rows: Iterable[_Row]) -> int:
    """Write rows, some at a time; gives how many."""
    written = 0
    for batch in _batches(rows):
        connection.execute(statement, batch)
        written += len(batch)
    return written


def _batches(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    batch: list[_Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, bytes))
        if len(batch) >= _MOST_ROWS or size >= _MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _words(rows: Iterable[Any], dialect: str) -> Iterator[_Row]:
    for row in rows:
        found: list[str] = row["words"].split() if isinstance(row["words"], str) else row["words"]
        yield {"run": row["run"], "words": " ".join(found) if dialect == "sqlite" else sorted({*found})}


def _count_on(connection: Connection, table: Table) -> None:
    """Have Postgres number new rows behind those that were copied; SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key.columns:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        if connection.execute(select(sequence)).scalar() is None:
            continue
        if last := connection.execute(select(func.max(column))).scalar():
            connection.execute(select(func.setval(sequence, last)))


def _result(source: Database, target: Database, connection: Connection) -> str:
    c = tables.runs.c
    runs, ended = connection.execute(select(func.count(c.number), func.count(c.ended_at))).one()
    threads = connection.execute(select(func.count(tables.threads.c.id))).scalar_one()
    unfinished = f", {runs - ended} of them unfinished: they go on when a service starts there" if runs > ended else ""
    return (
        f"{count(runs, 'run')} in {count(threads, 'conversation')} are copied from {source.address.name} to"
        f" {target.address.name}{unfinished}. Start no service on the old one any more."
    )


def _copy(source: str, target: str) -> None:
    old, new = _address(source), _address(target)
    if old == new:
        raise ConfigurationError(f"Both are {old.name}: name a new, empty database as the second.")
    if old.file is not None and not old.file.exists():
        raise ConfigurationError(f"There is no file {old.file}: name the database that is to be copied.")
    with closing(open_database(old)) as from_here, closing(open_database(new)) as to_there:
        copy_database(from_here, to_there, _tell)


def _address(url: str) -> DatabaseAddress:
    address = database_address(url, data=Path())
    if not url or (address.file is None and address.postgres is None):
        raise ConfigurationError("Name two databases that last: sqlite:///path and postgresql://user@host/database.")
    return address


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Copy what the command line says. Exit status 2: something must be corrected first; 1: it failed on the way."""
    parser = argparse.ArgumentParser(
        prog="python -m agentic_search.database.copying",
        description="Copy all runs, conversations and standing questions from one database into another, empty one.",
    )
    parser.add_argument("source", help="what is copied: sqlite:///path or postgresql://user:password@host/database")
    parser.add_argument("target", help="the new, empty database, in one of the same forms")
    given = parser.parse_args(arguments)
    try:
        _copy(given.source, given.target)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    except StorageFailed as error:
        sys.stderr.write(f"{error} Nothing was copied.\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

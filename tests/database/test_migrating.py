"""A database has the newest tables when it is open, and one of a newer version is left as it is."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import open_database
from agentic_search.database.migrating import MIGRATIONS, NEWEST, VERSION_TABLE, upgrade
from agentic_search.database.sqlite import memory_engine
from agentic_search.errors import ConfigurationError, StorageFailed
from tests.support.postgres import RunningPostgres


def tables(connection: Connection) -> set[str]:
    """The names of those that are ours."""
    return {name for name in inspect(connection).get_table_names() if name.startswith(("history_", "agentic_"))}


def test_an_empty_database_gets_all_tables(address: DatabaseAddress) -> None:
    with closing(open_database(address)) as database, database.transaction() as connection:
        assert {"history_runs", "history_threads", "agentic_search_version"} <= tables(connection)


def test_what_a_transaction_wrote_is_undone_as_a_whole(address: DatabaseAddress) -> None:
    with closing(open_database(address)) as database:
        insert = "INSERT INTO history_results (hash, packed) VALUES ('a', 'b')"
        with pytest.raises(StorageFailed, match="cannot be used"), database.transaction() as connection:
            connection.exec_driver_sql(insert)
            connection.exec_driver_sql("INSERT INTO no_such_table VALUES (1)")
        with database.transaction() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM history_results").scalar() == 0


def test_what_is_in_it_is_there_when_it_is_opened_again(lasting: DatabaseAddress) -> None:
    with closing(open_database(lasting)) as database, database.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO history_results (hash, packed) VALUES ('a', 'b')")
    with closing(open_database(lasting)) as database, database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM history_results").scalar() == 1


def test_one_of_a_newer_version_is_left_as_it_is(lasting: DatabaseAddress) -> None:
    with closing(open_database(lasting)) as database, database.transaction() as connection:
        connection.exec_driver_sql("UPDATE agentic_search_version SET version_num = 'of-the-future'")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="newer version") as caught:
            open_database(lasting)
        assert lasting.name in str(caught.value) and "AGENTIC_SEARCH_DATABASE_URL" in str(caught.value)


def test_the_names_of_the_migrations_say_their_versions() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    versions = {script.revision: Path(script.path).name.partition("_")[0] for script in scripts.walk_revisions()}
    assert versions and all(name == f"v{revision}" for revision, name in versions.items())
    assert scripts.get_current_head() == max(versions, key=int)


def test_an_empty_sqlite_gets_at_once_what_the_migrations_make() -> None:
    engine = memory_engine()
    with engine.begin() as connection:
        upgrade(connection)
        kept = "sql NOT NULL AND name NOT LIKE 'history_words_%'"
        select = f"SELECT sql FROM sqlite_master WHERE {kept} ORDER BY type DESC, name"
        made = [" ".join(sql.split()) for (sql,) in connection.exec_driver_sql(select)]
        version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    engine.dispose()
    expected = "\n".join([*made, f"INSERT INTO {VERSION_TABLE} VALUES ('{version}')", ""])
    assert NEWEST.read_text() == expected, f"{NEWEST} has to be:\n{expected}"


def test_services_that_start_at_once_make_the_tables_once(postgres: RunningPostgres) -> None:
    address = database_address(postgres.new_database(), data=Path())
    with ThreadPoolExecutor(4) as threads:
        for opened in [threads.submit(open_database, address) for _ in range(4)]:
            opened.result().close()

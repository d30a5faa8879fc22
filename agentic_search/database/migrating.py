"""Brings the tables of a database up to the newest version, by alembic's migrations beside this file.

Most starts find the newest version, and an empty SQLite gets it at once (`newest.sql`): alembic, which takes 0.2 s
and 12 MB, is imported only where tables change.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from agentic_search.database.address import SETTING
from agentic_search.database.postgres import wait_for_process
from agentic_search.errors import ConfigurationError

VERSION_TABLE = "agentic_search_version"
MIGRATIONS = Path(__file__).parent / "migrations"
"""With a file `versions/v2_what_it_does.py` each."""
NEWEST = MIGRATIONS / "newest.sql"
"""What the migrations make of an empty SQLite, a statement a line."""
_LOCK = 0x41534B52
"""Of Postgres: two services that start at once migrate one after the other."""


def migrate(engine: Engine, name: str) -> None:
    """Make the tables, or change those of an earlier version; all of it or nothing.

    Raises ConfigurationError for a database of a newer version; it is left as it is. `name`: the database's.
    """
    with engine.connect() as connection:
        found = _version(connection)
    versions = [path.stem.removeprefix("v").partition("_")[0] for path in MIGRATIONS.glob("versions/v*.py")]
    if found == max(versions, key=int):
        return
    if found not in {None, *versions}:
        raise ConfigurationError(
            f"{name} was written by a newer version of this service: install that, or set {SETTING} to another one."
        )
    with engine.begin() as connection:
        _begin(connection)
        if found is None and connection.dialect.name == "sqlite":
            for statement in NEWEST.read_text().splitlines():
                connection.exec_driver_sql(statement)
        else:
            upgrade(connection)


def _version(connection: Connection) -> str | None:
    """Of the tables that there are; None for none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def upgrade(connection: Connection) -> None:
    """Carry out the migrations that are missing, in the transaction that is open."""
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _begin(connection: Connection) -> None:
    """Have what follows wait for other writers, and be undone as a whole; Python's module does not for DDL."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        wait_for_process(connection)
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

"""Brings the tables of a database up to the newest version, by alembic's migrations beside this file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from agentic_search.database.address import SETTING
from agentic_search.errors import ConfigurationError

VERSION_TABLE = "agentic_search_version"
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x41534B52
"""Of Postgres: two services that start at once migrate one after the other."""


def migrate(engine: Engine, name: str) -> None:
    """Make the tables, or change those of an earlier version; all of it or nothing.

    Raises ConfigurationError for a database of a newer version; it is left as it is. `name`: the database's.
    """
    with engine.connect() as connection:
        found = _version(connection)
    scripts = ScriptDirectory(str(_MIGRATIONS))
    if found == scripts.get_current_head():
        return
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise ConfigurationError(
            f"{name} was written by a newer version of this service: install that, or set {SETTING} to another one."
        )
    with engine.begin() as connection:
        _begin(connection)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(connection: Connection) -> str | None:
    """Of the tables that there are; None for none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant


def _begin(connection: Connection) -> None:
    """Have what follows wait for other writers, and be undone as a whole; Python's module does not for DDL."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

"""The open database: what everything that is kept uses, from threads, for it blocks."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from agentic_search.database.address import DatabaseAddress
from agentic_search.database.migrating import migrate
from agentic_search.database.postgres import postgres_engine
from agentic_search.database.sqlite import hold_file, memory_engine, sqlite_engine, why_unusable
from agentic_search.errors import ConfigurationError, StorageFailed


@dataclass(frozen=True, slots=True)
class Database:
    """A database with its tables, until it is closed; any thread may use it."""

    address: DatabaseAddress
    engine: Engine = field(repr=False)
    """Of SQLite there is one connection, that all share: more are slower, for they wait for each other's locks."""
    _held: ExitStack = field(repr=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is SQLite, in a file or in memory."""
        return self.address.postgres is None

    @property
    def is_lasting(self) -> bool:
        """Whether it outlives the process."""
        return self.address.postgres is not None or self.address.file is not None

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """All that the block writes, or nothing; blocking. Raises StorageFailed, which names the database."""
        with self.told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def told(self) -> Generator[None]:
        """What the database says against something that the block does is raised as StorageFailed."""
        try:
            yield
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            reason = self.address.without_secrets(" ".join(str(cause).split())).rstrip(".")
            raise StorageFailed(f"{self.address.name} cannot be used: {reason}.") from error

    def close(self) -> None:
        """Close its connections, and let other processes have it."""
        self._held.close()


def open_database(address: DatabaseAddress) -> Database:
    """Open it, made if need be, with its tables up to date; blocking.

    Raises ConfigurationError where another process has the file, it is no database of ours or a newer one, cannot be
    written, or Postgres is not there.
    """
    with ExitStack() as held:
        engine = _engine(address, held)
        held.callback(engine.dispose)
        try:
            migrate(engine, address.name)
        except DBAPIError as error:
            raise ConfigurationError(why_unusable(address, error)) from error
        return Database(address, engine, held.pop_all())


def _engine(address: DatabaseAddress, held: ExitStack) -> Engine:
    if address.postgres is not None:
        return postgres_engine(address)
    if address.file is None:
        return memory_engine()
    held.callback(hold_file(address.file).release)
    return sqlite_engine(address.file)

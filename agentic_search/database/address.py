"""Reads AGENTIC_SEARCH_DATABASE_URL: which database it is, and a name for it in messages that holds no secret."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from agentic_search.errors import ConfigurationError

SETTING = "AGENTIC_SEARCH_DATABASE_URL"
IN_MEMORY = "memory:"
_FILE_NAME = "runs.sqlite"
_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://", "postgresql+psycopg://")
_FORMS = f"write {_SQLITE}path with the path of a file, postgresql://user:password@host/database, or {IN_MEMORY}"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is: in a file, at `postgres`, or in memory where it is neither."""

    file: Path | None = None
    postgres: URL | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """For people: the file, or host, port and database; never a password."""
        if self.postgres is not None:
            host, port = self.postgres.host or "this machine", self.postgres.port or 5432
            return f"Postgres at {host}:{port}/{self.postgres.database or ''}"
        return IN_MEMORY if self.file is None else str(self.file)

    def without_secrets(self, text: str) -> str:
        """What a driver says, without what stands in the URL beside host and database."""
        if self.postgres is not None:
            query = self.postgres.query.values()
            values = [each for value in query for each in ([value] if isinstance(value, str) else value)]
            for secret in (self.postgres.password, *values):
                text = text.replace(secret, "***") if secret else text
        return text


def database_address(url: str, *, data: Path) -> DatabaseAddress:
    """Where an URL points; an empty one is a file in the folder `data`. Raises ConfigurationError, without the URL."""
    if not url:
        return DatabaseAddress(data.expanduser() / _FILE_NAME)
    if url == IN_MEMORY:
        return DatabaseAddress()
    if url.startswith(_SQLITE):
        return DatabaseAddress(_path(url.removeprefix(_SQLITE)))
    if url.startswith(_POSTGRES):
        return DatabaseAddress(postgres=_postgres(url))
    raise ConfigurationError(f"{SETTING} is in no form that is known: {_FORMS}.")


def _path(written: str) -> Path:
    path = unquote(written.partition("?")[0])
    if not path.strip("/. ") or path.endswith("/") or "\0" in path:
        raise ConfigurationError(f"{SETTING} names no file after {_SQLITE}: {_FORMS}.")
    return Path(path).expanduser()


def _postgres(url: str) -> URL:
    try:
        read = make_url(url).set(drivername="postgresql+psycopg")
    except (ArgumentError, ValueError):
        # Without what was raised: its text holds the whole URL.
        raise ConfigurationError(f"{SETTING} cannot be read as an URL: {_FORMS}.") from None
    if not read.database:
        raise ConfigurationError(f"{SETTING} names no database: {_FORMS}.")
    return read

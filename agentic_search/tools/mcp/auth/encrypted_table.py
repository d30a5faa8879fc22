"""What is kept of sign-ins in the Postgres that several processes share, encrypted with a key that all make alike."""

import logging
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Connection, TextClause, text

from agentic_search.database.database import Database
from agentic_search.database.notices import SIGN_INS, tell
from agentic_search.errors import StorageFailed
from agentic_search.tools.mcp.auth.encrypted_folder import key_of

logger = logging.getLogger(__name__)

_Given = TypeVar("_Given")

_READ = text("SELECT content FROM sign_ins WHERE server = :server")
_WRITE = text(
    "INSERT INTO sign_ins (server, content) VALUES (:server, :content)"
    " ON CONFLICT (server) DO UPDATE SET content = excluded.content"
)
_DELETE = text("DELETE FROM sign_ins WHERE server = :server")


class EncryptedTable:
    """Reads, writes and deletes rows by name; blocking. Every process with the passphrase can read them."""

    is_shared = True
    """All processes have them."""

    def __init__(self, database: Database, *, passphrase: str) -> None:
        """`database` is a Postgres."""
        self._database = database
        self._passphrase = passphrase
        self._unreadable: dict[str, bytes] = {}
        """Rows of which it was said that they cannot be read: they are read again and again."""

    @cached_property
    def _cipher(self) -> Fernet:
        return Fernet(key_of(self._passphrase))

    def read(self, name: str) -> bytes | None:
        """The content; None where there is none, or none that this key decrypts. Raises OSError."""
        content = self._in_transaction(lambda connection: connection.execute(_READ, {"server": name}).scalar())
        if content is None:
            return None
        try:
            return self._cipher.decrypt(content)
        except InvalidToken:
            if self._unreadable.get(name) != content:
                self._unreadable[name] = content
                logger.warning(
                    "the sign-in at %s in %s cannot be read and is not used: it was encrypted with another"
                    " AGENTIC_SEARCH_SECRET_KEY, which has to be the same for all processes",
                    name,
                    self._database.address.name,
                )
            return None

    def write(self, name: str, content: bytes) -> None:
        """Put this in the place of what was there; raises OSError."""
        self._change(_WRITE, server=name, content=self._cipher.encrypt(content))

    def delete(self, name: str) -> None:
        """Do away with it, if it is there; raises OSError."""
        self._change(_DELETE, server=name)

    def _change(self, statement: TextClause, **given: object) -> None:
        def change(connection: Connection) -> None:
            connection.execute(statement, given)
            tell(connection, [SIGN_INS])

        self._in_transaction(change)

    def _in_transaction(self, work: Callable[[Connection], _Given]) -> _Given:
        try:
            with self._database.transaction() as connection:
                return work(connection)
        except StorageFailed as error:
            raise OSError(str(error)) from error

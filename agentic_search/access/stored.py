"""The rows of keys, sign-ins and the audit log. Blocking; each function works in the transaction that it is given."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from agentic_search.access.audit import AuditEntry, AuditPage
from agentic_search.access.keys import Key
from agentic_search.database.access_tables import audit, keys, sessions
from agentic_search.database.schedule_tables import schedules
from agentic_search.database.tables import storable
from agentic_search.errors import NotFound, RequestError
from agentic_search.setting_values.scopes import SCOPES, Scope

_OF_KEY = [keys.c[name] for name in ("id", "hash", "name", "scopes", "rate", "max_runs", "created_at", "revoked_at")]
_OF_ENTRY = [audit.c[name] for name in AuditEntry.model_fields]


class BrowserSession(NamedTuple):
    """A browser that is signed in."""

    hash: bytes
    caller: str
    name: str
    scopes: frozenset[Scope] | None
    """Of somebody of a provider of identities; a key has its own."""
    expires_at: float


def any_key(connection: Connection) -> bool:
    """Whether a key was ever made: from then on one is needed, also where all are revoked."""
    return connection.execute(select(keys.c.id).limit(1)).first() is not None


def add_key(connection: Connection, key: Key) -> None:
    """Keep a new key."""
    row = {name: getattr(key, name) for name in ("id", "hash", "rate", "max_runs", "created_at")}
    connection.execute(insert(keys), [{**row, "name": storable(key.name), "scopes": _written(key.scopes)}])


def key_of(connection: Connection, key_id: str) -> Key | None:
    """The key of an id, also one that is revoked."""
    for row in connection.execute(select(*_OF_KEY).where(keys.c.id == storable(key_id))):
        return _key(row)
    return None


def all_keys(connection: Connection) -> list[Key]:
    """All, those made last first."""
    rows = connection.execute(select(*_OF_KEY).order_by(keys.c.created_at.desc(), keys.c.id))
    return [_key(row) for row in rows]


def revoke(connection: Connection, key_id: str, now: str) -> Key:
    """Let a key be used no more: its browsers are signed out, its standing questions rest. Raises NotFound."""
    held = keys.c.id == storable(key_id), keys.c.revoked_at.is_(None)
    connection.execute(update(keys).where(*held).values(revoked_at=now))
    connection.execute(delete(sessions).where(sessions.c.caller == storable(key_id)))
    connection.execute(update(schedules).where(schedules.c.asked_by == storable(key_id)).values(paused=True))
    key = key_of(connection, key_id)
    if key is None:
        raise NotFound(f"There is no key {key_id!r} that was made here: GET /keys lists those that there are.")
    return key


def open_session(connection: Connection, session: BrowserSession, *, drop_before: float) -> None:
    """Keep a sign-in, and drop those that were over before that."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < drop_before))
    scopes = None if session.scopes is None else _written(session.scopes)
    row = {**session._asdict(), "caller": storable(session.caller), "name": storable(session.name), "scopes": scopes}
    connection.execute(insert(sessions), [row])


def session_of(connection: Connection, hash_: bytes, now: float) -> BrowserSession | None:
    """The sign-in of this hash, while it lasts."""
    c = sessions.c
    chosen = select(c.hash, c.caller, c.name, c.scopes, c.expires_at).where(c.hash == hash_, c.expires_at > now)
    for row in connection.execute(chosen):
        return BrowserSession(
            row.hash, row.caller, row.name, None if row.scopes is None else _read(row.scopes), row.expires_at
        )
    return None


def close_session(connection: Connection, hash_: bytes, now: float) -> None:
    """Sign a browser out."""
    c = sessions.c
    connection.execute(update(sessions).where(c.hash == hash_, c.expires_at > now).values(expires_at=now))


def last_scopes(connection: Connection, caller: str, *, since: float) -> frozenset[Scope]:
    """What somebody might do whose last sign-in was not over before that; nothing where it was."""
    c = sessions.c
    chosen = select(c.scopes).where(c.caller == storable(caller), c.expires_at >= since, c.scopes.is_not(None))
    row = connection.execute(chosen.order_by(c.expires_at.desc()).limit(1)).first()
    return frozenset() if row is None else _read(row.scopes)


def add_entries(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Add to the audit log."""
    rows = [entry.model_dump(exclude={"number"}) for entry in entries]
    connection.execute(
        insert(audit), [{name: storable(it) if isinstance(it, str) else it for name, it in row.items()} for row in rows]
    )


def entries(connection: Connection, *, limit: int, cursor: str | None) -> AuditPage:
    """Some of the audit log, newest first. Raises RequestError for a cursor that is none."""
    chosen = select(*_OF_ENTRY).order_by(audit.c.number.desc()).limit(limit + 1)
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
            raise RequestError(f"The cursor {cursor!r} names no place in the log; begin again without one.")
        chosen = chosen.where(audit.c.number < int(cursor))
    rows = connection.execute(chosen).mappings().all()
    found = tuple(AuditEntry.model_validate(dict(row)) for row in rows[:limit])
    return AuditPage(entries=found, next_cursor=str(found[-1].number) if len(rows) > limit else None)


def _key(row: Sequence[object]) -> Key:
    key_id, hash_, name, scopes, *rest = row
    return Key(key_id, hash_, name, _read(str(scopes)), *rest)  # type: ignore[arg-type] - a row has no types


def _written(scopes: frozenset[Scope]) -> str:
    return " ".join(sorted(scopes))


def _read(text: str) -> frozenset[Scope]:
    """Those that there are; another version may know more."""
    given = text.split()
    return frozenset(scope for scope in SCOPES if scope in given)

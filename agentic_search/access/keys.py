"""Keys: how they are made, read and compared, and what is told of them.

A key is a long random text that nobody chooses or remembers. So SHA-256 is enough to keep it by: what makes the hash of
a password slow stands against guessing, and 256 random bits cannot be guessed. Every request would pay for it.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated

from pydantic import Field

from agentic_search.access.caller import Caller
from agentic_search.domain.data import Frozen
from agentic_search.setting_values.scopes import USUAL_RATE, USUAL_RUNS, Scope
from agentic_search.setting_values.tables import ConfiguredKey

_PREFIX = "ask"
"""Begins each key, so that scanners for leaked secrets can tell one."""
_ID_BYTES, _SECRET_BYTES = 6, 32
LONGEST = 200
"""Characters of a key, or of a session's name in a cookie."""

KeyName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S", examples=["the lab's notebook"])]
KeyScopes = Annotated[frozenset[Scope], Field(min_length=1, examples=[["search", "read"]])]
Requests = Annotated[int, Field(ge=1, le=1_000_000)]
Runs = Annotated[int, Field(ge=1, le=1_000_000)]
_USUAL_SCOPES: frozenset[Scope] = frozenset({"search", "read"})


class KeyRequest(Frozen):
    """The body of POST /keys."""

    name: KeyName
    """Whose it is, or what for: the audit log names it so."""
    scopes: KeyScopes = _USUAL_SCOPES
    """What may be done with it: search, read, approve, admin."""
    rate: Requests = USUAL_RATE
    """Requests a minute; as many may come at once."""
    max_runs: Runs = USUAL_RUNS
    """Runs of it that have not ended, at most."""


class KeyReport(Frozen):
    """One key, without the key."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    rate: int
    max_runs: int
    created_at: str | None
    """ISO 8601, UTC; null for a key of the settings."""
    revoked_at: str | None = None
    """When it was revoked; null while it may be used."""


class NewKey(KeyReport):
    """A key that was just made."""

    key: str
    """The key itself: shown here once, and kept nowhere."""


class KeyList(Frozen):
    """All keys, those made last first; those of the settings in front."""

    keys: tuple[KeyReport, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key, as it is kept."""

    id: str
    hash: bytes = field(repr=False)
    name: str
    scopes: frozenset[Scope]
    rate: int
    max_runs: int
    created_at: str | None = None
    revoked_at: str | None = None

    @property
    def caller(self) -> Caller:
        """Who uses it."""
        return Caller(self.id, self.name, self.scopes, self.max_runs, self.rate)

    @property
    def report(self) -> KeyReport:
        """What is told of it."""
        names = ("id", "name", "rate", "max_runs", "created_at", "revoked_at")
        return KeyReport(scopes=tuple(sorted(self.scopes)), **{name: getattr(self, name) for name in names})


def hashed(secret: str) -> bytes:
    """What is kept of a key, and of a session's name."""
    return sha256(secret.encode()).digest()


def new_key(asked: KeyRequest, *, created_at: str) -> tuple[Key, str]:
    """A key and its text; the text begins with the key's id, by which its row is found."""
    key_id = secrets.token_hex(_ID_BYTES)
    text = f"{_PREFIX}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return Key(key_id, hashed(text), asked.name, asked.scopes, asked.rate, asked.max_runs, created_at), text


def id_in(text: str) -> str | None:
    """The id in a key of ours; None for another form."""
    prefix, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    return key_id if prefix == _PREFIX and secret else None


def fits(key: Key, text: str) -> bool:
    """Whether it is this key, in a time that does not depend on how much of it is right."""
    return compare_digest(key.hash, hashed(text))


def configured_keys(given: Mapping[str, ConfiguredKey]) -> tuple[Key, ...]:
    """Those of the settings, by their names."""
    return tuple(
        Key(f"setting:{name}", hashed(one.key.get_secret_value()), name, one.scopes, one.rate, one.max_runs)
        for name, one in given.items()
    )


def fitting(keys: Iterable[Key], text: str) -> Key | None:
    """The one of these that it is; all are compared, so that the time tells nothing."""
    found: Key | None = None
    for key in keys:
        found = key if fits(key, text) else found
    return found

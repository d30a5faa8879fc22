"""Who may use the service: keys that are made, listed and revoked; browsers that sign in; and what all of them did."""

import asyncio
import logging
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from math import ceil
from types import TracebackType
from typing import Self

from cachetools import TTLCache

from agentic_search.access import keys, stored
from agentic_search.access.audit import AuditLog, AuditPage
from agentic_search.access.caller import Caller
from agentic_search.access.identities.pending import LIFETIME
from agentic_search.access.identities.provider import IdentityProvider
from agentic_search.access.identities.rules import ID
from agentic_search.access.keys import Key, KeyReport, KeyRequest, NewKey
from agentic_search.access.open_requests import OpenRequests
from agentic_search.access.rates import MOST_OPEN, Meters
from agentic_search.access.stored import BrowserSession
from agentic_search.clock import Clock
from agentic_search.database.database import Database
from agentic_search.database.rows import Rows
from agentic_search.errors import (
    ConfigurationError,
    Forbidden,
    StorageFailed,
    TooManyRequests,
    Unauthenticated,
    WrongState,
)
from agentic_search.setting_values.scopes import USUAL_RATE, USUAL_RUNS
from agentic_search.setting_values.tables import ConfiguredKey

SESSION_SECONDS = 7 * 86_400
"""How long a browser stays signed in."""
VOUCHED_SECONDS = 86_400
"""How long after a provider of identities has vouched for its person, who may have left since."""
_SEEN_SECONDS = 30 * 86_400
"""How long a person's standing questions go on after the last sign-in was over: nobody says that somebody has left."""
_KNOWN, _KNOWN_SECONDS = 1_000, 2.0
"""Keys and sign-ins that are known without asking the database; one that another process revokes holds so long."""
_UNKNOWN = "There is no such key, or it was revoked: ask whoever operates the service for another one."

logger = logging.getLogger(__name__)


def has_keys(database: Database) -> bool:
    """Whether a key was ever made there; blocking. Raises ConfigurationError where that cannot be read."""
    try:
        with database.transaction() as connection:
            return stored.any_key(connection)
    except StorageFailed as error:
        raise ConfigurationError(str(error)) from error


class Access:
    """Keys, sign-ins and the audit log; an async context manager."""

    def __init__(
        self,
        database: Database,
        configured: Mapping[str, ConfiguredKey],
        *,
        clock: Clock,
        provider: IdentityProvider | None = None,
    ) -> None:
        """`provider`: who vouches for people who have no key."""
        self.provider = provider
        self._rows = Rows(database, name="access")
        self._shares = not database.is_sqlite
        self._clock = clock
        self._configured = {key.id: key for key in keys.configured_keys(configured)}
        self._is_required = bool(configured) or provider is not None
        self._looked_at = 0.0
        self._made: TTLCache[str, Key] = TTLCache(_KNOWN, _KNOWN_SECONDS, timer=clock.now)
        self._sessions: TTLCache[bytes, BrowserSession] = TTLCache(_KNOWN, _KNOWN_SECONDS, timer=clock.now)
        self._states: TTLCache[str, bool] = TTLCache(_KNOWN, LIFETIME, timer=clock.now)
        self._meters = Meters()
        self.requests = OpenRequests()
        self.audit = AuditLog(lambda entries: self._rows.do(stored.add_entries, entries), clock=clock)
        self._group = asyncio.TaskGroup()

    def __repr__(self) -> str:
        return f"<Access, {len(self._configured)} keys configured>"

    async def __aenter__(self) -> Self:
        self._is_required = self._is_required or await self._rows.do(stored.any_key)
        self._looked_at = self._clock.now()
        await self._group.__aenter__()
        self._group.create_task(self.audit.write_on(), name="write the audit log")
        self._group.create_task(self.requests.look_on(), name="end the requests of whoever may no longer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.audit.close()
        self.requests.close()
        await self._group.__aexit__(None, None, None)
        await self._rows.close()

    async def is_required(self) -> bool:
        """Whether anything but health and the page needs a key: where there is one, or was."""
        if not self._is_required and self._shares and self._clock.now() - self._looked_at > _KNOWN_SECONDS:
            self._looked_at = self._clock.now()
            with suppress(StorageFailed):
                self._is_required = await self._rows.do(stored.any_key)  # another process may have made one
        return self._is_required

    async def caller_of_key(self, text: str) -> Caller:
        """Who has this key; raises Unauthenticated."""
        key = keys.fitting(self._configured.values(), text)
        if key is None and (key_id := keys.id_in(text)) is not None:
            key = await self._made_key(key_id)
            key = key if key is not None and keys.fits(key, text) else None
        if key is None or key.revoked_at is not None:
            raise Unauthenticated(_UNKNOWN)
        return key.caller

    async def caller_of_session(self, token: str) -> Caller:
        """Who has signed in with this cookie; raises Unauthenticated."""
        hash_, now = keys.hashed(token), self._now()
        session = self._sessions.get(hash_)
        if session is None:
            session = await self._rows.do(stored.session_of, hash_, now)
            if session is not None:
                self._sessions[hash_] = session
        is_over = session is None or session.expires_at < now
        if session is None or is_over or (session.scopes is not None and self.provider is None):
            raise Unauthenticated("This browser is no longer signed in: sign in again.")
        if session.scopes is not None:
            return Caller(session.caller, session.name, session.scopes, USUAL_RUNS, USUAL_RATE)
        key = self._configured.get(session.caller) or await self._made_key(session.caller)
        if key is None or key.revoked_at is not None:
            raise Unauthenticated(_UNKNOWN)
        return key.caller

    async def sign_in(self, text: str) -> tuple[str, Caller]:
        """Sign a browser in by a key; gives what its cookie holds. Raises Unauthenticated."""
        caller = await self.caller_of_key(text)
        return await self._open_session(caller, scopes=False), caller

    async def sign_in_as(self, caller: Caller) -> str:
        """Sign in somebody whom a provider of identities has vouched for, for a day."""
        return await self._open_session(caller, scopes=True)

    def once(self, state: str) -> bool:
        """Whether a sign-in comes back from its provider for the first time."""
        if state in self._states:
            return False
        self._states[state] = True
        return True

    async def sign_out(self, token: str) -> None:
        """Sign a browser out."""
        hash_ = keys.hashed(token)
        self._sessions.pop(hash_, None)
        await self._rows.do(stored.close_session, hash_, self._now())
        self.requests.look()

    async def may_still_ask(self, caller: str | None) -> bool:
        """Whether what somebody left to be asked again and again may be; `caller`: their id, None: nobody's."""
        if caller is None or not await self.is_required():
            return True
        if caller.startswith(ID):
            since = self._now() - _SEEN_SECONDS
            return self.provider is not None and "search" in await self._rows.do(
                stored.last_scopes, caller, since=since
            )
        key = self._configured.get(caller) or await self._made_key(caller)
        return key is not None and key.revoked_at is None and key.caller.may("search")

    @contextmanager
    def admitted(self, caller: Caller) -> Generator[None]:
        """A request of the caller's is under way; raises TooManyRequests."""
        if caller.id is None or caller.rate is None:
            yield
            return
        meter = self._meters.of(caller.id)
        if meter.open >= MOST_OPEN:
            told = f"This key has {MOST_OPEN} requests under way, its open streams included: let some end first."
            raise TooManyRequests(told, retry_after=1)
        if wait := meter.wait(caller.rate, self._clock.now()):
            raise TooManyRequests(f"This key may send {caller.rate} requests a minute.", retry_after=ceil(wait))
        with self._meters.under_way(caller.id):
            yield

    async def list(self) -> tuple[KeyReport, ...]:
        """All keys, those of the settings in front."""
        made = await self._rows.do(stored.all_keys)
        return tuple(key.report for key in (*self._configured.values(), *made))

    async def create(self, asked: KeyRequest) -> NewKey:
        """Make a key; raises WrongState where nobody is asked for one yet."""
        if not await self.is_required():
            raise WrongState(
                "Nobody is asked for a key yet, so nobody here is known to be an administrator: set a first one as"
                " AGENTIC_SEARCH_API_KEYS=admin=KEY, restart the service, and make further ones with it."
            )
        key, text = keys.new_key(asked, created_at=self.now_text())
        await self._rows.do(stored.add_key, key)
        return NewKey(**key.report.model_dump(), key=text)

    async def revoke(self, key_id: str) -> KeyReport:
        """Let a key be used no more; raises NotFound, or Forbidden for one of the settings."""
        if key_id in self._configured:
            raise Forbidden("This key stands in the settings: take it out of AGENTIC_SEARCH_API_KEYS, and restart.")
        key = await self._rows.do(stored.revoke, key_id, self.now_text())
        self._made.pop(key_id, None)
        self.requests.look()
        return key.report

    async def entries(self, *, limit: int, cursor: str | None) -> AuditPage:
        """Some of the audit log, newest first; raises RequestError for a cursor that is none."""
        await self.audit.written()
        return await self._rows.do(stored.entries, limit=limit, cursor=cursor)

    async def _made_key(self, key_id: str) -> Key | None:
        known = self._made.get(key_id)
        if known is not None:
            return known
        key = await self._rows.do(stored.key_of, key_id)
        if key is not None:  # what strangers make up is not kept
            self._made[key_id] = key
        return key

    async def _open_session(self, caller: Caller, *, scopes: bool) -> str:
        token, now = secrets.token_urlsafe(32), self._now()
        own = caller.scopes if scopes else None
        lasts = VOUCHED_SECONDS if scopes else SESSION_SECONDS
        session = BrowserSession(keys.hashed(token), caller.id or "", caller.name, own, now + lasts)
        await self._rows.do(stored.open_session, session, drop_before=now - _SEEN_SECONDS)
        return token

    def _now(self) -> float:
        return self._clock.wall().timestamp()

    def now_text(self) -> str:
        """Now, ISO 8601, UTC."""
        return datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="milliseconds")

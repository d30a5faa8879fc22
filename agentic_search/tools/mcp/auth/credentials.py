"""What is kept of a sign-in at one server, bound to that server's URL: the storage that mcp's OAuth client asks for."""

import asyncio
import logging
from typing import Protocol

from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, OAuthToken, ProtectedResourceMetadata
from mcp.shared.auth_utils import calculate_token_expiry
from pydantic import BaseModel, ConfigDict, ValidationError

from agentic_search.clock import happens

logger = logging.getLogger(__name__)

_LOOKS, _BEING_KEPT = 20, 0.25
"""How often, and after how many seconds, it is looked for what an authorization server gave another process."""


class Credentials(BaseModel):
    """Everything that the next request, or the next refresh after a restart, needs to know."""

    model_config = ConfigDict(frozen=True)

    url: str
    """The server that the tokens are for, and no other."""
    client_id: str = ""
    """The client that the operator configured; empty for one that was registered."""
    client: OAuthClientInformationFull | None = None
    """The client that was registered with the authorization server."""
    tokens: OAuthToken | None = None
    expires_at: float | None = None
    """Unix time of the access token's end."""
    authorization_server: str | None = None
    resource_metadata: ProtectedResourceMetadata | None = None
    server_metadata: OAuthMetadata | None = None
    """The authorization server's: refresh tokens go to its token endpoint."""

    @property
    def issuer(self) -> str | None:
        """The authorization server that gave the tokens."""
        return str(self.server_metadata.issuer) if self.server_metadata else None


class SecretStore(Protocol):
    """Keeps what may stand nowhere in the open, by name; blocking."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes use what is kept here at the same time."""
        ...

    def read(self, name: str) -> bytes | None:
        """The content; None where there is none that can be read. Raises OSError where that cannot be said now."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Put this in the place of what was there; raises OSError, and then nothing has changed."""
        ...

    def delete(self, name: str) -> None:
        """Do away with it, if it is there; raises OSError."""
        ...


class ServerCredentials:
    """mcp's TokenStorage for one server: in memory, and in a store that is read once, and again upon news of it."""

    def __init__(self, store: SecretStore, name: str, *, url: str, client_id: str) -> None:
        self._store = store
        self._name = name
        self._empty = Credentials(url=url, client_id=client_id)
        self._kept: Credentials | None = None
        self._is_written = True
        self._changed = asyncio.Event()
        """Another process has kept something else."""
        self._lock = asyncio.Lock()

    async def load(self) -> Credentials:
        """What is kept; empty where nothing is, or what is belongs to another URL or another client."""
        async with self._lock:
            if self._kept is None:
                try:
                    self._kept = await asyncio.to_thread(self._read)
                except OSError as error:
                    logger.warning("the sign-in at %s cannot be read for now: %s", self._name, error)
                    self._kept = self._empty
            return self._kept

    async def reread(self) -> bool:
        """Take what another process has kept; whether it differs from what was known."""
        async with self._lock:
            before = self._kept
            if before is None:
                return False
            try:
                if self._is_written:
                    self._kept = await asyncio.to_thread(self._read)
                else:
                    await asyncio.to_thread(self._write, before)
            except OSError:  # it may come back
                return False
            if self._kept != before:
                self._changed.set()
            return self._kept != before

    async def refreshed_elsewhere(self, tried: OAuthToken | None) -> Credentials | None:
        """What another process keeps that was first to refresh tokens and so used up those that were tried here."""
        for _ in range(_LOOKS if self._store.is_shared else 0):
            self._changed.clear()
            await self.reread()
            known = await self.load()
            if known.tokens is not None and known.tokens != tried:
                return known
            await happens(self._changed, within=_BEING_KEPT)
        return None

    async def keep(self, **changes: object) -> None:
        """Change some of it; where that cannot be written, it holds until the service ends."""
        kept = await self.load()
        async with self._lock:
            self._kept = kept = (self._kept or kept).model_copy(update=changes)
            try:
                await asyncio.to_thread(self._write, kept)
            except OSError as error:
                logger.warning("the sign-in at %s cannot be kept, it is lost at the next start: %s", self._name, error)

    async def forget(self) -> None:
        """Keep nothing; raises OSError where the file cannot be deleted."""
        async with self._lock:
            self._kept = self._empty
            await asyncio.to_thread(self._store.delete, self._name)

    async def forget_tokens(self) -> None:
        """Keep only what helps at the next sign-in."""
        await self.keep(tokens=None, expires_at=None)

    async def get_tokens(self) -> OAuthToken | None:
        """For mcp."""
        return (await self.load()).tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """For mcp."""
        await self.keep(tokens=tokens, expires_at=calculate_token_expiry(tokens.expires_in))

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """For mcp."""
        return (await self.load()).client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """For mcp."""
        await self.keep(client=client_info)

    def _write(self, kept: Credentials) -> None:
        self._is_written = False
        self._store.write(self._name, kept.model_dump_json().encode())
        self._is_written = True

    def _read(self) -> Credentials:
        content = self._store.read(self._name)
        if content is None:
            return self._empty
        try:
            kept = Credentials.model_validate_json(content)
        except ValidationError:
            logger.warning("what is kept of the sign-in at %s cannot be read and is not used", self._name)
            return self._empty
        same = (kept.url, kept.client_id) == (self._empty.url, self._empty.client_id)
        return kept if same else self._empty

"""What is kept of a sign-in at one server, bound to that server's URL: the storage that mcp's OAuth client asks for."""

import asyncio
import logging

from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, OAuthToken, ProtectedResourceMetadata
from mcp.shared.auth_utils import calculate_token_expiry
from pydantic import BaseModel, ConfigDict, ValidationError

from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder

logger = logging.getLogger(__name__)


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


class ServerCredentials:
    """mcp's TokenStorage for one server: in memory, and in a file that is read once."""

    def __init__(self, folder: EncryptedFolder, name: str, *, url: str, client_id: str) -> None:
        self._folder = folder
        self._name = name
        self._empty = Credentials(url=url, client_id=client_id)
        self._kept: Credentials | None = None
        self._lock = asyncio.Lock()

    async def load(self) -> Credentials:
        """What is kept; empty where nothing is, or what is belongs to another URL or another client."""
        async with self._lock:
            if self._kept is None:
                self._kept = await asyncio.to_thread(self._read)
            return self._kept

    async def keep(self, **changes: object) -> None:
        """Change some of it; where that cannot be written, it holds until the service ends."""
        kept = await self.load()
        async with self._lock:
            self._kept = kept = (self._kept or kept).model_copy(update=changes)
            try:
                await asyncio.to_thread(self._folder.write, self._name, kept.model_dump_json().encode())
            except OSError as error:
                logger.warning("the sign-in at %s cannot be kept, it is lost at the next start: %s", self._name, error)

    async def forget(self) -> None:
        """Keep nothing; raises OSError where the file cannot be deleted."""
        async with self._lock:
            self._kept = self._empty
            await asyncio.to_thread(self._folder.delete, self._name)

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

    def _read(self) -> Credentials:
        content = self._folder.read(self._name)
        if content is None:
            return self._empty
        try:
            kept = Credentials.model_validate_json(content)
        except ValidationError:
            logger.warning("what is kept of the sign-in at %s cannot be read and is not used", self._name)
            return self._empty
        same = (kept.url, kept.client_id) == (self._empty.url, self._empty.client_id)
        return kept if same else self._empty

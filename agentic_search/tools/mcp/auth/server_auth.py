"""How this service is signed in at one remote server: what its requests carry, and whether a person has to act."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

import httpx2

from agentic_search.network.addresses import AllowedPlaces
from agentic_search.tools.config.server_config import HttpEndpoint, OAuthRules, ServerConfig
from agentic_search.tools.mcp.auth.credentials import SecretStore, ServerCredentials
from agentic_search.tools.mcp.auth.flow import KeptOAuth
from agentic_search.tools.mcp.auth.grants import SignedInAuth, SignInChallenge
from agentic_search.tools.mcp.auth.requests import SignInRequests


class ServerAuth:
    """Lives as long as the connection to the server, over all its sessions."""

    def __init__(self, name: str, url: str, rules: OAuthRules, store: SecretStore, allowed: AllowedPlaces) -> None:
        self.name = name
        self.url = url
        self.rules = rules
        self.requests = SignInRequests(url, allowed)
        self.kept = ServerCredentials(store, name, url=url, client_id=rules.client_id)
        self.challenge: SignInChallenge | None = None
        """The refusal that a person's sign-in would answer; None where nobody has to sign in."""
        self.trouble = ""
        """Why the last sign-in failed."""
        self._auth = self._grant()
        self._changed = asyncio.Event()
        self._on_change: Callable[[], None] = lambda: None

    def _grant(self) -> KeptOAuth:
        if self.rules.kind == "client_credentials":
            from agentic_search.tools.mcp.auth.service_grant import ServiceSignIn  # noqa: PLC0415 - see there

            return ServiceSignIn(self.kept, self.url, self.rules, self.requests)
        return SignedInAuth(self.kept, self.url, self.rules, self.requests, self._note)

    @staticmethod
    def of(config: ServerConfig, store: SecretStore, allowed: AllowedPlaces) -> "ServerAuth | None":
        """None for a server that is not reached by HTTP, or that a header of the file signs in at."""
        endpoint = config.reach
        if not isinstance(endpoint, HttpEndpoint):
            return None
        if config.auth is None and any(header.lower() == "authorization" for header in endpoint.headers):
            return None
        return ServerAuth(config.name, endpoint.url, config.auth or OAuthRules(), store, allowed)

    @property
    def path(self) -> str:
        """Of this service: where a person's sign-in begins."""
        return f"/servers/{quote(self.name, safe='')}/sign-in"

    @property
    def advice(self) -> str:
        """What a person has to do, and why."""
        if self.challenge is None:
            return ""
        asks = (
            f"it asks for more rights{f' ({self.challenge.scope})' if self.challenge.scope else ''}"
            if self.challenge.is_step_up
            else "it asks you to sign in"
        )
        failed = f"; the last sign-in failed: {self.trouble}" if self.trouble else ""
        return f"{asks}: open {self.path} of this service in a browser{failed}"

    def for_session(self, on_change: Callable[[], None]) -> httpx2.Auth:
        """What a new session's requests are sent with; `on_change` is called when what is kept has changed."""
        self.challenge = None
        self._on_change = on_change
        return self._auth

    def signed_in(self) -> None:
        """A person has signed in: what is kept is to be used."""
        self.trouble = ""
        self._renew()

    async def forget(self) -> None:
        """Sign out: nothing is kept, and the next request carries nothing. Raises OSError."""
        self.trouble = ""
        try:
            await self.kept.forget()
        finally:
            self._renew()

    async def reread(self) -> None:
        """Use what another process has kept, if it has."""
        before = (await self.kept.load()).tokens
        if not await self.kept.reread():
            return
        if before and (await self.kept.load()).tokens and self.challenge is None:
            self._auth.reload()  # they were refreshed: what is open stays so
        else:
            self.signed_in()

    async def sign_in_done(self) -> None:
        """Return when nobody has to sign in any more, as far as is known."""
        while self.challenge is not None:
            self._changed.clear()
            await self._changed.wait()

    def _renew(self) -> None:
        self._auth.reload()
        self.challenge = None
        self._changed.set()
        self._on_change()

    def _note(self, challenge: SignInChallenge) -> None:
        self.challenge = challenge

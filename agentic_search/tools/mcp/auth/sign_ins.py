"""Sign-ins of people under way: each waits in a task of its own for what the browser brings back, and not for ever."""

import asyncio
import secrets
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.shared.auth import AuthorizationCodeResult
from mcp_types import LATEST_PROTOCOL_VERSION

from agentic_search.database.notices import SIGN_INS, LookUponNotice, Notices
from agentic_search.errors import NotFound, SignInFailed, WrongState
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.mcp.auth.credentials import SecretStore
from agentic_search.tools.mcp.auth.grants import PersonalSignIn, SignInChallenge
from agentic_search.tools.mcp.auth.requests import SIGN_IN_ALLOW, NotSent
from agentic_search.tools.mcp.auth.server_auth import ServerAuth

LIFETIME = 600.0
"""Seconds that a person may take between leaving for the authorization server and coming back."""
_WITHIN = 60.0
"""Seconds for the requests before and after that."""
_LONGEST_REASON = 300
_NOWHERE_ELSE = AllowedPlaces(setting=SIGN_IN_ALLOW)


@dataclass(frozen=True, slots=True)
class BrowserReturn:
    """What an authorization server has the browser bring back."""

    state: str
    code: str = ""
    iss: str | None = None
    error: str = ""
    """Why it did not grant anything, where it did not: `access_denied`, and perhaps a sentence."""


class _Attempt:
    """One person on the way to the authorization server and back."""

    def __init__(self, auth: ServerAuth, browser: str) -> None:
        """`browser`: only the browser that began it may end it."""
        loop = asyncio.get_running_loop()
        self.auth = auth
        self.browser = browser
        self.address: asyncio.Future[str] = loop.create_future()
        self.brought: asyncio.Future[BrowserReturn] = loop.create_future()
        self.ended: asyncio.Future[str | None] = loop.create_future()
        """None when signed in, else why not."""
        self.state = ""
        """What the authorization server hands back; empty until the person leaves, and when they have come back."""
        self.task: asyncio.Task[None] | None = None

    def give_up(self) -> None:
        """End it, wherever it is."""
        if self.task is not None:
            self.task.cancel()

    def why_not(self) -> str | None:
        """Why nobody is signed in by it now; None when somebody is."""
        return self.ended.result() if self.ended.done() else "its authorization server did not answer in time"


class SignIns:
    """Begins and ends sign-ins while it is entered; one at a time for each server, the last one begun."""

    def __init__(
        self,
        store: SecretStore,
        *,
        lifetime: float = LIFETIME,
        notices: Notices | None = None,
        allowed: AllowedPlaces = _NOWHERE_ELSE,
    ) -> None:
        """`notices`: of other processes that use the same store; `allowed`: where authorization servers may be."""
        self._store = store
        self._allowed = allowed
        self._looking = (
            LookUponNotice(notices, SIGN_INS, look=self._reread, name="sign-ins at other processes")
            if notices
            else None
        )
        self._lifetime = lifetime
        self._servers: dict[str, ServerAuth] = {}
        self._attempts: list[_Attempt] = []
        self._group = asyncio.TaskGroup()

    def __repr__(self) -> str:
        return f"<SignIns: {len(self._servers)} servers, {len(self._attempts)} under way>"

    async def __aenter__(self) -> Self:
        """Sign-ins may begin."""
        await self._group.__aenter__()
        if self._looking is not None:
            await self._looking.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give up those under way."""
        if self._looking is not None:
            await self._looking.__aexit__(None, None, None)
        for attempt in self._attempts:
            attempt.give_up()
        await self._group.__aexit__(None, None, None)

    def auth_at(self, config: ServerConfig) -> ServerAuth | None:
        """How a server is signed in at; None for one where no OAuth is used."""
        if (auth := ServerAuth.of(config, self._store, self._allowed)) is not None:
            self._servers[config.name] = auth
        return auth

    async def begin(self, server: str, *, redirect_uri: str, browser: str) -> str:
        """The address where a person signs in; `browser` is a secret that only the person's browser has.

        Raises NotFound, WrongState (nobody has to sign in) or SignInFailed (there is no way to).
        """
        auth = self._known(server)
        if auth.challenge is None:
            raise WrongState(
                f"Server {server!r} does not ask for a sign-in now. To sign in as somebody else, first sign out: "
                f"DELETE {auth.path}."
            )
        self._drop(auth)
        attempt = _Attempt(auth, browser)
        self._attempts.append(attempt)
        attempt.task = self._group.create_task(self._run(attempt, auth.challenge, redirect_uri))
        await asyncio.wait({attempt.address, attempt.ended}, timeout=_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if attempt.address.done():
            address = attempt.address.result()
            attempt.state = parse_qs(urlsplit(address).query)["state"][0]
            return address
        attempt.give_up()
        auth.trouble = attempt.why_not() or ""
        raise SignInFailed(f"There is no signing in at {server!r}: {auth.trouble}.")

    async def finish(self, brought: BrowserReturn, *, browser: str) -> str:
        """End a sign-in with what the browser brought back; the server's name.

        Raises NotFound (no such sign-in is under way any more, or not in this browser) or SignInFailed.
        """
        attempt = next((it for it in self._attempts if brought.state and it.state == brought.state), None)
        if attempt is None or not secrets.compare_digest(attempt.browser.encode(), browser.encode()):
            raise NotFound(
                "No sign-in is under way here that this belongs to: it has ended, took too long or was begun in "
                "another browser. Begin again."
            )
        attempt.state = ""
        attempt.brought.set_result(brought)
        await asyncio.wait({attempt.ended}, timeout=_WITHIN)
        if (why := attempt.why_not()) is None:
            return attempt.auth.name
        attempt.give_up()
        attempt.auth.trouble = why
        raise SignInFailed(f"You are not signed in at {attempt.auth.name!r}: {why}.")

    async def forget(self, server: str) -> None:
        """Sign out; raises NotFound, or OSError where what is kept cannot be deleted."""
        auth = self._known(server)
        self._drop(auth)
        await auth.forget()

    async def _reread(self) -> None:
        for auth in list(self._servers.values()):
            await auth.reread()

    def _known(self, server: str) -> ServerAuth:
        if (auth := self._servers.get(server)) is None or auth.rules.kind != "authorization_code":
            raise NotFound(f"There is no server {server!r} where a person signs in; GET /servers lists the servers.")
        return auth

    def _drop(self, auth: ServerAuth) -> None:
        for attempt in self._attempts:
            if attempt.auth is auth:
                attempt.give_up()

    async def _run(self, attempt: _Attempt, challenge: SignInChallenge, redirect_uri: str) -> None:
        """One attempt, from the discovery of the authorization server to the tokens; its failures are its result."""
        why: str | None = "another sign-in has taken its place"
        try:
            await _sign_in(attempt, challenge, redirect_uri, self._lifetime)
            attempt.auth.signed_in()
            why = None
        except TimeoutError:
            why = "it took too long"
        except (NotSent, _NotGranted) as error:
            why = str(error)
        finally:
            self._attempts.remove(attempt)
            attempt.ended.set_result(why)


class _NotGranted(Exception):
    """The authorization server sent the person back without a code."""


async def _sign_in(attempt: _Attempt, challenge: SignInChallenge, redirect_uri: str, lifetime: float) -> None:
    """mcp's flow, as it would have gone on after the refusal; nothing is sent to the MCP server itself."""

    async def show(address: str) -> None:
        auth.requests.check(httpx2.URL(address))
        attempt.address.set_result(address)

    async def wait() -> AuthorizationCodeResult:
        async with asyncio.timeout(lifetime):
            brought = await attempt.brought
        if brought.error or not brought.code:
            reason = shortened(brought.error or "it gave no code", _LONGEST_REASON)
            raise _NotGranted(f"the authorization server refused: {reason}")
        return AuthorizationCodeResult(code=brought.code, state=brought.state, iss=brought.iss)

    auth = attempt.auth
    signing_in = PersonalSignIn(
        auth.kept, auth.url, auth.rules, auth.requests, challenge, redirect_uri=redirect_uri, show=show, wait=wait
    )
    refused = httpx2.Request("POST", auth.url, headers={"MCP-Protocol-Version": LATEST_PROTOCOL_VERSION})
    flow = signing_in.async_auth_flow(refused)
    try:
        await anext(flow)
        while not attempt.address.done():
            await flow.asend(challenge.answer(refused))
    finally:
        await flow.aclose()

"""Where a request's token comes from, where a person signs in: a sign-in that is kept, or one under way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import httpx2
from mcp.client.auth.utils import extract_scope_from_www_auth, is_valid_client_metadata_url, union_scopes
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata
from pydantic import AnyUrl

from agentic_search.tools.config.server_config import OAuthRules
from agentic_search.tools.mcp.auth.credentials import ServerCredentials
from agentic_search.tools.mcp.auth.flow import KeptOAuth
from agentic_search.tools.mcp.auth.requests import SignInRequests

_CLIENT_NAME = "agentic-search"


@dataclass(frozen=True, slots=True)
class SignInChallenge:
    """The refusal with which a server asked for a sign-in, as far as a later sign-in needs it."""

    status: int
    www_authenticate: str

    @staticmethod
    def of(response: httpx2.Response) -> "SignInChallenge":
        """What a refusal says."""
        return SignInChallenge(response.status_code, response.headers.get("www-authenticate", ""))

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """The refusal once more, for the flow that was not there when it came."""
        told = {b"www-authenticate": self.www_authenticate.encode()}  # as text it may hold ASCII alone
        return httpx2.Response(self.status, headers=told, request=request)

    @property
    def is_step_up(self) -> bool:
        """Whether what was granted is not enough, rather than missing or over."""
        return self.status == HTTPStatus.FORBIDDEN

    @property
    def scope(self) -> str:
        """What the server wants to be granted, where it says so."""
        return extract_scope_from_www_auth(self.answer(httpx2.Request("GET", "http://localhost"))) or ""


class SignedInAuth(KeptOAuth):
    """Sends what a person's sign-in gave, refreshed where need be; never begins a sign-in."""

    def __init__(
        self,
        kept: ServerCredentials,
        url: str,
        rules: OAuthRules,
        requests: SignInRequests,
        on_challenge: Callable[[SignInChallenge], None],
    ) -> None:
        self.kept, self.rules, self.requests, self._on_challenge = kept, rules, requests, on_challenge
        super().__init__(url, _metadata(None), kept, client_metadata_url=_metadata_url(rules))

    def stops_at(self, response: httpx2.Response) -> bool:
        """Always: a person has to be asked."""
        self._on_challenge(SignInChallenge.of(response))
        return True


class PersonalSignIn(KeptOAuth):
    """Signs a person in: registration where need be, the browser, the exchange of the code for tokens."""

    def __init__(
        self,
        kept: ServerCredentials,
        url: str,
        rules: OAuthRules,
        requests: SignInRequests,
        challenge: SignInChallenge,
        *,
        redirect_uri: str,
        show: Callable[[str], Awaitable[None]],
        wait: Callable[[], Awaitable[AuthorizationCodeResult]],
    ) -> None:
        """`show` is given the address to open in the browser, `wait` gives what the browser brings back."""
        self.kept, self.rules, self.requests, self._challenge = kept, rules, requests, challenge
        super().__init__(url, _metadata(redirect_uri), kept, show, wait, _metadata_url(rules))
        self._redirect_uri = redirect_uri

    async def _initialize(self) -> None:
        """Without what would get a token unseen, and without a client that was registered for another address."""
        await super()._initialize()
        context = self.context
        if context.current_tokens:
            context.current_tokens = context.current_tokens.model_copy(update={"refresh_token": None})
            context.token_expiry_time = None
        registered = context.client_info.redirect_uris if context.client_info else None
        if registered and self._redirect_uri not in map(str, registered):
            context.client_info = None

    async def _perform_authorization(self) -> httpx2.Request:
        """With the scopes that the operator wants, and those that the server has asked for beside them."""
        if self.rules.scopes:
            wanted = " ".join(self.rules.scopes)
            beside = self.context.client_metadata.scope if self._challenge.is_step_up else None
            self.context.client_metadata.scope = union_scopes(wanted, beside)
        return await super()._perform_authorization()


def _metadata(redirect_uri: str | None) -> OAuthClientMetadata:
    return OAuthClientMetadata(client_name=_CLIENT_NAME, redirect_uris=[AnyUrl(redirect_uri)] if redirect_uri else None)


def _metadata_url(rules: OAuthRules) -> str | None:
    """A client id that is the address of the client's metadata document."""
    return rules.client_id if is_valid_client_metadata_url(rules.client_id) and not rules.client_secret else None

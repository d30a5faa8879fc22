"""mcp's OAuth flow with what a long-lived service needs beside it, for every kind of grant.

mcp 2.3 sends one request at a time while it authenticates, forgets at a restart when a token expires and where it is
refreshed, does not refresh a token that the server refuses early, and raises what carries tokens in its text.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from http import HTTPStatus
from typing import cast

import httpx2
from mcp.client.auth import OAuthClientProvider, OAuthFlowError, OAuthRegistrationError, OAuthTokenError
from mcp.client.auth.utils import extract_field_from_www_auth
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from agentic_search.text.sentences import shortened
from agentic_search.tools.config.server_config import OAuthRules
from agentic_search.tools.mcp.auth.credentials import ServerCredentials
from agentic_search.tools.mcp.auth.requests import LARGEST_ANSWER, NotSent, SignInRequests

_LARGEST_COMPRESSED = 16 * 1024
"""Bytes read of one that is compressed, which may unfold to a thousand times as many."""
_LONGEST_REASON = 200
_PAST = 1.0
"""Unix time: a token of this expiry is refreshed before it is sent again."""
_ASK_LATER = {408, 425, 429}
"""HTTP statuses below 500 with which a token endpoint does not say no."""


class KeptOAuth(OAuthClientProvider):
    """What is common to all grants; a subclass says what happens when the server asks for a sign-in."""

    kept: ServerCredentials
    rules: OAuthRules
    requests: SignInRequests
    _refused = ""
    """The access token that the server refused last, whatever is kept of when it ends."""

    def stops_at(self, response: httpx2.Response) -> bool:
        """Whether the flow ends with this refusal, instead of getting a token for it."""
        return False

    def reload(self) -> None:
        """Look again at what is kept before the next request."""
        self._initialized = False

    async def _initialize(self) -> None:
        """What mcp loads, and what it knows only until the process ends."""
        await super()._initialize()
        known = await self.kept.load()
        context = self.context
        context.token_expiry_time = known.expires_at if known.tokens else None
        context.oauth_metadata = known.server_metadata
        context.protected_resource_metadata = known.resource_metadata
        context.auth_server_url = known.authorization_server
        self._end_if_refused()
        if self.rules.client_id and self.context.client_metadata_url is None:
            context.client_info = self._configured_client()

    def _configured_client(self) -> OAuthClientInformationFull:
        """The operator's client, which sends its secret in a form that the authorization server says it takes."""
        secret, metadata = self.rules.client_secret, self.context.oauth_metadata
        taken = (metadata.token_endpoint_auth_methods_supported if metadata else None) or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"
        return OAuthClientInformationFull(
            client_id=self.rules.client_id,
            client_secret=secret or None,
            redirect_uris=self.context.client_metadata.redirect_uris,
            grant_types=self.context.client_metadata.grant_types,
            token_endpoint_auth_method=method if secret else "none",
        )

    async def _perform_authorization(self) -> httpx2.Request:
        """mcp's own; before it, what was discovered is held against what is known and configured."""
        await self._check_issuer()
        if self.rules.client_id and self.context.client_metadata_url is None:
            self.context.client_info = self._configured_client()
        return await super()._perform_authorization()

    async def _check_issuer(self) -> None:
        """A configured client is not shown to another authorization server because the MCP server names another."""
        if not self.rules.client_secret:
            return
        before, now = (await self.kept.load()).issuer, self.context.oauth_metadata
        if before and before != (str(now.issuer) if now else None):
            raise NotSent(
                f"it names another authorization server than before ({now.issuer if now else 'none'}, not {before}): "
                "forget the sign-in if that is right"
            )

    async def _handle_token_response(self, response: httpx2.Response) -> None:
        """mcp's own, and it is kept where the tokens came from, and so where they may be refreshed."""
        await super()._handle_token_response(response)
        await self.kept.keep(
            server_metadata=self.context.oauth_metadata,
            resource_metadata=self.context.protected_resource_metadata,
            authorization_server=self.context.auth_server_url,
        )

    async def _handle_refresh_response(self, response: httpx2.Response) -> bool:
        """mcp's own; tokens are forgotten when they are refused, not when nobody could be asked."""
        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and response.status_code not in _ASK_LATER:
            tried = self.context.current_tokens
            refreshed = await super()._handle_refresh_response(response) or await self._is_refreshed_elsewhere(tried)
            if not refreshed:
                await self.kept.forget_tokens()
            return refreshed
        raise NotSent(f"the token could not be refreshed{await _told(response)}")

    async def _is_refreshed_elsewhere(self, tried: OAuthToken | None) -> bool:
        """Whether another process was first, and has used up the token with which this one asked."""
        known = await self.kept.refreshed_elsewhere(tried)
        if known is None:
            return False
        self.context.current_tokens, self.context.token_expiry_time = known.tokens, known.expires_at
        return True

    async def _auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """With a valid token at once, side by side with others; else by mcp's flow, one request at a time."""
        await self._load_once()
        if self.context.is_token_valid() and (tokens := self.context.current_tokens):
            self._add_auth_header(request)
            response = yield request
            if not _asks_for_sign_in(response):
                return
            refused = response.status_code == HTTPStatus.UNAUTHORIZED
            if refused:
                self._refused = tokens.access_token
                self._end_if_refused()
            if not (refused and self.context.can_refresh_token()) and self.stops_at(response):
                return
            _bound(response)
        flow = super()._auth_flow(request)
        try:
            outgoing = await self._next(flow, None, request)
            while outgoing is not None:
                if outgoing is not request:
                    response = await self.requests.send(outgoing)
                else:
                    response = yield outgoing
                    if _asks_for_sign_in(response):
                        if self.stops_at(response):
                            return
                        _bound(response)
                outgoing = await self._next(flow, response, request)
        finally:
            await flow.aclose()

    async def _next(
        self,
        flow: AsyncGenerator[httpx2.Request, httpx2.Response],
        response: httpx2.Response | None,
        request: httpx2.Request,
    ) -> httpx2.Request | None:
        """What mcp's flow sends next, None at its end; raises NotSent, with a text that holds no secret."""
        try:
            outgoing = await (anext(flow) if response is None else flow.asend(response))
        except StopAsyncIteration:
            return None
        except (OAuthFlowError, ValueError, httpx2.InvalidURL) as error:
            raise NotSent(f"{_kind(error)}{await _told(response)}") from None  # mcp's own texts may quote a token
        return outgoing

    async def _load_once(self) -> None:
        if not self._initialized:
            async with self.context.lock:
                if not self._initialized:
                    await self._initialize()

    def _end_if_refused(self) -> None:
        """Have the token that was refused refreshed, unless another has taken its place, also read anew."""
        tokens = self.context.current_tokens
        if tokens and tokens.access_token == self._refused:
            self.context.token_expiry_time = _PAST


class _ShortStream(httpx2.AsyncByteStream):
    """The first bytes of a body, as many as may be read of a stranger's."""

    def __init__(self, inner: httpx2.AsyncByteStream, most: int) -> None:
        self._inner = inner
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for piece in self._inner:
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return

    async def aclose(self) -> None:
        await self._inner.aclose()


def _bound(response: httpx2.Response) -> None:
    if isinstance(response.stream, httpx2.AsyncByteStream):
        most = _LARGEST_COMPRESSED if "content-encoding" in response.headers else LARGEST_ANSWER
        response.stream = _ShortStream(response.stream, most)


def _asks_for_sign_in(response: httpx2.Response) -> bool:
    """As mcp sees it: the token is missing or refused, or does not allow this."""
    refused = response.status_code == HTTPStatus.FORBIDDEN
    return response.status_code == HTTPStatus.UNAUTHORIZED or (
        refused and extract_field_from_www_auth(response, "error") == "insufficient_scope"
    )


def _kind(error: Exception) -> str:
    match error:
        case OAuthRegistrationError():
            return "its authorization server does not register this service: set the client id that it gave you"
        case OAuthTokenError():
            return "its authorization server gave no token"
        case OAuthFlowError():
            return shortened(str(error), _LONGEST_REASON)
        case _:
            return "its authorization server gave an answer that cannot be used"


async def _told(response: httpx2.Response | None) -> str:
    """What an authorization server says of why it refused, by the names of RFC 6749; nothing else of the body."""
    if response is None or response.status_code < HTTPStatus.BAD_REQUEST:
        return ""
    said = f" (HTTP {response.status_code}"
    try:
        body = cast(object, json.loads(await response.aread()))
    except (ValueError, RecursionError):
        body = None
    match body:
        case {"error": str(code), "error_description": str(text)}:
            said += f": {shortened(f'{code}, {text}', _LONGEST_REASON)}"
        case {"error": str(code)}:
            said += f": {shortened(code, _LONGEST_REASON)}"
        case _:
            pass
    return said + ")"

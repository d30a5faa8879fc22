"""A provider of identities: where it is, its keys, and what it gives for the code that a browser brings back."""

import asyncio
import logging
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote_plus, urlencode

import httpx
from pydantic_core import from_json

from agentic_search.access.caller import Caller
from agentic_search.access.identities.pending import Pending
from agentic_search.access.identities.rules import caller_of
from agentic_search.clock import Clock
from agentic_search.domain.data import JsonObject
from agentic_search.errors import IdentityRefused, NoIdentityProvider
from agentic_search.models.network.address import is_on_this_machine
from agentic_search.setting_values.identities import IdentitySettings, is_safe

if TYPE_CHECKING:
    from types import ModuleType

_CHECKS = "agentic_search.access.identities.id_token"
_WELL_KNOWN = "/.well-known/openid-configuration"
_PATIENCE = 10.0
"""Seconds for an answer."""
_LARGEST = 1_000_000
"""Bytes of one."""
_KNOWN_SECONDS, _FAILED_SECONDS = 3_600.0, 5.0
"""For which the provider's addresses and keys are kept, and for which a failure to read them is."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

logger = logging.getLogger(__name__)


def identity_provider(settings: IdentitySettings, clock: Clock) -> "IdentityProvider | None":
    """The one of the settings; None where there is none."""
    if settings.oidc_issuer and not settings.oidc_allow:
        logger.warning("AGENTIC_SEARCH_OIDC_ALLOW names nobody: no one gets in by %s", settings.oidc_issuer)
    return IdentityProvider(settings, clock=clock) if settings.oidc_issuer else None


class IdentityProvider:
    """Sends browsers there, and finds out who comes back. Opens nothing before somebody signs in."""

    def __init__(self, settings: IdentitySettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = asyncio.Lock()
        self._read: tuple[float, Mapping[str, Any], Mapping[str, Any]] | None = None
        """When its addresses and keys were read, and they."""
        self._failed: tuple[float, str] | None = None

    @property
    def issuer(self) -> str:
        """Its address, by which it names itself."""
        return self._settings.oidc_issuer

    async def address(self, pending: Pending, *, redirect_uri: str) -> str:
        """Where a browser signs in. Raises NoIdentityProvider."""
        await self._checks()  # else somebody would sign in there for nothing
        found, _ = await self._known()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.oidc_scopes,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": pending.challenge,
            "code_challenge_method": "S256",
        }
        endpoint = str(found["authorization_endpoint"])
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def caller(self, code: str, pending: Pending, *, redirect_uri: str, iss: str | None) -> Caller:
        """Who comes back with this code. Raises IdentityRefused and NoIdentityProvider."""
        if iss is not None and iss != self.issuer:
            raise IdentityRefused(f"The answer is of another provider than {self.issuer}: sign in again.")
        found, _ = await self._known()
        given = await self._redeem(found, code, pending, redirect_uri)
        claims = await self._claims(given, pending)
        return caller_of(claims, self._settings.oidc_allow, groups_claim=self._settings.oidc_groups_claim)

    async def _claims(self, given: JsonObject, pending: Pending) -> JsonObject:
        checks: Any = await self._checks()
        access_token = given.get("access_token")
        _, keys = await self._known()

        def checked(keys: Mapping[str, Any]) -> JsonObject:
            return checks.checked_claims(
                str(given.get("id_token", "")),
                keys,
                issuer=self.issuer,
                client_id=self._settings.oidc_client_id,
                nonce=pending.nonce,
                access_token=access_token if isinstance(access_token, str) else None,
                now=self._clock.wall(),
            )

        try:
            try:
                return checked(keys)
            except checks.UnknownKey:
                return checked((await self._known(anew=True))[1])
        except checks.TokenRefused as error:
            raise IdentityRefused(f"What {self.issuer} says of who you are is not valid: {error}.") from error

    async def _redeem(self, found: Mapping[str, Any], code: str, pending: Pending, back: str) -> JsonObject:
        own, secret = self._settings, self._settings.oidc_client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": own.oidc_client_id,
            "code_verifier": pending.verifier,
        }
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth: httpx.BasicAuth | None = None
        if secret and "client_secret_basic" in methods:
            auth = httpx.BasicAuth(quote_plus(own.oidc_client_id), quote_plus(secret))  # RFC 6749, 2.3.1
            del form["client_id"]
        elif secret:
            form["client_secret"] = secret
        async with self._http() as http:
            status, body = await _answer(http, "POST", str(found["token_endpoint"]), data=form, auth=auth)
        if status >= 500:
            raise NoIdentityProvider(f"{self.issuer} cannot say who you are for now ({status}): sign in again later.")
        if status != 200 or not isinstance(body.get("id_token"), str):
            why = str(body.get("error", status))[:100]
            raise IdentityRefused(f"{self.issuer} does not say who you are ({why}): sign in again.")
        return body

    async def _known(self, *, anew: bool = False) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The provider's addresses and keys; `anew` reads them before their time: they may have changed."""
        async with self._lock:
            now = self._clock.now()
            if self._read is not None and not anew and self._read[0] >= now - _KNOWN_SECONDS:
                return self._read[1:]
            if self._failed is not None and self._failed[0] > now - _FAILED_SECONDS:
                raise NoIdentityProvider(self._failed[1])
            try:
                async with self._http() as http:
                    found = await self._discovered(http)
                    _, keys = await _answer(http, "GET", str(found["jwks_uri"]))
            except NoIdentityProvider as error:
                self._failed = (now, str(error))
                raise
            self._read = (now, found, keys)
            return found, keys

    async def _discovered(self, http: httpx.AsyncClient) -> Mapping[str, Any]:
        address = self.issuer.removesuffix("/") + _WELL_KNOWN
        status, found = await _answer(http, "GET", address)
        if status != 200:
            raise NoIdentityProvider(f"{address} answers with {status}: correct AGENTIC_SEARCH_OIDC_ISSUER.")
        if found.get("issuer") != self.issuer:
            told = (
                f"{address} is of the issuer {str(found.get('issuer'))[:200]!r}: set AGENTIC_SEARCH_OIDC_ISSUER to it."
            )
            raise NoIdentityProvider(told)
        for name in _ENDPOINTS:
            if not is_safe(str(found.get(name, ""))):
                raise NoIdentityProvider(f"{address} names no {name} by https: it cannot be used.")
        return found

    def _http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=_PATIENCE, trust_env=not is_on_this_machine(self.issuer))

    async def _checks(self) -> "ModuleType":
        try:
            return await asyncio.to_thread(import_module, _CHECKS)
        except ModuleNotFoundError as error:
            raise NoIdentityProvider(
                "Sign-in by a provider of identities needs the extra 'oidc': have whoever operates the service run"
                " pip install 'agentic-search[oidc]', or sign in with a key."
            ) from error


async def _answer(http: httpx.AsyncClient, method: str, address: str, **more: Any) -> tuple[int, JsonObject]:
    """The status and the JSON object of an answer. Raises NoIdentityProvider."""
    try:
        async with http.stream(method, address, headers={"Accept": "application/json"}, **more) as response:
            read = bytearray()
            async for piece in response.aiter_bytes():
                read += piece
                if len(read) > _LARGEST:
                    raise NoIdentityProvider(f"{address} answers with more than {_LARGEST} bytes.")
            body: object = from_json(bytes(read)) if read else {}
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        why = str(error) or type(error).__name__
        raise NoIdentityProvider(
            f"{address} does not answer ({why}): try again later, or sign in with a key."
        ) from error
    except ValueError as error:
        raise NoIdentityProvider(f"{address} answers with something else than JSON.") from error
    return response.status_code, cast(JsonObject, body) if isinstance(body, dict) else {}

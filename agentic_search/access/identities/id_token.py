"""Checks what a provider of identities has signed. Needs the extra `oidc`, and is loaded when somebody signs in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from agentic_search.domain.data import JsonObject

_SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Only by a key that the provider alone has: what is signed by a secret, or by nothing, could be anybody's."""
_LEEWAY = 60
"""Seconds by which clocks may differ."""


class TokenRefused(Exception):
    """The token is not what it has to be; says why."""


class UnknownKey(TokenRefused):
    """It is signed by none of the provider's keys; they may be new ones."""


def checked_claims(
    token: str,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> JsonObject:
    """The claims of an ID token: its signature, issuer, audience, times and nonce are right. Raises TokenRefused."""
    try:
        key_set = KeySet.import_key_set(cast(Any, keys))
        decoded = jwt.decode(token, key_set, algorithms=_SIGNED_BY)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UnknownKey(f"its signature is not the provider's ({_said(error)})") from error
    options: Any = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
    params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    claims: Any = CodeIDToken(cast(Any, decoded.claims), cast(Any, decoded.header), options, params)
    try:
        claims.validate(now=int(now.timestamp()), leeway=_LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused(_said(error)) from error
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise TokenRefused("it names nobody (sub)")
    return dict(claims)


def _said(error: Exception) -> str:
    """What the library says; none of it is the token's own text."""
    return str(error) or type(error).__name__

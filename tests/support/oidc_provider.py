"""A small provider of identities (OpenID Connect) over real TCP, in the test's own process, which can lie on demand."""

import base64
import hashlib
import hmac
import json
import secrets
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote_plus, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.support.served import served

CLIENT, SECRET = "agentic-search", "a secret & between: two"
Claims = dict[str, Any]


def _unchanged(claims: Claims) -> Claims:
    return claims


@dataclass(slots=True)
class OidcProvider:
    """The provider while it runs: whom it signs in, and how it lies."""

    url: str
    key: RSAKey
    person: Claims = field(default_factory=lambda: {"sub": "7", "email": "ada@example.org", "email_verified": True})
    """Who sits in front of the browser."""
    change: Callable[[Claims], Claims] = _unchanged
    """What it makes of a token's claims before it signs them."""
    signs: Literal["well", "another key", "none", "public key as secret"] = "well"
    issuer: str = ""
    """What its document names, in place of its own address."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """The requests that codes were given for."""
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    """Requests to the token endpoint."""
    read: int = 0
    """How often its document was."""

    async def document(self, _: Request) -> Response:
        """Where everything is."""
        self.read += 1
        return JSONResponse(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def keys(self, _: Request) -> Response:
        """Its public keys."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """The person agrees at once."""
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256", asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.url}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", 303)

    async def token(self, request: Request) -> Response:
        """A code, once, for a token: to its client, with the verifier of its challenge."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.asked.append(form)
        grant = self.codes.pop(form["code"], None)
        right = "Basic " + base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        if request.headers.get("authorization") != right:
            return JSONResponse({"error": "invalid_client"}, 401)
        challenge = _text(hashlib.sha256(form["code_verifier"].encode()).digest())
        if grant is None or (grant["code_challenge"], grant["redirect_uri"]) != (challenge, form["redirect_uri"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": grant["nonce"], **self.person}
        return JSONResponse(
            {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(self.change(claims))}
        )

    def _signed(self, claims: Claims) -> str:
        kid = {"kid": self.key.kid}
        match self.signs:
            case "well":
                return jwt.encode({"alg": "RS256", **kid}, claims, self.key)
            case "another key":
                return jwt.encode({"alg": "RS256", **kid}, claims, RSAKey.generate_key(2048))
            case "none":
                head = _part({"alg": "none", **kid})
                return f"{head}.{_part(claims)}."
            case "public key as secret":
                said = f"{_part({'alg': 'HS256', **kid})}.{_part(claims)}"
                return f"{said}.{_text(hmac.digest(self.key.as_pem(private=False), said.encode(), 'sha256'))}"


def _part(value: object) -> str:
    return _text(json.dumps(value).encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@asynccontextmanager
async def oidc_provider() -> AsyncGenerator[OidcProvider]:
    """Run it."""
    listener = socket.create_server(("127.0.0.1", 0))
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    provider = OidcProvider(f"http://127.0.0.1:{listener.getsockname()[1]}", key)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.document),
            Route("/keys", provider.keys),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
        ]
    )
    async with served(app, listener):
        yield provider

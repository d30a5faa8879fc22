"""The server that runs: grants, tokens and an MCP server of the SDK's that asks for them."""

import asyncio
import base64
import hashlib
import json
import secrets
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlencode

from mcp.server.mcpserver import MCPServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.support.oauth_double.rules import DoubleRules
from tests.support.served import served


@dataclass(slots=True)
class Grant:
    """What a code, an access token or a refresh token stands for."""

    client_id: str
    scope: str
    challenge: str = ""
    redirect_uri: str = ""


@dataclass(slots=True)
class OAuthDouble:
    """The double while it runs."""

    url: str
    rules: DoubleRules
    clients: dict[str, dict[str, object]] = field(default_factory=dict[str, dict[str, object]])
    """Registered ones."""
    codes: dict[str, Grant] = field(default_factory=dict[str, Grant])
    tokens: dict[str, Grant] = field(default_factory=dict[str, Grant])
    refresh_tokens: dict[str, Grant] = field(default_factory=dict[str, Grant])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    """Every request to the authorization server: its path, and its query or form."""
    bearers: list[str] = field(default_factory=list[str])
    """What the MCP server was sent as Authorization."""
    at_refusal: Callable[[], None] = lambda: None
    """Called when the MCP server asks for a sign-in, before it says so."""

    @property
    def mcp_url(self) -> str:
        """Where the MCP server is."""
        return f"{self.url}/mcp"

    @property
    def issuer(self) -> str:
        """The authorization server's name."""
        return self.url + self.rules.issuer_path

    def revoke_tokens(self) -> None:
        """Access tokens are over; refresh tokens hold."""
        self.tokens.clear()

    def forms(self, path: str) -> list[dict[str, str]]:
        """What came to one endpoint."""
        return [form for asked, form in self.asked if asked == path]

    def grant_types(self) -> list[str]:
        """Of all requests to the token endpoint, in order."""
        return [form["grant_type"] for form in self.forms("/token")]

    async def resource_metadata(self, request: Request) -> Response:
        """RFC 9728."""
        at_root = not request.url.path.endswith("/mcp")
        if at_root != self.rules.resource_at_root and request.url.path != "/elsewhere":
            return Response(status_code=404)
        if self.rules.resource_moved:
            return RedirectResponse(self.rules.resource_moved)
        return JSONResponse(
            {
                "resource": self.mcp_url,
                "authorization_servers": [self.rules.names or self.issuer],
                "scopes_supported": ["read"],
            }
        )

    async def server_metadata(self, request: Request) -> Response:
        """RFC 8414, or OpenID's."""
        oauth = request.url.path.startswith("/.well-known/oauth-authorization-server")
        if oauth == self.rules.openid:
            return Response(status_code=404)
        metadata: dict[str, object] = {
            "issuer": self.rules.metadata_issuer or self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": list(self.rules.auth_methods),
            "client_id_metadata_document_supported": self.rules.reads_metadata_documents,
            "authorization_response_iss_parameter_supported": True,
        }
        if self.rules.registers:
            metadata["registration_endpoint"] = f"{self.url}/register"
        return JSONResponse(metadata | self.rules.endpoints)

    async def register(self, request: Request) -> Response:
        """RFC 7591."""
        if not self.rules.registers:
            return Response(status_code=404)
        wanted = json.loads(await request.body())
        self.asked.append(("/register", {"redirect_uri": wanted["redirect_uris"][0]}))
        client_id = f"client-{len(self.clients) + 1}"
        self.clients[client_id] = wanted
        return JSONResponse({**wanted, "client_id": client_id, "token_endpoint_auth_method": "none"}, status_code=201)

    async def authorize(self, request: Request) -> Response:
        """The person agrees at once, or refuses."""
        asked = dict(request.query_params)
        self.asked.append(("/authorize", asked))
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        if (complaint := self._complaint(asked)) is not None:
            return JSONResponse({"error": complaint}, status_code=400)
        registered = self.clients.get(asked["client_id"], {}).get("redirect_uris", [asked["redirect_uri"]])
        assert isinstance(registered, list)
        assert asked["redirect_uri"] in registered, "the client has another redirect URI"
        back = {"state": asked["state"]}
        if self.rules.denies:
            back |= {"error": "access_denied", "error_description": "No, said the person"}
        else:
            back["code"] = secrets.token_urlsafe(16)
            scope = asked.get("scope", "")
            grant = Grant(asked["client_id"], scope, asked["code_challenge"], asked["redirect_uri"])
            self.codes[back["code"]] = grant
        if self.rules.iss != "missing":
            back["iss"] = self.issuer if self.rules.iss == "right" else "https://evil.example.com"
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(back)}", status_code=302)

    def _complaint(self, asked: dict[str, str]) -> str | None:
        if self.rules.needs_resource and asked.get("resource") != self.mcp_url:
            return "invalid_target"
        client = asked["client_id"]
        known = client in self.clients or client == self.rules.client_id
        by_document = self.rules.reads_metadata_documents and client.startswith("https://")
        return None if known or by_document else "unauthorized_client"

    async def token(self, request: Request) -> Response:
        """Codes, refresh tokens and client credentials for access tokens."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.asked.append(("/token", form))
        if self.rules.breaks_down:
            return JSONResponse({"error": "temporarily_unavailable"}, status_code=503)
        if self.rules.needs_resource and form.get("resource") != self.mcp_url:
            return JSONResponse({"error": "invalid_target"}, status_code=400)
        client = self._client(request, form)
        if client is None:
            return JSONResponse({"error": "invalid_client", "error_description": "wrong secret"}, status_code=401)
        match form["grant_type"]:
            case "authorization_code":
                grant = self._redeem(client, form)
            case "refresh_token":
                grant = self.refresh_tokens.pop(form["refresh_token"], None) if self.rules.refreshes else None
            case _:
                grant = Grant(client, form.get("scope", "")) if self.rules.client_secret else None
        if grant is None:
            return JSONResponse({"error": "invalid_grant", "error_description": "not valid"}, status_code=400)
        return JSONResponse(self._issue(grant, form["grant_type"]))

    def _client(self, request: Request, form: dict[str, str]) -> str | None:
        """Who asks, if the secret is right."""
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        method = "client_secret_post" if secret else "none"
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            client, secret = (unquote(part) for part in base64.b64decode(value).decode().split(":", 1))
            method = "client_secret_basic"
        right = secret == (self.rules.client_secret if client == self.rules.client_id else "")
        return client if right and method in self.rules.auth_methods else None

    def _redeem(self, client: str, form: dict[str, str]) -> Grant | None:
        """A code works once, for its client, its redirect URI and the verifier of its challenge."""
        grant = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        right = grant and (client, form["redirect_uri"], challenge) == (
            grant.client_id,
            grant.redirect_uri,
            grant.challenge,
        )
        return grant if right else None

    def _issue(self, grant: Grant, grant_type: str) -> dict[str, object]:
        access, refresh = f"access-{secrets.token_urlsafe(16)}", f"refresh-{secrets.token_urlsafe(16)}"
        self.tokens[access] = grant
        issued: dict[str, object] = {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": self.rules.lifetime,
            "scope": grant.scope,
        }
        if grant_type != "client_credentials":
            self.refresh_tokens[refresh] = grant
            issued["refresh_token"] = refresh
        return issued

    def guard(self, inner: ASGIApp) -> ASGIApp:
        """The MCP endpoint, which looks at the token first."""

        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive)
            body = await request.body()
            refusal = self._refusal(request, body)
            await (refusal or inner)(scope, _replayed(body, receive), send)

        return guarded

    def _refusal(self, request: Request, body: bytes) -> Response | None:
        bearer = request.headers.get("authorization", "")
        self.bearers.append(bearer)
        message: dict[str, Any] = json.loads(body) if body else {}
        is_call = message.get("method") == "tools/call"
        if self.rules.anonymous and not is_call:
            return None
        grant = self.tokens.get(bearer.removeprefix("Bearer "))
        if grant is None:
            self.at_refusal()
            return self._challenge(401, scope=self.rules.scope)
        if is_call and message["params"]["name"] == "erase" and "write" not in grant.scope.split():
            return self._challenge(403, scope="write", error="insufficient_scope")
        return None

    def _challenge(self, status: int, **told: str) -> Response:
        if self.rules.challenge == "none":
            return Response(status_code=status)
        told["resource_metadata"] = f"{self.url}/elsewhere"
        said = ", ".join(f'{name}="{value}"' for name, value in told.items())
        written = f"Bearer {said}" if self.rules.challenge == "full" else "Bearer"
        return Response(status_code=status, headers={"WWW-Authenticate": written})


def _replayed(body: bytes, receive: Receive) -> Callable[[], Awaitable[dict[str, object]]]:
    read = False

    async def again() -> dict[str, object]:
        nonlocal read
        if read:
            return dict(await receive())
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _tools() -> MCPServer:
    server = MCPServer("guarded")

    @server.tool()
    def whisper(text: str) -> str:
        """Say it back."""
        return f"heard: {text}"

    @server.tool()
    def erase() -> str:
        """Needs the scope `write`."""
        return "erased"

    arrived, all_here = 0, asyncio.Event()

    @server.tool()
    async def meet(name: str) -> str:
        """Answers when three are here."""
        nonlocal arrived
        arrived += 1
        if arrived == 3:
            all_here.set()
        await all_here.wait()
        return "met"

    _ = (whisper, erase, meet)
    return server


@asynccontextmanager
async def oauth_double(rules: DoubleRules | None = None, *, port: int = 0) -> AsyncGenerator[OAuthDouble]:
    """Run it; its tools are `whisper` and, for which the scope `write` is needed, `erase`."""
    listener = socket.create_server(("127.0.0.1", port))
    double = OAuthDouble(f"http://127.0.0.1:{listener.getsockname()[1]}", rules or DoubleRules())
    inner = _tools().streamable_http_app(json_response=True)
    issuer = double.rules.issuer_path
    places = [
        f"/.well-known/oauth-authorization-server{issuer}",
        f"/.well-known/openid-configuration{issuer}",
        f"{issuer}/.well-known/openid-configuration",
    ]

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with inner.router.lifespan_context(inner):
            yield

    app = Starlette(
        routes=[
            Route("/.well-known/oauth-protected-resource", double.resource_metadata),
            Route("/.well-known/oauth-protected-resource/mcp", double.resource_metadata),
            Route("/elsewhere", double.resource_metadata),
            *(Route(place, double.server_metadata) for place in dict.fromkeys(places)),
            Route("/register", double.register, methods=["POST"]),
            Route("/authorize", double.authorize),
            Route("/token", double.token, methods=["POST"]),
            Mount("/", double.guard(inner)),
        ],
        lifespan=lifespan,
    )
    async with served(app, listener):
        yield double

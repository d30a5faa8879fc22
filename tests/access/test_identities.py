"""People sign in by a provider of identities: who gets in, with what, and what somebody tries who should not."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from agentic_search.access.identities.pending import Pending
from agentic_search.access.identities.provider import identity_provider
from agentic_search.clock import SystemClock
from agentic_search.errors import NoIdentityProvider
from agentic_search.settings import Settings
from tests.access.holders import ADMIN
from tests.support.oidc_provider import CLIENT, SECRET, Claims, OidcProvider, oidc_provider
from tests.support.service import RunningService, running_service, stdio_entry

ADA = {"sub": "7", "email": "ada@example.org", "email_verified": True}
ALLOW = "ada@example.org=admin, group:staff=search read, @lab.example=read, sub:9+x=read"


def configured(issuer: str, **more: str) -> dict[str, str]:
    """The settings of a service that trusts the provider."""
    oidc = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET, "OIDC_ALLOW": ALLOW}
    return {"API_KEYS": f"root={ADMIN}", **oidc, **more}


@dataclass(slots=True)
class World:
    """The service and the provider."""

    service: RunningService
    provider: OidcProvider

    @asynccontextmanager
    async def browser(self) -> AsyncGenerator[httpx.AsyncClient]:
        """Somebody's browser, which follows no redirect by itself."""
        async with httpx.AsyncClient(base_url=self.service.url, timeout=60) as browser:
            yield browser

    async def to_callback(self, browser: httpx.AsyncClient, place: str = "") -> str:
        """Begin a sign-in and have the provider agree; the address that the browser is sent back to."""
        begun = await browser.get("/sign-in/provider", params={"next": place})
        assert begun.status_code == 303, begun.text
        agreed = await browser.get(begun.headers["location"])
        assert agreed.status_code == 303
        return agreed.headers["location"]

    async def sign_in(self, browser: httpx.AsyncClient, place: str = "") -> httpx.Response:
        """All of it."""
        return await browser.get(await self.to_callback(browser, place))


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[World]:
    """Both, for all tests here."""
    folder: Path = tmp_path_factory.mktemp("identities")
    async with oidc_provider() as provider:
        servers = {"slow": stdio_entry()}
        async with running_service(folder, servers=servers, settings=configured(provider.url)) as service:
            yield World(service, provider)


@pytest.fixture(autouse=True)
def honest(world: World) -> None:
    """The provider lies in no test that does not say so."""
    world.provider.person, world.provider.change, world.provider.signs = dict(ADA), lambda claims: claims, "well"


async def scopes_of(browser: httpx.AsyncClient) -> list[str]:
    return (await browser.get("/session")).json()["scopes"]


async def test_who_is_vouched_for_gets_what_the_rules_say_and_nothing_without_one(world: World) -> None:
    people: list[tuple[Claims, list[str]]] = [
        (ADA, ["admin", "approve", "read", "search"]),
        ({"sub": "1", "email": "ADA@Example.org", "email_verified": True}, ["admin", "approve", "read", "search"]),
        ({"sub": "2", "groups": ["staff", "other"]}, ["read", "search"]),
        ({"sub": "3", "groups": "staff"}, ["read", "search"]),
        ({"sub": "4", "email": "x@lab.example", "email_verified": True}, ["read"]),
        ({"sub": "9+x"}, ["read"]),
        ({"sub": "5", "email": "ada@example.org"}, []),
        ({"sub": "5", "email": "ada@example.org", "email_verified": "true"}, []),
        ({"sub": "5", "email": "ada@example.org@lab.example", "email_verified": True}, []),
        ({"sub": "5", "email": "x@evil.lab.example", "email_verified": True}, []),
        ({"sub": "ada@example.org", "name": "ada@example.org", "preferred_username": "ada@example.org"}, []),
        ({"sub": "5", "groups": ["Staff", "group:staff", {"staff": True}, 7]}, []),
    ]
    for person, scopes in people:
        world.provider.person = person
        async with world.browser() as browser:
            answer = await world.sign_in(browser)
            assert answer.status_code == (200 if scopes else 403), (person, answer.text)
            assert await scopes_of(browser) == scopes, person
            assert ("AGENTIC_SEARCH_OIDC_ALLOW" in answer.text) is (not scopes)


async def test_a_sign_in_is_a_session_like_that_of_a_key_and_stands_in_the_audit_log(world: World) -> None:
    world.provider.person = {"sub": "2", "groups": ["staff"], "preferred_username": '"><script>alert(1)</script>'}
    async with world.browser() as browser:
        page = await browser.get("/sign-in?next=docs/start%3Fa=1")
        assert (
            f'href="sign-in/provider?next=docs%2Fstart%3Fa%3D1">Sign in by {urlsplit(world.provider.url).netloc}'
            in page.text
        )
        answer = await world.sign_in(browser, "docs/start?a=1")
        assert 'content="0;url=../docs/start?a=1"' in answer.text and "<script>" not in answer.text
        session, pending = sorted(answer.headers.get_list("set-cookie"))[::-1]
        assert all(each in session for each in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=86400"))
        assert "agentic_search_identity=" in pending and "Max-Age=0" in pending
        assert "script-src" not in answer.headers["content-security-policy"]
        own = {"Origin": world.service.url}
        begun = await browser.post("/search", json={"query": "What is slow?", "model": "offline"}, headers=own)
        assert begun.status_code == 200, begun.text
        assert (await browser.get("/keys")).status_code == 403
        assert (await browser.post("/search", json={"query": "?"})).status_code == 403, "of another page"
        run = begun.json()["id"]
    async with world.browser() as other:
        world.provider.person = {"sub": "4", "email": "x@lab.example", "email_verified": True}
        await world.sign_in(other)
        assert (await other.get(f"/runs/{run}")).status_code == 404
        assert (await other.delete("/session", headers=own)).status_code == 204
        assert (await other.get("/runs")).status_code == 401
    entries = (await world.service.client.get("/audit?limit=200")).json()["entries"]
    assert all("code=" not in str(entry) and "state=" not in str(entry) for entry in entries)
    came = [(entry["name"], entry["status"]) for entry in entries if entry["what"] == "GET /sign-in/callback"]
    assert ("x@lab.example", 200) in came and all(entry["who"] for entry in entries if entry["name"])
    shown = "\n".join(world.service.log) + answer.text
    assert SECRET not in shown and "code_verifier" not in shown


LIES: dict[str, tuple[str, Claims]] = {
    "wrong issuer": ("well", {"iss": "https://evil.example"}),
    "wrong audience": ("well", {"aud": "another-client"}),
    "for several, made for another": ("well", {"aud": [CLIENT, "other"], "azp": "other"}),
    "expired": ("well", {"exp": 1_000_000_000, "iat": 999_999_000}),
    "not yet": ("well", {"nbf": 4_000_000_000}),
    "no expiry": ("well", {"exp": None}),
    "wrong nonce": ("well", {"nonce": "another"}),
    "no nonce": ("well", {"nonce": None}),
    "nobody": ("well", {"sub": ""}),
    "wrong access token": ("well", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "bad signature": ("another key", {}),
    "alg none": ("none", {}),
    "signed by the public key": ("public key as secret", {}),
}


async def test_a_token_that_is_not_right_signs_nobody_in(world: World) -> None:
    for name, (signs, wrong) in LIES.items():
        world.provider.signs = signs  # type: ignore[assignment] - one of the kinds
        world.provider.change = lambda claims, wrong=wrong: {
            key: value for key, value in {**claims, **wrong}.items() if value is not None
        }
        async with world.browser() as browser:
            answer = await world.sign_in(browser)
            assert answer.status_code == 403 and "is not valid" in answer.text, (name, answer.text)
            assert await scopes_of(browser) == [], name
    world.provider.signs = "well"
    world.provider.change = lambda claims: claims
    async with world.browser() as browser:
        assert (await world.sign_in(browser)).status_code == 200


async def test_a_link_signs_nobody_in_and_nothing_works_twice(world: World) -> None:
    async with world.browser() as attacker, world.browser() as victim:
        theirs = await world.to_callback(attacker)
        # Login CSRF: the state of another browser, and the attacker's code with the victim's own state.
        assert (await victim.get(theirs)).status_code == 403 and await scopes_of(victim) == []
        own = await world.to_callback(victim)
        mixed = theirs.replace(_of(theirs, "state"), _of(own, "state"))
        assert (await victim.get(mixed)).status_code == 403 and await scopes_of(victim) == []
        assert (await victim.get(own)).status_code == 403, "a state comes back once"
        theirs = await world.to_callback(attacker)
        kept = dict(attacker.cookies)
        assert (await attacker.get(theirs)).status_code == 200
        attacker.cookies.update(kept)
        assert (await attacker.get(theirs)).status_code == 403, "replayed, with the cookie of then"
        for wrong in ("", "state=&code=", "state=x&code=y", f"error=denied&state={_of(theirs, 'state')}"):
            assert (await victim.get(f"/sign-in/callback?{wrong}")).status_code == 403
        own = await world.to_callback(victim)
        assert (await victim.get(f"{own.partition('&iss=')[0]}&iss=https://evil.example")).status_code == 403
        own = await world.to_callback(victim)
        denied = own.replace("code=", "error=access_denied&was=")
        answer = await victim.get(denied)
        assert answer.status_code == 403 and "access_denied" in answer.text


def _of(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]


PLACES = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/../..//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    '"><script>',
    "\t//evil.example",
    "%0d%0aSet-Cookie: a=b",
    "x\r\nSet-Cookie: a=b",
    "x" * 900,
)


async def test_nobody_is_sent_elsewhere_afterwards(world: World) -> None:
    key = {"Origin": world.service.url}
    for place in PLACES:
        async with world.browser() as browser:
            by_key = await browser.post("/sign-in", data={"key": ADMIN, "next": place}, headers=key)
            assert by_key.status_code == 303 and by_key.headers["location"] == "./", place
        async with world.browser() as browser:
            answer = await world.sign_in(browser, place)
            assert answer.status_code == 200 and 'content="0;url=../"' in answer.text, place
    for host in ("evil.example", "127.0.0.1.evil.example"):
        async with world.browser() as browser:
            assert (await browser.get("/sign-in/provider", headers={"Host": host})).status_code == 421


async def test_keys_that_the_provider_has_changed_are_read_anew(world: World) -> None:
    async with world.browser() as browser:
        assert (await world.sign_in(browser)).status_code == 200
    world.provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    async with world.browser() as browser:
        answer = await world.sign_in(browser)
        assert answer.status_code == 200, answer.text


async def test_the_service_starts_without_the_provider_and_keys_work(tmp_path: Path) -> None:
    async with (
        running_service(tmp_path, settings=configured("http://127.0.0.1:9/")) as service,
        httpx.AsyncClient(base_url=service.url) as browser,
    ):
        answer = await browser.get("/sign-in/provider")
        assert answer.status_code == 502 and "does not answer" in answer.text and "with a key" in answer.text
        own = {"Origin": service.url}
        assert (await browser.post("/sign-in", data={"key": ADMIN}, headers=own)).status_code == 303
        assert await scopes_of(browser)


async def test_what_is_missing_or_wrong_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"oidc_issuer": "https://login.example", "oidc_client_id": "x"}
    provider = identity_provider(Settings(**own), SystemClock())  # type: ignore[arg-type] - settings are read from texts
    assert provider is not None
    monkeypatch.setitem(sys.modules, "authlib", None)
    monkeypatch.setitem(sys.modules, "authlib.oidc.core", None)
    monkeypatch.delitem(sys.modules, "agentic_search.access.identities.id_token", raising=False)
    with pytest.raises(NoIdentityProvider, match=r"pip install 'agentic-search\[oidc\]'"):
        await provider.address(Pending(), redirect_uri="http://localhost/")
    wrong: list[tuple[dict[str, str], str]] = [
        ({"oidc_issuer": "http://login.example"}, "https://"),
        ({"oidc_client_id": ""}, "OIDC_CLIENT_ID"),
        ({"oidc_scopes": "email"}, "openid"),
        ({"oidc_allow": "ada"}, "search read"),
        ({"oidc_allow": "ada=read"}, "names nobody"),
        ({"oidc_allow": "group:=read"}, "names nobody"),
        ({"oidc_allow": "@x.example=everything"}, "read, approve and admin"),
    ]
    for given, told in wrong:
        with pytest.raises(ValidationError, match=told):
            Settings(**{**own, **given})  # type: ignore[arg-type] - settings are read from texts

"""Sign-ins over real TCP, by the pool's own connections: what is asked of whom, and what is refused."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import NotFound, ServerUnavailable, SignInFailed, ToolFailed, WrongState
from agentic_search.tools.config.server_config import HttpEndpoint, OAuthRules, ServerConfig
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.sign_ins import BrowserReturn, SignIns
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, error_of, state_of, unheard, until
from tests.support.oauth_double.double import OAuthDouble, oauth_double
from tests.support.oauth_double.rules import DoubleRules

CALLBACK = "http://127.0.0.1:8023/servers/sign-in/callback"


def server(double: OAuthDouble, auth: OAuthRules | None = None) -> ServerConfig:
    return ServerConfig("guarded", HttpEndpoint(double.mcp_url), auth=auth)


@asynccontextmanager
async def pool_at(
    folder: Path, config: ServerConfig, *, lifetime: float = 60.0
) -> AsyncGenerator[tuple[ToolPool, SignIns]]:
    async with (
        SignIns(EncryptedFolder(folder), lifetime=lifetime) as sign_ins,
        ToolPool([config], clock=SystemClock(), sign_ins=sign_ins) as pool,
    ):
        await pool.settled(PATIENCE)
        yield pool, sign_ins


async def from_browser(address: str) -> BrowserReturn:
    """What a person's browser brings back from the authorization server."""
    async with httpx.AsyncClient() as browser:
        back = await browser.get(address)
    assert back.status_code == 302, back.text
    query = httpx.URL(back.headers["location"]).params
    return BrowserReturn(query["state"], query.get("code", ""), query.get("iss"), query.get("error", ""))


async def sign_in(sign_ins: SignIns) -> None:
    address = await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine")
    assert await sign_ins.finish(await from_browser(address), browser="mine") == "guarded"


async def ready(pool: ToolPool) -> None:
    await until(pool, lambda: state_of(pool, "guarded") == "ready")


async def call(pool: ToolPool, tool: str = "whisper", **arguments: str) -> str:
    given = {"text": "hello"} if tool == "whisper" else {}
    return (await pool.call(tool, {**given, **arguments}, timeout=PATIENCE, on_progress=unheard)).text


PLACES = [
    DoubleRules(),
    DoubleRules(challenge="bare"),
    DoubleRules(challenge="none"),
    DoubleRules(challenge="none", resource_at_root=True),
    DoubleRules(issuer_path="/tenant"),
    DoubleRules(issuer_path="/tenant", openid=True),
    DoubleRules(openid=True),
]


@pytest.mark.parametrize("rules", PLACES, ids=str)
async def test_a_person_signs_in_wherever_the_metadata_stands(rules: DoubleRules, tmp_path: Path) -> None:
    async with oauth_double(replace(rules)) as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        assert state_of(pool, "guarded") == "needs_sign_in"
        assert pool.statuses()[0].sign_in == "/servers/guarded/sign-in"
        assert "it asks you to sign in: open /servers/guarded/sign-in" in error_of(pool, "guarded")
        assert double.asked == []  # nobody is registered, nothing is fetched before a person wants to sign in
        with pytest.raises(ServerUnavailable, match="it asks you to sign in"):
            await call(pool, "guarded.whisper")
        await sign_in(sign_ins)
        await ready(pool)
        assert pool.statuses()[0].sign_in is None
        assert await call(pool) == "heard: hello"
        assert double.grant_types() == ["authorization_code"]

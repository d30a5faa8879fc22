"""Sign-ins over real TCP, by the pool's own connections: what is asked of whom, and what is refused."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import httpx
import httpx2
import pytest
from sqlalchemy import text

from agentic_search.clock import SystemClock
from agentic_search.database.address import database_address
from agentic_search.database.database import open_database
from agentic_search.database.notices import Notices
from agentic_search.errors import NotFound, ServerUnavailable, SignInFailed, ToolFailed, WrongState
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.tools.config.server_config import HttpEndpoint, OAuthRules, ServerConfig
from agentic_search.tools.mcp.auth.credentials import ServerCredentials
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.encrypted_table import EncryptedTable
from agentic_search.tools.mcp.auth.grants import SignedInAuth, SignInChallenge
from agentic_search.tools.mcp.auth.requests import SignInRequests
from agentic_search.tools.mcp.auth.sign_ins import BrowserReturn, SignIns
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, error_of, state_of, unheard, until
from tests.support.oauth_double.double import OAuthDouble, oauth_double
from tests.support.oauth_double.rules import DoubleRules
from tests.support.postgres import RunningPostgres

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


PLACES = {
    "named in the challenge": DoubleRules(),
    "below the endpoint": DoubleRules(challenge="bare"),
    "no challenge at all": DoubleRules(challenge="none"),
    "at the root": DoubleRules(challenge="none", resource_at_root=True),
    "of a tenant": DoubleRules(issuer_path="/tenant"),
    "of a tenant, OpenID's": DoubleRules(issuer_path="/tenant", openid=True),
    "OpenID's": DoubleRules(openid=True),
}


@pytest.mark.parametrize("rules", PLACES.values(), ids=PLACES.keys())
async def test_a_person_signs_in_wherever_the_metadata_stands(rules: DoubleRules, tmp_path: Path) -> None:
    async with oauth_double(replace(rules)) as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        assert state_of(pool, "guarded") == "needs_sign_in"
        assert pool.statuses()[0].sign_in == "/servers/guarded/sign-in"
        assert "it asks you to sign in: open /servers/guarded/sign-in" in error_of(pool, "guarded")
        assert double.asked == []  # nobody is registered, nothing is fetched before a person wants to sign in
        with pytest.raises(ServerUnavailable, match="guarded"):
            await call(pool, "guarded.whisper")
        await sign_in(sign_ins)
        await ready(pool)
        assert pool.statuses()[0].sign_in is None
        assert await call(pool) == "heard: hello"
        assert double.grant_types() == ["authorization_code"]


async def test_calls_that_are_signed_go_side_by_side(tmp_path: Path) -> None:
    async with oauth_double() as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        await sign_in(sign_ins)
        await ready(pool)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
            calls = [group.create_task(call(pool, "meet", name=name)) for name in ("one", "two", "three")]
        assert {each.result() for each in calls} == {"met"}


async def test_a_restart_and_an_expired_token_need_nobody_and_a_refused_refresh_does(tmp_path: Path) -> None:
    async with oauth_double(DoubleRules(lifetime=1)) as double:
        async with pool_at(tmp_path, server(double)) as (pool, sign_ins):
            await sign_in(sign_ins)
            double.rules.lifetime = 3600
        await asyncio.sleep(1.1)  # until the token has expired
        async with pool_at(tmp_path, server(double)) as (pool, _):
            assert state_of(pool, "guarded") == "ready"
            assert double.grant_types()[-1] == "refresh_token"
            used = len(double.grant_types())
            assert await call(pool) == "heard: hello"
            assert len(double.grant_types()) == used
            double.revoke_tokens()  # before their time: the server refuses what we think is valid
            assert await call(pool, text="again") == "heard: again"
            assert double.grant_types()[used:] == ["refresh_token"]
            double.revoke_tokens()
            double.rules.refreshes = False
            with pytest.raises(ToolFailed, match=r"whisper run: it asks you to sign in: open /servers/guarded/sign-in"):
                await call(pool, text="once more")
            await until(pool, lambda: state_of(pool, "guarded") == "needs_sign_in")
        used = len(double.grant_types())
        async with pool_at(tmp_path, server(double)) as (pool, sign_ins):
            assert state_of(pool, "guarded") == "needs_sign_in"
            assert len(double.grant_types()) == used  # what was refused is not tried again
            await sign_in(sign_ins)
            await ready(pool)
            assert len(double.clients) == 1  # the client that was registered is used again


async def test_an_authorization_server_that_is_down_costs_no_sign_in(tmp_path: Path) -> None:
    async with oauth_double() as double:
        async with pool_at(tmp_path, server(double)) as (pool, sign_ins):
            await sign_in(sign_ins)
            await ready(pool)
        double.revoke_tokens()
        double.rules.breaks_down = True
        async with pool_at(tmp_path, server(double)) as (pool, _):
            assert state_of(pool, "guarded") == "unavailable"
            assert "could not be refreshed (HTTP 503: temporarily_unavailable)" in error_of(pool, "guarded")
            double.rules.breaks_down = False
            await ready(pool)


async def test_more_rights_are_asked_for_beside_those_there_are(tmp_path: Path) -> None:
    async with oauth_double() as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        await sign_in(sign_ins)
        await ready(pool)
        with pytest.raises(
            ToolFailed, match=r"erase run: it asks for more rights \(write\): open /servers/guarded/sign"
        ):
            await call(pool, "erase")
        assert state_of(pool, "guarded") == "ready"
        assert pool.statuses()[0].sign_in == "/servers/guarded/sign-in"
        assert await call(pool) == "heard: hello"
        await sign_in(sign_ins)
        assert double.forms("/authorize")[-1]["scope"].split() == ["read", "write"]
        assert await call(pool, "erase") == "erased"
        assert pool.statuses()[0].sign_in is None


async def test_a_server_that_anybody_may_list_asks_at_a_call(tmp_path: Path) -> None:
    async with oauth_double(DoubleRules(anonymous=True)) as double, pool_at(tmp_path, server(double)) as (pool, signs):
        assert state_of(pool, "guarded") == "ready"
        with pytest.raises(ToolFailed, match="it asks you to sign in"):
            await call(pool)
        await sign_in(signs)
        assert await call(pool) == "heard: hello"


async def test_the_operators_client_and_scopes_are_used(tmp_path: Path) -> None:
    for method in ("client_secret_basic", "client_secret_post"):
        rules = DoubleRules(registers=False, client_id="ours", client_secret="s3cret/+", auth_methods=(method,))
        async with oauth_double(rules) as double:
            auth = OAuthRules(client_id="ours", client_secret="s3cret/+", scopes=("read", "profile"))
            folder = tmp_path / method
            async with pool_at(folder, server(double, auth)) as (pool, sign_ins):
                await sign_in(sign_ins)
                await ready(pool)
                double.revoke_tokens()
                assert await call(pool) == "heard: hello"
                assert double.grant_types() == ["authorization_code", "refresh_token"]
                assert double.forms("/authorize")[0]["scope"] == "read profile"
            # Tokens of one client are not another's.
            async with pool_at(folder, server(double, replace(auth, client_id="theirs"))) as (pool, _):
                assert state_of(pool, "guarded") == "needs_sign_in"


async def test_a_client_id_may_be_the_address_of_its_metadata_document(tmp_path: Path) -> None:
    rules = DoubleRules(registers=False, reads_metadata_documents=True)
    document = OAuthRules(client_id="https://agent.example.com/client.json")
    async with oauth_double(rules) as double, pool_at(tmp_path, server(double, document)) as (pool, sign_ins):
        await sign_in(sign_ins)
        await ready(pool)
        assert double.forms("/authorize")[0]["client_id"] == document.client_id


async def test_a_service_signs_in_by_itself(tmp_path: Path) -> None:
    rules = DoubleRules(client_id="robot", client_secret="s3cret", auth_methods=("client_secret_post",))
    auth = OAuthRules("robot", "s3cret", ("read", "write"), "client_credentials")
    async with oauth_double(rules) as double:
        async with pool_at(tmp_path, server(double, auth)) as (pool, sign_ins):
            assert state_of(pool, "guarded") == "ready"
            assert await call(pool, "erase") == "erased"
            double.revoke_tokens()
            assert await call(pool) == "heard: hello"
            assert double.grant_types() == ["client_credentials"] * 2
            assert pool.statuses()[0].sign_in is None
            with pytest.raises(NotFound):
                await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine")
        # A token that is kept is used; a server that now names another authorization server is not shown the secret.
        async with oauth_double(replace(rules)) as other, pool_at(tmp_path, server(double, auth)) as (pool, _):
            assert double.grant_types() == ["client_credentials"] * 2
            double.revoke_tokens()
            double.rules.names = other.issuer
            with pytest.raises(ServerUnavailable):
                await call(pool)
            assert other.asked == []


async def test_a_wrong_secret_is_told_and_shown_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    auth = OAuthRules("robot", "not-the-secret", (), "client_credentials")
    rules = DoubleRules(client_id="robot", client_secret="s3cret")
    async with oauth_double(rules) as double, pool_at(tmp_path, server(double, auth)) as (pool, _):
        assert state_of(pool, "guarded") == "unavailable"
        assert "gave no token (HTTP 401: invalid_client, wrong secret)" in error_of(pool, "guarded")
        assert "not-the-secret" not in error_of(pool, "guarded") + caplog.text + repr(auth)


REFUSALS = {
    "another iss": (DoubleRules(iss="wrong"), "iss mismatch"),
    "no iss": (DoubleRules(iss="missing"), "missing iss"),
    "a person who refuses": (DoubleRules(denies=True), "refused: access_denied"),
    "a token endpoint that is down": (DoubleRules(breaks_down=True), r"no token \(HTTP 503: temporarily_unavail"),
}


@pytest.mark.parametrize(("rules", "why"), REFUSALS.values(), ids=REFUSALS.keys())
async def test_nobody_is_signed_in_by(rules: DoubleRules, why: str, tmp_path: Path) -> None:
    async with oauth_double(replace(rules)) as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        with pytest.raises(SignInFailed, match=f"not signed in at 'guarded': .*{why}"):
            await sign_in(sign_ins)
        assert double.tokens == {}
        assert state_of(pool, "guarded") == "needs_sign_in"
        assert "the last sign-in failed" in error_of(pool, "guarded")
        double.rules.iss, double.rules.denies, double.rules.breaks_down = "right", False, False
        await sign_in(sign_ins)
        await ready(pool)


DEAD_ENDS = {
    "metadata of another issuer": (DoubleRules(metadata_issuer="https://evil.example.com"), "issuer mismatch"),
    "no registration": (DoubleRules(registers=False), "does not register this service"),
}


@pytest.mark.parametrize(("rules", "why"), DEAD_ENDS.values(), ids=DEAD_ENDS.keys())
async def test_no_browser_is_sent_away_for(rules: DoubleRules, why: str, tmp_path: Path) -> None:
    async with oauth_double(replace(rules)) as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        with pytest.raises(SignInFailed, match=f"no signing in at 'guarded': .*{why}"):
            await sign_in(sign_ins)
        assert why in error_of(pool, "guarded")


async def test_what_comes_back_counts_once_in_the_same_browser_and_in_time(tmp_path: Path) -> None:
    async with oauth_double() as double, pool_at(tmp_path, server(double)) as (_, sign_ins):
        first = await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine")
        outdated = await from_browser(first)
        brought = await from_browser(await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine"))
        for refused, browser in (
            (outdated, "mine"),
            (brought, "another"),
            (brought, "ünknown"),
            (replace(brought, state="guessed"), "mine"),
            (replace(brought, state=""), "mine"),
        ):
            with pytest.raises(NotFound, match="Begin again"):
                await sign_ins.finish(refused, browser=browser)
        assert await sign_ins.finish(brought, browser="mine") == "guarded"
        with pytest.raises(NotFound, match="Begin again"):
            await sign_ins.finish(brought, browser="mine")
        assert double.grant_types() == ["authorization_code"]
        with pytest.raises(WrongState, match="DELETE /servers/guarded/sign-in"):
            await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine")
    async with oauth_double() as double, pool_at(tmp_path, server(double), lifetime=0.3) as (_, sign_ins):
        late = await from_browser(await sign_ins.begin("guarded", redirect_uri=CALLBACK, browser="mine"))
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await sign_ins.finish(late, browser="nobody's")
                except NotFound:
                    if "0 under way" in repr(sign_ins):
                        break
                await asyncio.sleep(0.01)
        with pytest.raises(NotFound):
            await sign_ins.finish(late, browser="mine")


async def test_a_refused_token_is_refreshed_also_where_it_is_read_anew_meanwhile(tmp_path: Path) -> None:
    async with oauth_double() as double:
        async with pool_at(tmp_path, server(double)) as (_, sign_ins):
            await sign_in(sign_ins)
        kept = ServerCredentials(EncryptedFolder(tmp_path), "guarded", url=double.mcp_url, client_id="")
        asked: list[SignInChallenge] = []
        requests = SignInRequests(double.mcp_url, AllowedPlaces())
        auth = SignedInAuth(kept, double.mcp_url, OAuthRules(), requests, asked.append)
        async with httpx2.AsyncClient(auth=auth) as client:
            double.revoke_tokens()
            double.at_refusal = auth.reload  # as upon a late notice of another process
            answer = await client.post(double.mcp_url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"})
        assert (answer.status_code != 401, asked) == (True, [])
        assert double.grant_types() == ["authorization_code", "refresh_token"]


async def test_tokens_go_to_no_other_address_than_they_were_given_for(tmp_path: Path) -> None:
    async with oauth_double() as double, oauth_double() as other:
        async with pool_at(tmp_path, server(double)) as (pool, sign_ins):
            await sign_in(sign_ins)
            await ready(pool)
        async with pool_at(tmp_path, server(other)) as (pool, _):
            assert state_of(pool, "guarded") == "needs_sign_in"
        assert not any(other.bearers)
        async with pool_at(tmp_path, server(double)) as (pool, _):
            assert state_of(pool, "guarded") == "ready"


async def test_who_signs_out_is_asked_again_and_nothing_is_left(tmp_path: Path) -> None:
    async with oauth_double() as double, pool_at(tmp_path, server(double)) as (pool, sign_ins):
        await sign_in(sign_ins)
        await ready(pool)
        await sign_ins.forget("guarded")
        await until(pool, lambda: state_of(pool, "guarded") == "needs_sign_in")
        assert os.listdir(tmp_path) == ["key"]  # noqa: PTH208 - the names are wanted
        with pytest.raises(NotFound):
            await sign_ins.forget("nobody")


async def test_a_header_of_the_operators_own_is_all_that_is_sent(tmp_path: Path) -> None:
    async with oauth_double() as double:
        endpoint = HttpEndpoint(double.mcp_url, headers={"AUTHORIZATION": "Bearer mine"})
        async with pool_at(tmp_path, ServerConfig("guarded", endpoint)) as (pool, _):
            assert state_of(pool, "guarded") == "unavailable"
            assert set(double.bearers) == {"Bearer mine"}


async def test_processes_that_share_a_postgres_and_a_key_share_sign_ins(
    postgres: RunningPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    url, clock = postgres.new_database(), SystemClock()

    @asynccontextmanager
    async def process(config: ServerConfig, passphrase: str = "shared") -> AsyncGenerator[tuple[ToolPool, SignIns]]:
        with closing(open_database(database_address(url, data=Path()))) as database:
            async with (
                Notices(database.address, clock=clock) as notices,
                SignIns(EncryptedTable(database, passphrase=passphrase), notices=notices) as sign_ins,
                ToolPool([config], clock=clock, sign_ins=sign_ins) as pool,
            ):
                await pool.settled(PATIENCE)
                yield pool, sign_ins

    async with oauth_double() as double:
        async with process(server(double)) as (one, sign_ins), process(server(double)) as (other, others):
            await sign_in(sign_ins)
            await ready(one)
            await ready(other)  # it hears of it
            assert await call(other) == "heard: hello"
            assert double.grant_types() == ["authorization_code"]
            double.revoke_tokens()  # of two that refresh, one is first
            async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
                calls = [group.create_task(call(pool, text="again")) for pool in (one, other)]
            assert {each.result() for each in calls} == {"heard: again"}
            await others.forget("guarded")
            for pool in (one, other):
                await until(pool, lambda pool=pool: state_of(pool, "guarded") == "needs_sign_in")
            await sign_in(others)
            await ready(one)
        async with process(server(double), "another") as (late, _):
            assert state_of(late, "guarded") == "needs_sign_in"
        assert "AGENTIC_SEARCH_SECRET_KEY, which has to be the same for all processes" in caplog.text
    with closing(open_database(database_address(url, data=Path()))) as database, database.transaction() as connection:
        content = connection.execute(text("SELECT content FROM sign_ins")).scalar_one()
        assert b"token" not in content

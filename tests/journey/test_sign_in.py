"""A person signs in at a remote server through the service, as a browser does, and stays signed in."""

import asyncio
import os
from pathlib import Path
from typing import Any

import httpx

from tests.support.oauth_double.double import OAuthDouble, oauth_double
from tests.support.oauth_double.rules import DoubleRules
from tests.support.service import RunningService, running_service

SIGN_IN = "/servers/guarded/sign-in"
PLAN = {"tasks": [{"id": "t1", "tool": "whisper", "arguments": {"text": "hello"}}]}


async def status_of(service: RunningService) -> dict[str, Any]:
    """The server's entry in GET /servers, when it has been reached."""
    async with asyncio.timeout(60):
        while True:
            (server,) = (await service.client.get("/servers")).json()["servers"]
            if server["status"] != "connecting":
                return server
            await asyncio.sleep(0.02)


async def status_becomes(service: RunningService, status: str) -> None:
    async with asyncio.timeout(60):
        while (await status_of(service))["status"] != status:  # noqa: ASYNC110 - the service is another process
            await asyncio.sleep(0.02)


async def come_back(service: RunningService, begin: str = SIGN_IN) -> httpx.Response:
    """Open the address in a browser, which goes where it is sent and comes back."""
    async with httpx.AsyncClient(follow_redirects=True, headers={"Accept": "text/html"}, timeout=60) as browser:
        return await browser.get(service.url + begin)


async def whispered(service: RunningService) -> str:
    report = await service.ask("What is whispered?", plan=PLAN, model="offline", approve=["*"])
    return str(report["tasks"][0]["result"])


def entry(double: OAuthDouble, **more: object) -> dict[str, object]:
    return {"guarded": {"url": double.mcp_url, **more}}


async def test_a_person_signs_in_calls_a_tool_stays_signed_in_over_a_restart_and_signs_out(tmp_path: Path) -> None:
    async with oauth_double() as double:
        async with running_service(tmp_path, servers=entry(double)) as service:
            asked = await status_of(service)
            assert (asked["status"], asked["sign_in"]) == ("needs_sign_in", SIGN_IN)
            page = await come_back(service)
            assert page.status_code == 200 and "You are signed in at &#x27;guarded&#x27;" in page.text
            assert 'href="/"' in page.text and page.headers["cache-control"] == "no-store"
            assert page.url.host == httpx.URL(service.url).host
            await service.ready_servers("guarded")
            assert "hello" in await whispered(service)
            again = await come_back(service, str(page.url.raw_path, "ascii"))
            assert again.status_code == 404 and "Begin again" in again.text
            shown = [*service.log, (await service.client.get("/servers")).text, page.text, again.text]
        async with running_service(tmp_path, servers=entry(double)) as service:
            await service.ready_servers("guarded")
            assert "hello" in await whispered(service)
            double.revoke_tokens()
            assert "hello" in await whispered(service)
            assert (await service.client.delete(SIGN_IN)).status_code == 204
            await status_becomes(service, "needs_sign_in")
            shown += [*service.log, (await service.client.get("/servers")).text]
        secrets = [bearer.removeprefix("Bearer ") for bearer in double.bearers if bearer] + list(double.refresh_tokens)
        assert secrets and not any(secret in text for secret in secrets for text in shown)
        assert double.grant_types().count("authorization_code") == 1


async def test_what_is_kept_is_encrypted_and_for_this_user_alone_and_may_be_lost(tmp_path: Path) -> None:
    async with oauth_double() as double:
        async with running_service(tmp_path, servers=entry(double)) as service:
            await status_of(service)
            await come_back(service)
            await service.ready_servers("guarded")
        files = list((tmp_path / "data" / "sign-ins").iterdir())
        assert len(files) == 2
        for path in files:
            assert not any(token.encode() in path.read_bytes() for token in (*double.tokens, *double.refresh_tokens))
            assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
        for damaged in files:
            damaged.write_bytes(b"not what it was")
        async with running_service(tmp_path, servers=entry(double)) as service:
            assert (await status_of(service))["status"] == "needs_sign_in"
            await come_back(service)
            await service.ready_servers("guarded")


async def test_a_passphrase_takes_the_place_of_the_key_file(tmp_path: Path) -> None:
    key = {"SECRET_KEY": "correct horse battery staple"}
    async with oauth_double() as double:
        async with running_service(tmp_path, servers=entry(double), settings=key) as service:
            await status_of(service)
            await come_back(service)
            await service.ready_servers("guarded")
        assert len(list((tmp_path / "data" / "sign-ins").iterdir())) == 1
        async with running_service(tmp_path, servers=entry(double), settings=key) as service:
            await service.ready_servers("guarded")
        async with running_service(tmp_path, servers=entry(double), settings={"SECRET_KEY": "another"}) as service:
            assert (await status_of(service))["status"] == "needs_sign_in"


async def test_a_sign_in_is_refused_where_it_cannot_end_well(tmp_path: Path) -> None:
    async with (
        oauth_double(DoubleRules(denies=True)) as double,
        running_service(tmp_path, servers=entry(double)) as service,
    ):
        await status_of(service)
        elsewhere = await service.client.get(SIGN_IN, headers={"Host": "6.6.6.6"})
        assert elsewhere.status_code == 400 and "AGENTIC_SEARCH_ALLOWED_HOSTS" in elsewhere.json()["detail"]
        sent = await service.client.get(SIGN_IN, headers={"Sec-Fetch-Site": "cross-site"})
        assert sent.status_code == 400 and "another site" in sent.json()["detail"]
        assert (await service.client.get("/servers/nobody/sign-in")).status_code == 404
        refused = await come_back(service)
        assert refused.status_code == 502 and "access_denied, No, said the person" in refused.text
        assert "access_denied" in (await status_of(service))["error"]
        begun = await service.client.get(SIGN_IN)
        assert begun.status_code == 303 and "HttpOnly" in begun.headers["set-cookie"]
        double.rules.denies = False
        async with httpx.AsyncClient() as other:
            back = (await other.get(begun.headers["location"])).headers["location"]
            stolen = await other.get(back)  # the link of a sign-in that another browser began
        assert stolen.status_code == 404 and stolen.json()["type"].endswith("not_found")
        assert double.tokens == {}
        assert (await service.client.get(back)).status_code == 200
        await service.ready_servers("guarded")
        assert (await service.client.get(SIGN_IN)).status_code == 409


async def test_another_name_is_allowed_by_a_setting(tmp_path: Path) -> None:
    settings = {"ALLOWED_HOSTS": "search.example.com"}
    async with oauth_double() as double, running_service(tmp_path, servers=entry(double), settings=settings) as service:
        await status_of(service)
        begun = await service.client.get(SIGN_IN, headers={"Host": "search.example.com"})
        redirect = httpx.URL(begun.headers["location"]).params["redirect_uri"]
        assert redirect == "http://search.example.com/servers/sign-in/callback"


async def test_a_service_signs_in_by_itself_as_the_servers_file_says(tmp_path: Path) -> None:
    auth = {"type": "client_credentials", "client_id": "robot", "client_secret": "s3cret"}
    rules = DoubleRules(client_id="robot", client_secret="s3cret")
    async with (
        oauth_double(rules) as double,
        running_service(tmp_path, servers=entry(double, auth=auth)) as service,
    ):
        await service.ready_servers("guarded")
        assert "hello" in await whispered(service)

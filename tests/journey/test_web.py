"""The bundled web server as a user meets it: off, allowed by a switch, remembered, and answers that cite pages."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.service import RunningService, running_service
from tests.support.web_double.site import WebDouble, web_double

PLAN = {
    "tasks": [
        {"id": "found", "tool": "web_search", "arguments": {"query": "otters"}},
        {"id": "page", "tool": "read_page", "arguments": {"url": "${found.results[0].url}"}},
    ]
}

ALONE = {name: {"disabled": True} for name in ("python_docs", "documents", "stories")}
"""The other bundled servers are not what is tried here."""


@pytest.fixture(scope="module")
async def site() -> AsyncGenerator[WebDouble]:
    async with web_double() as site:
        found = {"title": "Otters", "url": site.url("/article"), "content": "Otters are back.", "engine": "brave"}
        site.searxng = {"results": [found]}
        yield site


def settings(site: WebDouble, **more: str) -> dict[str, str]:
    """Of a service with nothing to search but the web; all of it is the site."""
    return {"WEB_ALLOW": "127.0.0.1", "WEB_WIKIPEDIA": site.url(""), **more}


async def server(service: RunningService) -> dict[str, Any]:
    """The web server, as GET /servers has it."""
    servers = (await service.client.get("/servers")).json()["servers"]
    return next(each for each in servers if each["name"] == "web")


async def switch(service: RunningService, *, on: bool) -> dict[str, Any]:
    """What is answered."""
    response = await service.client.post("/servers/web/switch", json={"on": on})
    assert response.status_code == 200, response.text
    return response.json()


async def test_off_by_default_and_nothing_leaves(tmp_path: Path, site: WebDouble) -> None:
    asked = len(site.requests)
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site)) as service:
        web = await server(service)
        assert web["status"] == "disabled" and "off until you allow it" in web["error"]
        for part in ("DuckDuckGo", "Wikipedia", "pages"):
            assert part in web["consent"]
        tools = (await service.client.get("/tools")).json()["tools"]
        assert not [tool for tool in tools if tool["server"] == "web"]
        refused = await service.client.post("/search", json={"query": "otters", "plan": PLAN, "deadline": 5})
        assert refused.status_code >= 400
    assert len(site.requests) == asked


async def test_allowed_by_the_switch_without_a_restart_and_remembered(tmp_path: Path, site: WebDouble) -> None:
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site)) as service:
        assert (await switch(service, on=True))["status"] in {"connecting", "ready"}
        await service.ready_servers("web")
        tools = {tool["name"] for tool in (await service.client.get("/tools")).json()["tools"]}
        assert {"web_search", "read_page", "wikipedia"} <= tools
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site)) as service:
        await service.ready_servers("web")
        assert (await switch(service, on=False))["status"] == "disabled"
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site, WEB="ddgs")) as service:
        assert (await server(service))["status"] == "disabled"


async def test_a_searxng_of_the_setting_is_asked_and_pages_are_cited(tmp_path: Path, site: WebDouble) -> None:
    before = len(site.requests)
    given = settings(site, WEB=site.url(), WEB_ALLOW="127.0.0.1,localhost")
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=given) as service:
        await service.ready_servers("web")
        assert f"SearXNG at {site.url()}" in (await server(service))["consent"]
        run = await service.ask("What was found about otters?", plan=PLAN)
        assert [task["status"] for task in run["tasks"]] == ["completed", "completed"], run["tasks"]
        assert site.url("/article") in {source["url"] for source in run["sources"]}
        contacted = {(each["host"], each["server"]): each for each in run["receipt"]["contacted"]}
        assert set(contacted) == {("", "web"), ("127.0.0.1", "web")} and run["receipt"]["left_machine"] is False
        assert contacted["", "web"]["calls"] == 2
        assert contacted["127.0.0.1", "web"]["calls"] == len(site.requests) - before
        assert contacted["127.0.0.1", "web"]["received"] > len("Otters are back.")
        moved = site.url("/to") + f"?url={quote(site.url('/article', host='localhost'))}"
        plan = {"tasks": [{"tool": "read_page", "arguments": {"url": moved}}]}
        redirected = await service.ask("What was found about otters?", plan=plan, model="offline")
        assert {"127.0.0.1", "localhost"} <= {each["host"] for each in redirected["receipt"]["contacted"]}
        told = (await service.client.get(f"/runs/{redirected['id']}/export?format=md")).text
        assert "## Contacted\n\nNothing left this machine." in told and "\n- localhost (web): " in told


async def test_a_wrong_setting_says_what_to_write(tmp_path: Path, site: WebDouble) -> None:
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site, WEB="google")) as service:
        web = await server(service)
        assert web["status"] == "unavailable" and "AGENTIC_SEARCH_WEB holds 'google'" in web["error"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost.evil.example"])
async def test_no_other_page_flips_the_switch(tmp_path: Path, site: WebDouble, origin: str) -> None:
    async with running_service(tmp_path, bundled=True, servers=ALONE, settings=settings(site)) as service:
        path, body = "/servers/web/switch", {"on": True}
        assert (await service.client.post(path, json=body, headers={"Origin": origin})).status_code == 403
        plain = {"Origin": origin, "Content-Type": "text/plain"}
        assert (await service.client.post(path, content='{"on": true}', headers=plain)).status_code == 403
        assert (await server(service))["status"] == "disabled"
        for wrong in ({}, {"on": "yes"}, {"on": 1}):
            assert (await service.client.post(path, json=wrong)).status_code in {400, 422}
        assert (await service.client.post("/servers/documents/switch", json=body)).status_code == 409
        assert (await service.client.post("/servers/nowhere/switch", json=body)).status_code == 404


async def test_a_call_under_way_ends_when_the_web_is_switched_off(tmp_path: Path, site: WebDouble) -> None:
    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began.set()
        await reader.read()  # until the client leaves
        writer.close()
        left.set()

    began, left = asyncio.Event(), asyncio.Event()
    async with await asyncio.start_server(hangs, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/page"
        async with running_service(
            tmp_path, bundled=True, servers=ALONE, settings=settings(site, WEB="ddgs")
        ) as service:
            await service.ready_servers("web")
            plan = {"tasks": [{"tool": "read_page", "arguments": {"url": url}}]}
            run = await service.begin("Read it", plan=plan)
            await asyncio.wait_for(began.wait(), 30)
            await switch(service, on=False)
            last = (await service.events(run))[-1]
            assert last.event == "run.failed"
            await asyncio.wait_for(left.wait(), 30)

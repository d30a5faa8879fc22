"""What a key may not do, how often it may ask, and under which name, is the same by every door."""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from agentic_search.api.access.needs import NEEDS
from tests.access.doors import AG_UI, call_tool, chat, mcp_session
from tests.access.holders import ADMIN, Holders, keyed_service
from tests.journey.approval.guarded import ADD, MOVE, QUESTION, READ, statuses, waiting

ASYNC = {"Prefer": "respond-async"}
WAITS = {"query": "?", "plan": {"tasks": [MOVE]}}
RESPONSE: dict[str, Any] = {"model": "offline", "input": QUESTION}


@pytest.fixture(scope="module")
async def holders(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Holders]:
    """The service for all tests here."""
    async with keyed_service(tmp_path_factory.mktemp("doors")) as holders:
        yield holders


async def test_who_may_not_approve_does_so_by_no_door(holders: Holders) -> None:
    everything = {"agentic_search": {"approve": ["*"]}}
    async with holders.client("asker") as asker:
        waits = (await asker.post("/search", json=WAITS, headers=ASYNC)).json()
        (needed,) = await waiting(holders.service, waits["id"])
        word = {"interruptId": f"{waits['id']}.1.{needed['id']}", "status": "resolved"}
        for path, body in (
            ("/v1/chat/completions", chat(approve=["*"])),
            ("/v1/responses", {**RESPONSE, **everything}),
            ("/ag-ui", {**AG_UI, "forwardedProps": everything}),
            ("/ag-ui", {**AG_UI, "resume": [word]}),
            ("/ag-ui", {**AG_UI, "resume": [{**word, "payload": {"always": True}}]}),
        ):
            refused = await asker.post(path, json=body)
            assert refused.status_code == 403 and "'a" in refused.text, f"{path}: {refused.text}"
        assert (await asker.post(f"/runs/{waits['id']}/cancel")).status_code == 202
        # Nobody is there when a standing question is asked: the plan that it brings lets nothing run unasked either.
        standing = {"search": {"query": QUESTION, "plan": {"tasks": [ADD, READ]}}, "cron": "0 9 * * *"}
        made = (await asker.post("/schedules", json=standing)).json()
        begun = (await asker.post(f"/schedules/{made['id']}/ask")).json()
        await holders.service.events(begun["id"])
        assert statuses(await holders.service.report(begun["id"]))["add_note"] == "skipped"
        assert (await asker.delete(f"/schedules/{made['id']}")).status_code == 200
    assert holders.notes.untouched and set(holders.notes.calls) <= {"read_notes"}


async def test_who_may_not_read_reads_by_no_door(holders: Holders) -> None:
    async with holders.client("writer") as writer, holders.client("reader") as reader:
        run = (await writer.post("/search", json={"query": QUESTION, "plan": {"tasks": [READ]}})).json()
        assert (await writer.get(f"/runs/{run['id']}")).status_code == 403
        headers = await mcp_session(writer)
        for tool, arguments in (("get_run", {"run_id": run["id"]}), ("list_tools_available", {})):
            refused = await call_tool(writer, headers, tool, arguments)
            assert refused["isError"] and "'read'" in str(refused), refused
        answer = await call_tool(writer, headers, "search", {"query": QUESTION, "model": "offline"})
        assert not answer["isError"] and "Falcon" in str(answer), "its own answer it is given"
        for path, body in (("/mcp", {}), ("/ag-ui", AG_UI), ("/v1/chat/completions", chat()), ("/v1/responses", {})):
            assert (await reader.post(path, json=body)).status_code == 403, path


async def test_as_many_runs_as_a_key_may_have_it_has_by_all_doors_together(holders: Holders) -> None:
    await holders.make("narrow", max_runs=1)
    async with holders.client("narrow") as narrow:
        asked = {"search": {"query": QUESTION, "plan": {"tasks": [READ]}}, "cron": "0 9 * * *"}
        made = (await narrow.post("/schedules", json=asked)).json()
        first = (await narrow.post("/search", json={"query": QUESTION, "plan": {"tasks": [READ]}})).json()
        planned = (await narrow.post("/search", json={"query": QUESTION, "model": "offline", "plan_only": True})).json()
        headers = await mcp_session(narrow)
        waits = (await narrow.post("/search", json=WAITS, headers=ASYNC)).json()
        doors: list[tuple[str, dict[str, Any]]] = [
            ("/search", {"query": QUESTION}),
            ("/v1/chat/completions", chat()),
            ("/v1/responses", {**RESPONSE, "background": True}),
            ("/ag-ui", AG_UI),
            (f"/runs/{first['id']}/synthesize", {}),
            (f"/runs/{first['id']}/retry", {"task_id": "t1"}),
            (f"/runs/{planned['id']}/start", {}),
            (f"/schedules/{made['id']}/ask", {}),
        ]
        for path, body in doors:
            refused = await narrow.post(path, json=body)
            assert refused.status_code == 429 and "have not ended" in refused.text, f"{path}: {refused.text}"
            assert int(refused.headers["retry-after"]) >= 1, path
        refused = await call_tool(narrow, headers, "search", {"query": QUESTION})
        assert refused["isError"] and "have not ended" in str(refused)
        assert (await narrow.post(f"/runs/{waits['id']}/cancel")).status_code == 202
        together = await asyncio.gather(*(narrow.post(path, json=body) for path, body in doors[:3] + doors[-1:]))
        assert sorted(each.status_code for each in together).count(429) == len(together) - 1
        assert (await narrow.delete(f"/schedules/{made['id']}")).status_code == 200


async def test_as_often_as_a_key_may_ask_it_asks_by_all_doors_together(holders: Holders) -> None:
    await holders.make("seldom", rate=6)
    own = {"Origin": holders.service.url}
    async with holders.client("seldom") as seldom, holders.client("") as browser:
        key = holders.keys["seldom"]["key"]
        assert (await browser.post("/session", json={"key": key}, headers=own)).status_code == 200
        for client, method, path in (
            (seldom, "GET", "/runs"),
            (seldom, "GET", "/v1/models"),
            (seldom, "GET", "/tools"),
            (seldom, "POST", "/ag-ui"),
            (browser, "GET", "/threads"),
            (seldom, "GET", "/nothing"),  # also what is refused counts, or what may be asked for could be tried out
        ):
            assert (await client.request(method, path, headers=own)).status_code != 429, path
        for client, method, path in (
            (browser, "GET", "/runs"),
            (browser, "POST", "/search"),
            (seldom, "POST", "/v1/chat/completions"),
            (seldom, "POST", "/mcp"),
            (seldom, "POST", "/ag-ui"),
        ):
            refused = await client.request(method, path, headers=own)
            assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1, path
            if path.startswith("/v1/"):
                assert refused.json()["error"]["type"] == "rate_limit_error"
        assert (await holders.admin.get("/runs")).status_code == 200, "others ask on"


NAMES = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "")
"""Of another service, as a page has them whose name was made to lead here."""


async def test_no_door_is_open_under_another_name_or_to_another_page_whatever_the_key(holders: Holders) -> None:
    port = urlsplit(holders.service.url).port
    for path, methods in NEEDS.items():
        url = re.sub(r"\{\w+(:\w+)?\}", "x", path)
        for method in methods:
            for name in NAMES:
                answer = await holders.admin.request(method, url, headers={"Host": name})
                assert answer.status_code == 421, f"{method} {path} as {name!r}"
                assert "access-control-allow-origin" not in answer.headers
            for origin in ("https://evil.example", "null", f"http://localhost.evil.example:{port}"):
                answer = await holders.admin.request(
                    "OPTIONS", url, headers={"Origin": origin, "Access-Control-Request-Method": method}
                )
                assert not [name for name in answer.headers if name.startswith("access-control")], path
                if method != "GET":
                    answer = await holders.admin.request(method, url, headers={"Origin": origin})
                    assert answer.status_code == 403, f"{method} {path} from {origin}"
    # What proxies say of another name is not believed either, and nobody speaks anything but HTTP here.
    feint = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    assert "evil.example" not in (await holders.admin.get("/opensearch.xml", headers=feint)).text
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    for path in ("/", "/mcp", "/ag-ui", "/runs/x/events"):
        async with httpx.AsyncClient(base_url=holders.service.url) as stranger:
            assert (await stranger.get(path, headers=upgrade)).status_code != 101, path


SIMPLE = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
"""What a page may send anywhere without asking first."""


async def test_a_form_or_a_link_of_another_page_does_nothing_with_a_browsers_cookie(holders: Holders) -> None:
    own = {"Origin": holders.service.url}
    async with holders.client("") as browser:
        assert (await browser.post("/session", json={"key": ADMIN}, headers=own)).status_code == 200
        for path, methods in NEEDS.items():
            url = re.sub(r"\{\w+(:\w+)?\}", "x", path)
            for kind in SIMPLE if "POST" in methods else ():
                for headers in ({}, {"Origin": "http://localhost:1", "Sec-Fetch-Site": "same-site"}):
                    answer = await browser.post(url, headers={"Content-Type": kind, **headers}, content=b'{"a=": 1}')
                    assert answer.status_code == 403 or path == "/session", f"{path} {kind} {headers}"
        for site in ("cross-site", "same-site"):
            begun = await browser.get("/servers/notes/sign-in", headers={"Sec-Fetch-Site": site})
            assert begun.status_code == 400 and "another site" in begun.json()["detail"]
        for path in ("/?q=Falcon", "/search?query=Falcon"):
            before = (await holders.admin.get("/runs")).json()["runs"]
            await browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})
            assert (await holders.admin.get("/runs")).json()["runs"] == before

"""What is another key's is not there: by every route of the service's own description, and by every other door."""

from collections.abc import AsyncGenerator, Iterator
from typing import Any

import httpx
import pytest

from tests.access.doors import AG_UI, call_tool, chat, mcp_session
from tests.access.holders import Holders, keyed_service, told
from tests.journey.approval.guarded import MOVE, QUESTION, READ, waiting

NOBODYS = "0" * 32
PLAN = {"tasks": [READ]}
ASYNC = {"Prefer": "respond-async"}
SHARED = {"name", "model", "key_id"}
"""Parameters that name nobody's own: servers and documents, models, keys."""


@pytest.fixture(scope="module")
async def holders(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Holders]:
    """The service for all tests here."""
    async with keyed_service(tmp_path_factory.mktemp("anothers")) as holders:
        yield holders


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Method, path and body of each operation on something that is somebody's, as the description has them."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            parameters = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            if not parameters or parameters <= SHARED:
                continue
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = [each["value"] for each in content.get("examples", {}).values()]
            yield method.upper(), path, next((each for each in examples if each), {"title": "mine"})


async def belongings(alice: httpx.AsyncClient) -> list[dict[str, str]]:
    """Ids of what alice has: a run that ended, one that waits, one that was deleted, a standing question."""
    run = (await alice.post("/search", json={"query": QUESTION, "plan": PLAN})).json()
    gone = (await alice.post("/search", json={"query": QUESTION, "plan": PLAN})).json()
    assert (await alice.delete(f"/runs/{gone['id']}")).status_code == 200
    waits = (await alice.post("/search", json={"query": "?", "plan": {"tasks": [MOVE]}}, headers=ASYNC)).json()
    made = (await alice.post("/schedules", json={"search": {"query": "Falcon?"}, "cron": "0 9 * * *"})).json()
    return [
        {
            **dict.fromkeys(("run_id", "response_id"), each["id"]),
            "thread_id": each["thread_id"],
            "schedule_id": made["id"],
        }
        for each in (run, waits, gone)
    ]


async def send(client: httpx.AsyncClient, method: str, path: str, body: Any, ids: dict[str, str]) -> httpx.Response:
    values = {**dict.fromkeys(SHARED, "x"), **ids, "task_id": "t1", "response_id": f"resp_{ids['response_id']}"}
    return await client.request(method, path.format_map(values), json=body if method in {"POST", "PATCH"} else None)


async def test_every_route_of_the_description_answers_of_anothers_as_of_nothing(holders: Holders) -> None:
    description = (await holders.admin.get("/openapi.json")).json()
    found = list(operations(description))
    assert len(found) > 25, found
    async with holders.client("alice") as alice, holders.client("bob") as bob:
        theirs = await belongings(alice)
        nothing = dict.fromkeys(theirs[0], NOBODYS)
        before = [(await alice.get(path)).text for path in ("/runs", "/threads", "/schedules")]
        for method, path, body in found:
            unknown = told(await send(bob, method, path, body, nothing), NOBODYS)
            assert unknown[0] in {403, 404}, f"{method} {path}: {unknown}"
            for ids in theirs:
                stolen = await send(bob, method, path, body, ids)
                assert told(stolen, *ids.values()) == unknown, f"{method} {path}: {stolen.text}"
        after = [(await alice.get(path)).text for path in ("/runs", "/threads", "/schedules")]
        assert before == after, "nothing of alice's has changed"
        for path in ("/runs", "/threads", "/schedules", "/runs?q=Falcon", "/threads?q=Falcon"):
            listed = (await bob.get(path)).json()
            assert listed[path.strip("/").partition("?")[0]] == [], path
        assert (await bob.get("/runs", params={"thread_id": theirs[0]["thread_id"]})).json()["runs"] == []
        for ids in theirs[:2]:
            assert (await alice.get(f"/runs/{ids['run_id']}")).json()["id"] == ids["run_id"]
        assert (await alice.post(f"/runs/{theirs[1]['run_id']}/cancel")).status_code == 202


async def test_no_other_door_leads_to_what_is_anothers(holders: Holders) -> None:
    async with holders.client("alice") as alice, holders.client("bob") as bob:
        run = (await alice.post("/search", json={"query": QUESTION, "plan": PLAN})).json()
        waits = (await alice.post("/search", json={"query": "?", "plan": {"tasks": [MOVE]}}, headers=ASYNC)).json()
        (needed,) = await waiting(holders.service, waits["id"])
        refused: list[tuple[str, dict[str, Any]]] = [
            ("/search", {"query": "More?", "thread_id": run["thread_id"]}),
            ("/v1/chat/completions", chat(thread_id=run["thread_id"])),
            ("/v1/responses", {"model": "offline", "input": "?", "agentic_search": {"thread_id": run["thread_id"]}}),
            ("/v1/responses", {"model": "offline", "input": "?", "previous_response_id": f"resp_{run['id']}"}),
            ("/ag-ui", {**AG_UI, "threadId": run["thread_id"]}),
            ("/ag-ui", {**AG_UI, "resume": [{"interruptId": f"{waits['id']}.1.{needed['id']}", "status": "resolved"}]}),
        ]
        for path, body in refused:
            answer = await bob.post(path, json=body)
            assert answer.status_code == 404, f"{path} {body}: {answer.text}"
        stolen = await bob.post("/ag-ui", json=refused[-1][1])
        unknown = {**AG_UI, "resume": [{"interruptId": f"{NOBODYS}.1.{needed['id']}", "status": "resolved"}]}
        assert told(await bob.post("/ag-ui", json=unknown), NOBODYS) == told(stolen, waits["id"])

        headers = await mcp_session(bob)
        for tool, arguments, other in (
            ("get_run", {"run_id": run["id"]}, {"run_id": NOBODYS}),
            ("search", {"query": "More?", "thread_id": run["thread_id"]}, None),
        ):
            taken = await call_tool(bob, headers, tool, arguments)
            assert taken["isError"] and "Falcon" not in str(taken), taken
            if other is not None:
                nothing = await call_tool(bob, headers, tool, other)
                assert str(nothing).replace(NOBODYS, "ID") == str(taken).replace(run["id"], "ID")
        own = await mcp_session(alice)
        assert (await bob.post("/mcp", headers=own, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})).is_error
        assert "Falcon" in str(await call_tool(alice, own, "get_run", {"run_id": run["id"]}))
        assert (await alice.post(f"/runs/{waits['id']}/cancel")).status_code == 202
    assert holders.notes.untouched


async def test_its_owner_and_an_administrator_have_it_and_what_is_added_to_it(holders: Holders) -> None:
    async with holders.client("alice") as alice:
        run = (await alice.post("/search", json={"query": QUESTION, "plan": PLAN})).json()
        for client in (alice, holders.admin):
            assert (await client.get(f"/runs/{run['id']}")).json()["id"] == run["id"]
        goes_on = await holders.admin.post(
            "/search", json={"query": "More?", "thread_id": run["thread_id"], "plan": PLAN}
        )
        assert goes_on.json()["id"] in {each["id"] for each in (await alice.get("/runs")).json()["runs"]}

"""Standing questions of a running service: made, refused, changed, asked, told as a feed and by webhook."""

import asyncio
from pathlib import Path
from typing import Any, cast

import feedparser
import pytest

from tests.schedules.following import YEARLY, ask_and_wait, create, standing
from tests.schedules.receiver import receiver
from tests.support.service import RunningService, running_service, stdio_entry

SERVERS = {"slow": stdio_entry()}
LOOPBACK = {"WEBHOOK_ALLOW": "127.0.0.1"}
PLAN: dict[str, list[dict[str, Any]]] = {"tasks": [{"id": "t1", "tool": "rows", "arguments": {"n": 2}}]}


def parsed(feed: bytes) -> dict[str, Any]:
    """As a reader of feeds has it."""
    return cast("Any", feedparser).parse(feed)


async def test_it_is_made_listed_changed_and_deleted(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=SERVERS) as service:
        made = await create(
            service, search={"query": "Which lamp?"}, cron="0  9 * * mon-fri", zone="Europe/Berlin", title="Lamps"
        )
        assert (made["cron"], made["title"], made["runs"], made["secret"]) == ("0 9 * * mon-fri", "Lamps", [], None)
        assert made["next_at"] and not made["paused"]
        path = f"/schedules/{made['id']}"
        assert [each["id"] for each in (await service.client.get("/schedules")).json()["schedules"]] == [made["id"]]
        paused = (await service.client.patch(path, json={"paused": True})).json()
        assert paused["paused"] and paused["next_at"] is None
        changed = (await service.client.patch(path, json={"paused": False, "cron": "0 8 * * *", "title": "L"})).json()
        assert changed["next_at"] and (changed["cron"], changed["title"]) == ("0 8 * * *", "L")
        assert (await service.client.delete(path)).json() == {"id": made["id"], "thread_id": made["thread_id"]}
        for response in (
            await service.client.get(path),
            await service.client.patch(path, json={"paused": True}),
            await service.client.delete(path),
            await service.client.post(f"{path}/ask"),
            await service.client.get(f"{path}/feed"),
        ):
            assert response.status_code == 404 and "no standing question" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"cron": "* * * *"}, 422, "write five fields"),
        ({"cron": "* * * * *"}, 400, "AGENTIC_SEARCH_SCHEDULE_INTERVAL"),
        ({"zone": "Mars/Base"}, 422, "no time zone"),
        ({"webhook": "http://127.0.0.1/hook"}, 400, "AGENTIC_SEARCH_WEBHOOK_ALLOW"),
        ({"webhook": "http://169.254.169.254/latest"}, 400, "metadata"),
        ({"webhook": "http://2130706433/"}, 400, "unusual form"),
        ({"webhook": "ftp://example.org/"}, 400, "only http and https"),
        ({"webhook": "http://user:pass@example.org/"}, 400, "user or password"),
        ({"search": {"query": "q", "thread_id": "t"}}, 422, "'thread_id' is not for a standing question"),
        ({"search": {"query": "q", "approve": ["*"]}}, 422, "'approve' is not for a standing question"),
        ({"search": {"query": "q", "plan_only": True}}, 422, "'plan_only' is not for a standing question"),
        ({"search": {"query": " "}}, 422, '"must not be blank'),
        ({"often": True}, 422, "no such field"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_to_do(
    shared: RunningService, body: dict[str, object], status: int, says: str
) -> None:
    given = {"search": {"query": "Which lamp?"}, "cron": YEARLY, **body}
    response = await shared.client.post("/schedules", json=given)
    assert response.status_code == status, response.text
    assert says in response.text
    assert (await shared.client.get("/schedules")).json()["schedules"] == []


async def test_there_may_be_only_so_many(tmp_path: Path) -> None:
    async with running_service(tmp_path, settings={"MAX_SCHEDULES": "1"}) as service:
        await standing(service, "one")
        response = await service.client.post("/schedules", json={"search": {"query": "two"}, "cron": YEARLY})
        assert response.status_code == 409 and "AGENTIC_SEARCH_MAX_SCHEDULES" in response.text


async def test_its_runs_are_in_the_history_in_a_conversation_of_their_own_and_never_two_at_once(tmp_path: Path) -> None:
    slow = {"tasks": [{"id": "t1", "tool": "sleep_for", "arguments": {"seconds": 30}}]}
    async with running_service(tmp_path, servers=SERVERS) as service:
        await service.ready_servers("slow")
        made = await standing(service, "Which lamp?", plan=slow)
        started = (await service.client.post(f"/schedules/{made['id']}/ask")).json()
        again = await service.client.post(f"/schedules/{made['id']}/ask")
        assert again.status_code == 409 and "being asked" in again.text
        assert (await service.client.get(f"/schedules/{made['id']}")).json()["asking"] == started["id"]
        await service.client.post(f"/runs/{started['id']}/cancel")
        ended = await _ended(service, made["id"], started["id"])
        assert (ended["status"], ended["error"], ended["news"]) == ("cancelled", "It was cancelled.", None)
        await service.client.patch(f"/schedules/{made['id']}", json={"search": {"query": "Which lamp?", "plan": PLAN}})
        second = await ask_and_wait(service, made["id"])
        runs = (await service.client.get("/runs", params={"thread_id": made["thread_id"]})).json()["runs"]
        assert [run["id"] for run in runs] == [second["run_id"], started["id"]]


async def _ended(service: RunningService, schedule_id: str, run_id: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            run = (await service.client.get(f"/schedules/{schedule_id}")).json()["last"]
            if run and run["run_id"] == run_id:
                return run
            await asyncio.sleep(0.02)


async def test_after_a_run_that_failed_the_next_is_compared_with_the_last_good_one(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=SERVERS) as service:
        await service.ready_servers("slow")
        made = await standing(service, "Which lamp?", plan=PLAN)
        path = f"/schedules/{made['id']}"
        first = await ask_and_wait(service, made["id"])
        nothing = {"tasks": [{"tool": "no_such_tool"}]}
        await service.client.patch(path, json={"search": {"query": "Which lamp?", "plan": nothing}})
        failed = await ask_and_wait(service, made["id"])
        assert failed["status"] == "failed" and failed["error"] and failed["news"] is None
        await service.client.patch(path, json={"search": {"query": "Which lamp?", "plan": PLAN}})
        third = await ask_and_wait(service, made["id"])
        assert third["news"]["since_run"] == first["run_id"]
        assert not third["news"]["found"]


async def test_a_tool_that_may_change_something_is_skipped_though_the_plan_is_given(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=SERVERS) as service:
        await service.ready_servers("slow")
        plan = {"tasks": [*PLAN["tasks"], {"id": "t2", "tool": "hang", "arguments": {"seconds": 0}}]}
        made = await standing(service, "Which lamp?", plan=plan)
        run = await ask_and_wait(service, made["id"])
        tasks = {task["id"]: task for task in (await service.report(run["run_id"]))["tasks"]}
        assert tasks["t1"]["status"] == "completed" and tasks["t2"]["status"] == "skipped"
        assert run["status"] == "partial" and not run["news"]["whole"]


async def test_the_feed_is_valid_has_what_is_new_and_is_read_anew_only_where_it_changed(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=SERVERS) as service:
        await service.ready_servers("slow")
        made = await create(
            service, search={"query": "Lamp <&>\u0001?", "plan": PLAN}, cron=YEARLY, title="Lamps <i>&amp;</i> \u0000"
        )
        path = f"/schedules/{made['id']}/feed"
        empty = await service.client.get(path)
        assert empty.headers["content-type"] == "application/atom+xml" and not parsed(empty.content)["entries"]
        first = await ask_and_wait(service, made["id"])
        await ask_and_wait(service, made["id"])
        response = await service.client.get(path)
        feed = parsed(response.content)
        assert not feed["bozo"] and feed["version"] == "atom10"
        assert feed["feed"]["title"].startswith("Lamps <i>&amp;</i>")
        (entry,) = feed["entries"]
        assert entry["id"] == f"urn:agentic-search:run:{first['run_id']}"
        assert entry["updated"] == first["ended_at"] == feed["feed"]["updated"]
        assert "2 sources" in entry["content"][0]["value"]
        tag = response.headers["etag"]
        for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
            again = await service.client.get(path, headers={"If-None-Match": given})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await service.client.get(path, headers={"If-None-Match": '"x"'})).content == response.content


async def test_what_is_new_is_sent_signed_once_and_nothing_new_is_not(tmp_path: Path) -> None:
    async with receiver() as hook, running_service(tmp_path, servers=SERVERS, settings=LOOPBACK) as service:
        await service.ready_servers("slow")
        made = await create(service, search={"query": "Which lamp?", "plan": PLAN}, cron=YEARLY, webhook=hook.url)
        secret = made["secret"]
        assert (await service.client.get(f"/schedules/{made['id']}")).json()["secret"] is None, "it is shown once"
        first = await ask_and_wait(service, made["id"])
        message = await hook.next(secret)
        assert message["type"] == "schedule.news" and message["data"]["run"]["run_id"] == first["run_id"]
        assert message["data"]["run"]["news"]["found"] and message["data"]["schedule"]["id"] == made["id"]
        await ask_and_wait(service, made["id"])
        assert (await _delivery(service, made["id"], -1, "delivered"))["attempts"] == 1
        assert hook.received.empty()


@pytest.mark.parametrize(("status", "says"), [(500, "status 500"), (302, "redirects"), (410, "Given up")])
async def test_what_the_receiver_does_not_take_is_told(tmp_path: Path, status: int, says: str) -> None:
    async with receiver(status) as hook, running_service(tmp_path, servers=SERVERS, settings=LOOPBACK) as service:
        await service.ready_servers("slow")
        made = await create(service, search={"query": "Which lamp?", "plan": PLAN}, cron=YEARLY, webhook=hook.url)
        await ask_and_wait(service, made["id"])
        delivery = await _delivery(service, made["id"], 0, "given_up" if status == 410 else "waiting")
        assert says in delivery["error"] and delivery["attempts"] == 1
        assert bool(delivery["next_at"]) == (status != 410)


async def test_a_name_that_leads_inside_is_not_asked(tmp_path: Path) -> None:
    async with running_service(tmp_path, servers=SERVERS) as service:
        await service.ready_servers("slow")
        made = await create(
            service, search={"query": "Which lamp?", "plan": PLAN}, cron=YEARLY, webhook="http://localhost:8080/hook"
        )
        await ask_and_wait(service, made["id"])
        delivery = await _delivery(service, made["id"], 0, "waiting")
        assert "this machine" in delivery["error"] and "AGENTIC_SEARCH_WEBHOOK_ALLOW" in delivery["error"]


async def _delivery(service: RunningService, schedule_id: str, place: int, state: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while True:
            runs = (await service.client.get(f"/schedules/{schedule_id}")).json()["runs"]
            delivery = runs[place]["delivery"]
            if delivery and delivery["state"] == state and (delivery["error"] or state == "delivered"):
                return delivery
            await asyncio.sleep(0.02)

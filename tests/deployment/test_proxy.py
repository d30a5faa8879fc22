"""Behind the proxy of the cluster: events come as they happen, names and origins are checked, who leaves is noticed."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.nginx import running_nginx
from tests.support.service import RunningService, running_service, stdio_entry
from tests.support.sse import messages

SLOW: dict[str, Any] = {
    "tasks": [{"id": "quick", "tool": "no_op"}, {"id": "slow", "tool": "hang", "arguments": {"seconds": 100}}]
}


@pytest.fixture
async def proxied(tmp_path: Path) -> AsyncGenerator[RunningService]:
    """The service, as it is reached through the proxy."""
    settings = {"ALLOWED_HOSTS": "search.example"}
    async with (
        running_service(tmp_path, servers={"slow": stdio_entry()}, settings=settings) as service,
        running_nginx(service.url, tmp_path) as url,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):
        behind = RunningService(url, client, service.process, service.servers, service.log)
        await behind.ready_servers("slow")
        yield behind


async def until_streams(service: RunningService, number: int) -> None:
    """Wait until so many listeners are being sent events."""
    async with asyncio.timeout(30):
        while True:
            load = (await service.client.get("/health?verbose")).json()["load"]
            if load["runs"]["open_streams"] == number:
                return
            await asyncio.sleep(0.02)


async def test_events_come_while_the_run_goes_on_and_a_listener_that_leaves_is_noticed(proxied: RunningService) -> None:
    run_id = await proxied.begin("Where is the lamp?", plan=SLOW, model="offline")
    async with proxied.client.stream("GET", f"/runs/{run_id}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in response.headers
        async for message in messages(response):
            if message.event == "task.completed":
                assert (await proxied.report(run_id))["status"] == "running"
                await until_streams(proxied, 1)
                break
    await until_streams(proxied, 0)
    assert (await proxied.client.post(f"/runs/{run_id}/cancel")).status_code < 300
    seen = await proxied.events(run_id)
    assert [int(each.id) for each in seen] == [*range(1, len(seen) + 1)]
    assert seen[-1].event == "run.cancelled"
    assert await proxied.events(run_id, after=3) == seen[3:]


@pytest.mark.parametrize(
    ("host", "status"), [("search.example", 200), ("SEARCH.example:8080", 200), ("evil.example", 421)]
)
async def test_the_service_sees_the_name_that_it_was_asked_by(proxied: RunningService, host: str, status: int) -> None:
    assert (await proxied.client.get("/runs", headers={"Host": host})).status_code == status


async def test_a_page_of_another_site_changes_nothing(proxied: RunningService) -> None:
    asked = {"query": "Where is the lamp?", "model": "offline", "plan": {"tasks": [{"id": "a", "tool": "no_op"}]}}
    for origin, host, status in (
        ("https://evil.example", "search.example", 403),
        ("https://search.example", "search.example", 200),
    ):
        response = await proxied.client.post("/search", json=asked, headers={"Origin": origin, "Host": host})
        assert response.status_code == status, response.text


async def test_a_large_question_passes_and_one_too_large_is_refused_in_the_services_words(
    proxied: RunningService,
) -> None:
    plan = {"tasks": [{"id": "say", "tool": "echo", "arguments": {"text": uuid.uuid4().hex * 2_000}}]}
    assert (await proxied.ask("What is said?", plan=plan, model="offline"))["status"] == "completed"
    refused = await proxied.client.post("/search", content=b'"' + b"a" * 20_000_000 + b'"')
    assert refused.headers["content-type"] == "application/problem+json" and refused.status_code == 413

"""Pages of other sites, also those whose name leads to this machine, change nothing; the service's own page does."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from tests.journey.approval.guarded import ADD, Notes, guarded_service
from tests.support.service import RunningService

QUERY = {"query": "Add it", "plan": {"tasks": [ADD]}, "approve": ["*"]}


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[tuple[RunningService, Notes]]:
    settings = {"ALLOWED_HOSTS": "search.example.com"}
    async with guarded_service(tmp_path_factory.mktemp("origins"), settings=settings) as opened:
        yield opened


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:8023"}, 200),
        ({"Origin": "http://[::1]:8023"}, 200),
        ({"Origin": "http://app.localhost:3000"}, 200),
        ({"Origin": "http://192.168.1.5:8023", "Host": "192.168.1.5:8023"}, 200),
        ({"Origin": "https://search.example.com", "Host": "search.example.com"}, 200),
        ({"Origin": "https://search.example.com", "Host": "SEARCH.example.com.:443"}, 200),
        ({"Origin": "http://evil.example:8023", "Host": "evil.example:8023"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://6.6.6.6"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": ""}, 403),
        ([("Origin", "http://localhost:8023"), ("Origin", "http://evil.example")], 403),
    ],
)
async def test_who_may_have_something_changed(
    opened: tuple[RunningService, Notes], headers: dict[str, str] | list[tuple[str, str]], status: int
) -> None:
    service, notes = opened
    before = len(notes.calls)
    answered = await service.client.post("/search", json=QUERY, headers=headers)
    assert answered.status_code == status, answered.text
    assert len(notes.calls) - before == (status == 200)
    if status != 200:
        assert "AGENTIC_SEARCH_ALLOWED_HOSTS" in answered.json()["detail"]


@pytest.mark.parametrize("path", ["/runs", "/servers", "/", "/static/index.html", "/openapi.json", "/health"])
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "localhost.evil.example", "evil.example:8023", "[", "127.0.0.1.evil.example"),
        *("evil.example@localhost", "localhost/.evil.example", "localhost#.evil.example", "localhost?evil.example"),
    ],
)
async def test_under_another_name_nothing_can_be_read(
    opened: tuple[RunningService, Notes], path: str, host: str
) -> None:
    answered = await opened[0].client.get(path, headers={"Host": host})
    assert answered.status_code == 421 and answered.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9", "[::1]:8023", "10.1.2.3", "search.example.com", "localhost."]
)
async def test_under_its_own_names_and_addresses_everything_can(
    opened: tuple[RunningService, Notes], host: str
) -> None:
    assert (await opened[0].client.get("/runs", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/", "/health", "/runs", "/servers", "/tools", "/openapi.json", "/static/js/main.js"])
async def test_every_answer_is_guarded_and_has_a_head(opened: tuple[RunningService, Notes], path: str) -> None:
    client = opened[0].client
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers.get("content-length") == whole.headers.get("content-length")
    for answered in (whole, head, await client.get("/nothing")):
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answered.headers["content-security-policy"]


async def test_the_head_of_a_stream_ends(opened: tuple[RunningService, Notes]) -> None:
    service, _ = opened
    run = await service.ask("Add it", plan={"tasks": [ADD]}, approve=["*"])
    head = await service.client.head(f"/runs/{run['id']}/events")
    assert head.status_code == 200 and head.headers["content-type"].startswith("text/event-stream")


async def test_who_has_seen_the_last_event_is_told_that_there_are_no_more(
    opened: tuple[RunningService, Notes],
) -> None:
    service, _ = opened
    run = await service.ask("Add it", plan={"tasks": [ADD]}, approve=["*"])
    last = len(await service.events(run["id"]))
    statuses = {}
    for number in (str(last - 1), str(last), str(last + 5), "9" * 18, "9" * 4_301, "-1", "x"):
        answered = await service.client.get(f"/runs/{run['id']}/events", headers={"Last-Event-ID": number})
        statuses[number[:19]] = answered.status_code
    assert [*statuses.values()] == [200, 204, 204, 204, 400, 400, 400]


@pytest.mark.parametrize("hosts", [("localhost", "evil.example"), ("evil.example", "localhost")])
async def test_of_several_hosts_each_must_be_the_services_own(
    opened: tuple[RunningService, Notes], hosts: tuple[str, str]
) -> None:
    at = opened[0].client.base_url
    reader, writer = await asyncio.open_connection(at.host, at.port)  # httpx sends one Host only
    lines = ["GET /runs HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode())
    answered = await reader.read()
    writer.close()
    assert answered.startswith(b"HTTP/1.1 421 ")
    assert b"evil.example" in answered

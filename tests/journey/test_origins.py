"""Pages of other sites, also those whose name leads to this machine, change nothing; the service's own page does."""

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
    ("headers", "is_own"),
    [
        ({}, True),
        ({"Origin": "http://localhost:8023"}, True),
        ({"Origin": "http://[::1]:8023"}, True),
        ({"Origin": "http://192.168.1.5:8023", "Host": "192.168.1.5:8023"}, True),
        ({"Origin": "https://search.example.com", "Host": "search.example.com"}, True),
        ({"Origin": "http://evil.example:8023", "Host": "evil.example:8023"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "http://6.6.6.6"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://["}, False),
    ],
)
async def test_who_may_have_something_changed(
    opened: tuple[RunningService, Notes], headers: dict[str, str], is_own: bool
) -> None:
    service, notes = opened
    before = len(notes.calls)
    answered = await service.client.post("/search", json=QUERY, headers=headers)
    assert answered.status_code == (200 if is_own else 403), answered.text
    assert len(notes.calls) - before == is_own
    if not is_own:
        assert "AGENTIC_SEARCH_ALLOWED_HOSTS" in answered.json()["detail"]
    assert (await service.client.get("/runs", headers=headers)).status_code == 200

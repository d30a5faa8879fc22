"""The OpenAPI description holds together: references lead somewhere, links and events name what there is."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from agentic_search.api.app import create_app
from agentic_search.settings import Settings

STREAMS = {
    ("/search", "post"),
    ("/runs/{run_id}/retry", "post"),
    ("/runs/{run_id}/synthesize", "post"),
    ("/runs/{run_id}/start", "post"),
    ("/runs/{run_id}/events", "get"),
    ("/models/pull", "post"),
    ("/v1/chat/completions", "post"),
    ("/v1/responses", "post"),
    ("/v1/responses/{response_id}", "get"),
    ("/ag-ui", "post"),
}


@pytest.fixture(scope="module")
def described() -> Any:
    return create_app(Settings()).openapi()


def operations(described: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_reference_leads_somewhere(described: Any) -> None:
    for name in re.findall(r'"#/([^"]+)"', json.dumps(described)):
        place = described
        for step in name.split("/"):
            place = place[step]


def test_every_operation_has_a_name_of_its_own_and_every_link_leads_to_one(described: Any) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names)) and "get_run" in names
    (search,) = (operation for path, _, operation in operations(described) if path == "/search")
    links = [link for status in ("200", "202") for link in search["responses"][status]["links"].values()]
    assert {link["operationId"] for link in links} <= set(names) and len(links) > 4


def test_what_may_happen_to_any_request_is_described_for_each(described: Any) -> None:
    for path, method, operation in operations(described):
        statuses = set(operation["responses"])
        assert statuses >= {"408", "421", "431"}, path
        assert ("security" not in operation) or statuses >= {"401", "403", "429"}, path
        assert (method == "get") or "403" in statuses, path
        bad_body = "400" if path.startswith("/v1/") else "422"  # as OpenAI's clients know it
        assert ("requestBody" not in operation) or statuses >= {"413", bad_body}, path


def test_a_search_may_be_answered_with_all_of_these(described: Any) -> None:
    (search,) = (operation for path, _, operation in operations(described) if path == "/search")
    problems = {"400", "401", "403", "404", "408", "413", "421", "422", "429", "431", "502", "503", "504"}
    expected = {"200", "202", *problems}
    assert set(search["responses"]) == expected
    assert "Retry-After" in search["responses"]["503"]["headers"]
    assert all("Location" in search["responses"][status]["headers"] for status in ("200", "202"))


def test_streams_describe_each_of_their_events(described: Any) -> None:
    found = set[tuple[str, str]]()
    for path, method, operation in operations(described):
        if content := operation["responses"].get("200", {}).get("content", {}).get("text/event-stream"):
            found.add((path, method))
            assert content["itemSchema"]["properties"]["data"]["contentMediaType"] == "application/json"
    assert found == STREAMS

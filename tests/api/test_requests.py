"""What a caller gets wrong is said with 422, and what no JSON can hold reaches neither tools nor events."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fuzz.conftest import fuzzed_entry
from tests.fuzz.streams import check_report, check_run, events_of, strict_json
from tests.support.service import RunningService, running_service

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService, None]:
    folder: Path = tmp_path_factory.mktemp("service")
    async with running_service(folder, servers={"fuzzed": fuzzed_entry()}) as opened:
        await opened.ready_servers("fuzzed")
        yield opened


def nested(levels: int, kind: str = "list") -> str:
    return "[" * levels + "]" * levels if kind == "list" else '{"a":' * levels + "1" + "}" * levels


def plan(arguments: str, **fields: str) -> str:
    more = "".join(f', "{name}": {value}' for name, value in fields.items())
    return f'{{"query": "What is there?", "plan": [{{"tool": "echo", "arguments": {arguments}{more}}}]}}'


async def run(service: RunningService, body: str | bytes) -> Any:
    """The run's report, which says what its events said, each of them JSON."""
    headers = {**JSON, "Accept": "text/event-stream"}
    async with service.client.stream("POST", "/search", content=body, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        events = await events_of(response)
    report = strict_json((await service.client.get(f"/runs/{check_run(events)}")).content)
    check_report(report, events)
    return report


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
async def test_a_number_that_no_float_holds_is_null_for_tools_and_in_events(
    service: RunningService, number: str
) -> None:
    report = await run(service, plan(f'{{"value": [{number}, 1]}}'))
    assert report["tasks"][0]["result"]["given"] == {"value": [None, 1]}


@pytest.mark.parametrize(
    "body",
    [
        plan('{"value": "\\ud800!"}', purpose='"\\udfff"'),
        plan('{"value": "\ud800!"}').encode(errors="surrogatepass"),
        plan('{"value": "${`\\"\\\\ud800!\\"` || t1}"}', depends_on='["t0"]').replace(
            "[{", '[{"id": "t0", "tool": "echo"}, {"id": "t1", "tool": "echo"}, {', 1
        ),
    ],
    ids=["escaped", "in bytes", "in a literal of an expression"],
)
async def test_half_of_a_surrogate_pair_is_the_replacement_character(
    service: RunningService, body: str | bytes
) -> None:
    report = await run(service, body)
    assert report["tasks"][-1]["result"]["given"] == {"value": "\ufffd!"}


@pytest.mark.parametrize(
    "body",
    [
        plan('{"value": NaN}'),
        plan('{"value": -Infinity}'),
        plan("{}", timeout="1e999"),
        plan(f'{{"value": {nested(150)}}}'),
        plan(f'{{"value": {nested(150, "object")}}}'),
        plan(f'{{"value": {nested(100_000)}}}'),
        plan(f'{{"value": {"9" * 5_000}}}'),
        b"\xff",
        b"",
        "[]",
        '{"query": "What is there?", "deadline": 1e999}',
        '{"query": "What is there?", "deadline": true, "rounds": "many"}',
    ],
)
async def test_what_the_caller_gets_wrong_is_422_and_says_what(service: RunningService, body: str | bytes) -> None:
    for path in ("/search", "/runs/x/tasks/t1/approve", "/servers/fuzzed/inputs", "/models/pull"):
        answered = await service.client.post(path, content=body, headers=JSON)
        if path == "/runs/x/tasks/t1/approve" and body == b"":  # it needs no body
            continue
        assert answered.status_code == 422, (path, answered.text)
        assert answered.headers["content-type"] == "application/problem+json"
        assert strict_json(answered.content)["errors"]


async def test_as_many_levels_as_may_be_are_passed_on(service: RunningService) -> None:
    report = await run(service, plan(f'{{"value": {nested(90)}}}'))
    assert report["tasks"][0]["status"] == "completed"


async def test_arguments_that_grow_too_deep_fail_their_task_alone(service: RunningService) -> None:
    def task(number: int, tool: str, value: str, levels: int) -> str:
        arguments = f'{{"value": {"[" * levels}{value}{"]" * levels}}}'
        return f'{{"id": "t{number}", "tool": "{tool}", "arguments": {arguments}}}'

    tasks = [task(1, "echo", "1", 80), *(task(number, "echo", f'"${{t{number - 1}}}"', 28) for number in range(2, 9))]
    body = f'{{"query": "What is there?", "plan": [{", ".join(tasks)}, {task(9, "erase", """ "${t3}" """, 90)}]}}'
    report = await run(service, body)
    assert report["status"] == "partial"
    assert "stands in more than 30 lists and objects" in report["tasks"][-1]["error"]


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/x-www-form-urlencoded"}, {"Content-Type": "x"}])
async def test_a_body_of_no_type_is_told_which_header_it_needs(
    service: RunningService, headers: dict[str, str]
) -> None:
    for path in ("/search", "/servers/fuzzed/inputs", "/models/pull"):
        answered = await service.client.post(path, content=b'{"query": "lamp"}', headers=headers)
        assert answered.status_code == 422
        assert "Content-Type: application/json" in answered.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/runs/x", {"GET", "HEAD", "DELETE"}),
        ("OPTIONS", "/servers/fuzzed/sign-in", {"GET", "HEAD", "DELETE"}),
        ("POST", "/servers/sign-in/callback", {"GET", "HEAD"}),
        ("GET", "/search", {"POST"}),
        ("PATCH", "/", {"GET", "HEAD"}),
        ("DELETE", "/static/index.html", {"GET", "HEAD"}),
        ("PUT", "/openapi.json", {"GET", "HEAD"}),
    ],
)
async def test_a_method_that_a_path_lacks_is_answered_with_all_that_it_has(
    service: RunningService, method: str, path: str, allowed: set[str]
) -> None:
    answered = await service.client.request(method, path)
    assert answered.status_code == 405
    assert set(answered.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    ("sent", "status"), [(b"GET\r\n\r\n", 400), (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431)]
)
async def test_what_is_refused_before_it_is_read_is_a_problem_too(
    service: RunningService, sent: bytes, status: int
) -> None:
    at = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert b"content-type: application/problem+json" in head and head.startswith(b"HTTP/1.1 %d " % status)
    assert strict_json(body)["status"] == status


@pytest.mark.parametrize(
    "fields",
    [
        {"tools": ["[!a-" * 50_000]},
        {"approve": ["*a" * 50_000]},
        {"tools": ["*"] * 100_000},
        {"approve": [f"*{number}*" for number in range(100_000)]},
        {"plan": [{"tool": "a" * 500_000}]},
    ],
)
async def test_names_and_globs_of_tools_are_bounded(service: RunningService, fields: dict[str, Any]) -> None:
    answered = await service.client.post("/search", json={"query": "What is there?", **fields})
    assert answered.status_code == 422
    assert len(answered.text) < 10_000


@pytest.mark.parametrize(("given", "field"), [("[]", "plan.tasks"), ('{"tasks": []}', "plan.tasks")])
async def test_a_plan_without_tasks_is_told_in_our_words(service: RunningService, given: str, field: str) -> None:
    body = f'{{"query": "What is there?", "plan": {given}}}'
    answer = await service.client.post("/search", content=body, headers=JSON)
    assert answer.status_code == 422
    message = "It is empty; write at least one element, or leave the field out."
    assert answer.json()["errors"] == [{"field": field, "message": message}]

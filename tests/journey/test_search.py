"""From the question to the last frame, on a real server with real MCP servers and no model."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.mcp_processes import events as logged_events
from tests.support.mcp_processes import logged
from tests.support.service import RunningService
from tests.support.sse import messages


def call(tool: str, **arguments: object) -> dict[str, object]:
    """One task."""
    return {"tool": tool, "arguments": arguments}


def plan(*tasks: dict[str, object]) -> dict[str, object]:
    """A plan of the caller's own."""
    return {"tasks": list(tasks)}


ROWS = plan(call("slow.rows", n=3))


async def test_a_question_is_answered_with_the_whole_run(service: RunningService) -> None:
    run = await service.ask("What do the rows say?", plan=plan(call("slow.rows", n=3), call("web.rows", n=2)))
    assert (run["status"], run["planner"], run["model"]) == ("completed", "given", None)
    assert "quotes its sources" in run["answer"]
    assert run["sources"] and all(f"[{source['id']}]" in run["answer"] for source in run["sources"])
    assert {source["url"] for source in run["sources"]} <= {f"https://example.org/{n}" for n in (1, 2, 3)}
    assert [(task["id"], task["server"], task["status"]) for task in run["tasks"]] == [
        ("t1", "slow", "completed"),
        ("t2", "web", "completed"),
    ]
    assert len(run["tasks"][0]["result"]) == 3
    assert run["usage"]["model_calls"] == 0 and run["timings"]["total"] > 0


async def test_the_same_request_streams_its_events_and_ends_with_the_terminal_one(service: RunningService) -> None:
    headers = {"Accept": "text/event-stream"}
    body = {"query": "What do the rows say?", "plan": ROWS}
    async with service.client.stream("POST", "/search", json=body, headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        events = [message async for message in messages(response)]
    assert [message.event for message in events][:4] == ["run.started", "tools.discovered", "plan.started", "plan.task"]
    assert events[-1].event == "run.completed"
    assert [int(message.id) for message in events] == list(range(1, len(events) + 1))
    assert all(message.data["seq"] == int(message.id) and message.data["type"] == message.event for message in events)
    assert sum(message.event.startswith("run.") for message in events) == 2
    text = "".join(message.data["data"]["text"] for message in events if message.event == "answer.delta")
    (answer,) = [message.data["data"] for message in events if message.event == "answer.completed"]
    assert text.strip() == answer["answer"].strip()


async def test_the_same_request_is_accepted_at_once_and_found_again(service: RunningService) -> None:
    response = await service.client.post(
        "/search", json={"query": "later", "plan": ROWS}, headers={"Prefer": "respond-async"}
    )
    assert response.status_code == 202
    run_id = response.json()["id"]
    assert response.headers["location"] == f"/runs/{run_id}"
    await service.events(run_id)
    run = await service.report(run_id)
    assert run["status"] == "completed" and run["query"] == "later"
    task = (await service.client.get(f"/runs/{run_id}/tasks/t1")).json()
    assert task["result"] == run["tasks"][0]["result"]


async def test_a_plan_runs_its_independent_tasks_side_by_side(service: RunningService) -> None:
    naps = [call("slow.sleep_for", seconds=2, label=f"nap {n}") for n in range(6)]
    run = await service.ask("sleep", plan=plan(*naps))
    starts = [task["started_at"] for task in run["tasks"]]
    ends = [task["started_at"] + task["duration"] for task in run["tasks"]]
    assert max(starts) < min(ends), "every task was under way before the first had ended"
    assert run["timings"]["execute"] < run["timings"]["serial_tools"] / 2


async def test_results_flow_into_the_tasks_that_refer_to_them(service: RunningService) -> None:
    tasks = plan(
        {"id": "found", **call("slow.rows", n=3)},
        {"id": "said", **call("slow.echo", text="${item.title} of ${length(found)}"), "for_each": "${found[:2]}"},
        {"id": "never", **call("slow.echo", text="x"), "when": "${found[9]}"},
    )
    run = await service.ask("flow", plan=tasks)
    by_id = {task["id"]: task for task in run["tasks"]}
    assert by_id["said"]["result"] == ["Row 1 of 3", "Row 2 of 3"]
    assert by_id["never"]["status"] == "skipped"
    assert run["plan"]["tasks"][1]["depends_on"] == ["found"]


async def test_one_failed_task_does_not_cost_the_answer(service: RunningService) -> None:
    tasks = plan(
        {"id": "bad", **call("slow.fail", message="the index is closed")},
        {"id": "after", **call("slow.echo", text="${bad}")},
        {"id": "good", **call("slow.rows", n=1)},
    )
    run = await service.ask("rows", plan=tasks)
    assert run["status"] == "partial"
    assert [task["status"] for task in run["tasks"]] == ["failed", "skipped", "completed"]
    assert "the index is closed" in run["tasks"][0]["error"]
    assert run["answer"]


async def test_a_run_in_which_everything_fails_is_a_problem_that_names_the_run(service: RunningService) -> None:
    body = {"query": "x", "plan": plan(call("slow.fail", message="no luck"))}
    response = await service.client.post("/search", json=body)
    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert "no luck" in problem["detail"] and problem["type"] == "urn:agentic-search:run_failed"
    assert (await service.report(problem["run_id"]))["status"] == "failed"


async def test_a_refused_plan_lists_every_complaint_and_runs_nothing(service: RunningService) -> None:
    tasks = plan(
        {"id": "a", **call("slow.rosw", n=1)},
        {"id": "b", **call("slow.rows", count=1), "depends_on": ["nobody"]},
        {"id": "c", **call("slow.echo", text="${c.x}")},
    )
    response = await service.client.post("/search", json={"query": "x", "plan": tasks})
    assert response.status_code == 422
    detail = response.json()["detail"]
    for complaint in ("slow.rosw", "slow.rows", "nobody", "'c'"):
        assert complaint in detail
    run = await service.report(response.json()["run_id"])
    assert all(task["started_at"] is None for task in run["tasks"])


async def test_a_deadline_cuts_stragglers_and_answers_from_what_arrived(
    service: RunningService, slow_log: Path
) -> None:
    tasks = plan(call("slow.rows", n=1), call("slow.sleep_for", seconds=60, label="straggler"))
    run = await service.ask("rows", plan=tasks, deadline=3)
    assert run["status"] == "partial" and run["answer"]
    assert "deadline" in run["tasks"][1]["error"]
    await logged(slow_log, "cancelled", "straggler")


async def test_a_deadline_with_nothing_to_answer_from_is_a_timeout(service: RunningService) -> None:
    body = {"query": "x", "plan": plan(call("slow.sleep_for", seconds=60)), "deadline": 1}
    response = await service.client.post("/search", json=body)
    assert response.status_code == 504, response.text


async def test_stopping_a_run_reaches_every_tool_call(service: RunningService, slow_log: Path) -> None:
    labels = [f"stopped {n}" for n in range(3)]
    run_id = await service.begin("x", plan=plan(*(call("slow.sleep_for", seconds=60, label=it) for it in labels)))
    for label in labels:
        await logged(slow_log, "started", label)
    for _ in range(2):
        response = await service.client.post(f"/runs/{run_id}/cancel")
        assert response.status_code == 202
    for label in labels:
        await logged(slow_log, "cancelled", label)
    events = await service.events(run_id)
    assert events[-1].event == "run.cancelled" and events[-1].data["data"]["by"] == "user"
    run = await service.report(run_id)
    assert run["status"] == "cancelled"
    assert {task["status"] for task in run["tasks"]} == {"cancelled"}


async def test_a_browser_that_leaves_stops_nothing_and_comes_back_where_it_was(
    service: RunningService, slow_log: Path
) -> None:
    naps = plan(call("slow.sleep_for", seconds=0.6, label="undisturbed"), call("slow.rows", n=1))
    run_id = await service.begin("rows", plan=naps)
    seen = await service.events(run_id, until="task.started")
    await logged(slow_log, "finished", "undisturbed")
    rest = await service.events(run_id, after=int(seen[-1].id))
    assert [int(message.id) for message in [*seen, *rest]] == list(range(1, len(seen) + len(rest) + 1))
    assert rest[-1].event == "run.completed"
    assert not [entry for entry in logged_events(slow_log) if entry == {"event": "cancelled", "label": "undisturbed"}]


async def test_leaving_the_request_that_started_a_run_stops_nothing(service: RunningService) -> None:
    body = {"query": "left alone", "plan": plan(call("slow.sleep_for", seconds=3), call("slow.rows", n=1))}
    with pytest.raises(httpx.ReadTimeout):
        await service.client.post("/search", json=body, timeout=httpx.Timeout(30, read=1))
    runs = (await service.client.get("/runs", params={"q": "left ALONE"})).json()["runs"]
    events = await service.events(runs[0]["id"])
    assert events[-1].event == "run.completed"


async def test_any_number_of_listeners_see_the_same_events(service: RunningService) -> None:
    run_id = await service.begin("rows", plan=plan(call("slow.sleep_for", seconds=0.3), call("slow.rows", n=1)))
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(service.events(run_id)) for _ in range(8)]
    first = [message.data for message in listeners[0].result()]
    assert all([message.data for message in listener.result()] == first for listener in listeners)


async def test_progress_of_a_tool_reaches_the_listener(service: RunningService) -> None:
    run_id = await service.begin("x", plan=plan(call("slow.sleep_for", seconds=0.3, steps=3)))
    events = [message.data["data"] for message in await service.events(run_id) if message.event == "task.progress"]
    assert [(each["progress"], each["total"], each["text"]) for each in events] == [
        (1, 3, "step 1"),
        (2, 3, "step 2"),
        (3, 3, "step 3"),
    ]


async def test_a_large_result_is_named_by_its_url_and_found_there_whole(service: RunningService) -> None:
    run_id = await service.begin("x", plan=plan(call("slow.rows", n=2_000)))
    (completed,) = [each.data["data"] for each in await service.events(run_id) if each.event == "task.completed"]
    assert "result" not in completed
    task = (await service.client.get(completed["result_url"])).json()
    assert len(task["result"]) == 2_000


async def test_only_the_allowed_tools_are_used(service: RunningService) -> None:
    response = await service.client.post("/search", json={"query": "echo", "tools": ["nothing_*"]})
    assert response.status_code == 422
    assert "nothing_*" in response.json()["detail"] and "slow.rows" in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"query"}),
        ({"query": ""}, {"query"}),
        ({"query": " \n "}, {"query"}),
        ({"query": "x" * 8_001}, {"query"}),
        ({"query": "x", "deadline": -1, "thread_id": "no spaces"}, {"deadline", "thread_id"}),
        ({"query": "x", "model": ""}, {"model"}),
        ({"query": "x", "querry": "y"}, {"querry"}),
        ({"query": "x", "plan": {"tasks": []}}, {"plan.tasks"}),
        ({"query": "x", "plan": {"tasks": [{"arguments": 3}]}}, {"plan.tasks.0.tool", "plan.tasks.0.arguments"}),
    ],
)
async def test_every_bad_field_is_named_at_once(service: RunningService, body: Any, fields: set[str]) -> None:
    response = await service.client.post("/search", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in response.json()["errors"]} == fields


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"query": "x", "prevew": true}', {"prevew": "no such field"}),
        ('{"query": "x", "preview": "x"}', {"preview": "true nor false"}),
        ('{"query": "x", "preview": 7}', {"preview": "true nor false"}),
        ('{"query": "x", "tools": "a"}', {"tools": "write [...]"}),
        ("{}", {"query": "must be given"}),
        ("nope", {"body": "send one JSON object"}),
    ],
)
async def test_a_bad_field_is_told_what_belongs_there(service: RunningService, body: str, told: dict[str, str]) -> None:
    response = await service.client.post("/search", content=body, headers={"Content-Type": "application/json"})
    said = {error["field"]: error["message"] for error in response.json()["errors"]}
    assert said.keys() == told.keys() and all(words in said[field] for field, words in told.items()), said


async def test_a_body_that_is_no_json_or_too_large_is_refused(service: RunningService) -> None:
    headers = {"Content-Type": "application/json"}
    broken = await service.client.post("/search", content=b"{nope", headers=headers)
    assert broken.status_code == 422 and broken.json()["errors"]
    huge = await service.client.post("/search", content=json.dumps({"query": "x" * 5_000_000}), headers=headers)
    assert huge.status_code == 413 and huge.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/runs/nope", 404),
        ("GET", "/runs/nope/events", 404),
        ("GET", "/runs/nope/tasks/t1", 404),
        ("POST", "/runs/nope/cancel", 404),
        ("DELETE", "/runs/nope", 404),
        ("GET", "/runs?cursor=nope", 400),
        ("GET", "/runs?limit=0", 422),
        ("GET", "/nowhere", 404),
        ("PUT", "/search", 405),
    ],
)
async def test_what_is_not_there_is_a_problem_that_says_so(
    service: RunningService, method: str, path: str, status: int
) -> None:
    response = await service.client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status and len(response.json()["detail"]) > 20


async def test_a_strange_last_event_id_is_refused(service: RunningService) -> None:
    run_id = await service.begin("x", plan=ROWS)
    response = await service.client.get(f"/runs/{run_id}/events", headers={"Last-Event-ID": "seven"})
    assert response.status_code == 400 and "seven" in response.json()["detail"]


async def test_runs_are_listed_newest_first_filtered_and_paged(service: RunningService) -> None:
    ids = [(await service.ask(f"page {n}", plan=ROWS, thread_id="paging"))["id"] for n in range(3)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"thread_id": "paging", "limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await service.client.get("/runs", params=params)).json()
        seen += [run["id"] for run in page["runs"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ids[::-1]
    none = (await service.client.get("/runs", params={"thread_id": "paging", "status": "failed"})).json()
    assert none == {"runs": [], "next_cursor": None}


async def test_a_run_is_forgotten_once_it_has_ended(service: RunningService) -> None:
    run_id = await service.begin("x", plan=plan(call("slow.sleep_for", seconds=60)))
    refused = await service.client.delete(f"/runs/{run_id}")
    assert refused.status_code == 409 and "cancel" in refused.json()["detail"]
    await service.client.post(f"/runs/{run_id}/cancel")
    await service.events(run_id)
    assert (await service.client.delete(f"/runs/{run_id}")).status_code == 200
    assert (await service.client.get(f"/runs/{run_id}")).status_code == 404


async def test_what_can_be_used_is_reported_and_why_what_cannot_cannot(service: RunningService) -> None:
    tools = (await service.client.get("/tools")).json()["tools"]
    assert {"slow.rows", "web.rows"} <= {tool["name"] for tool in tools}
    servers = (await service.client.get("/servers")).json()["servers"]
    assert {(server["name"], server["status"], server["transport"]) for server in servers} == {
        ("slow", "ready", "stdio"),
        ("web", "ready", "http"),
    }
    models = (await service.client.get("/models")).json()
    assert models["models"] == [] and models["writer"] is None and "ollama serve" in models["error"]
    ready = await service.client.get("/ready")
    assert ready.status_code == 200 and ready.json()["ready"]
    assert any("quote their sources" in reason for reason in ready.json()["reasons"])
    assert (await service.client.get("/health")).json()["status"] == "ok"


async def test_the_page_is_served_with_a_policy_that_lets_nothing_in_from_outside(service: RunningService) -> None:
    page = await service.client.get("/")
    assert page.status_code == 200 and "default-src 'self'" in page.headers["content-security-policy"]
    assert "http://" not in page.text and "https://" not in page.text
    script = await service.client.get("/static/js/main.js")
    assert script.status_code == 200 and script.headers["cache-control"] == "no-cache"

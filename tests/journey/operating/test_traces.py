"""Traces of runs, as a collector of OpenTelemetry's gets them from the service: shape, ends and callers."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from tests.support.mcp_processes import running
from tests.support.ollama_double import Model, OllamaDouble, written
from tests.support.otlp_double import Collector, Mood, ReceivedSpan, collector
from tests.support.postgres import RunningPostgres
from tests.support.service import RunningService, running_service, stdio_entry

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "vendor=value"}
SECRETS = ("quokka", "wombat", "numbat", "bilby")
"""What is asked, given to a tool, said by one that fails, and answered."""
QUESTION = f"Where does the {SECRETS[0]} live?"
TASKS: list[dict[str, Any]] = [
    {"id": "said", "tool": "slow.echo", "arguments": {"text": SECRETS[1]}, "purpose": SECRETS[1]},
    {"id": "broken", "tool": "slow.fail", "arguments": {"message": SECRETS[2]}},
    {"id": "after", "tool": "slow.echo", "arguments": {"text": "${broken}"}},
    {"id": "list", "tool": "slow.rows", "arguments": {"n": 3}},
    {"id": "each", "tool": "slow.echo", "arguments": {"text": "${item.title}"}, "for_each": "${list}"},
    {"id": "here", "tool": "here.told", "arguments": {}},
    {"id": "there", "tool": "there.told", "arguments": {}},
    {"id": "sum", "tool": "calculate", "arguments": {"expression": "1 + 1"}},
]
NODES = ["initialize", "discover_tools", "plan", "execute_all_parallel", "synthesize"]
INTERNAL, CLIENT = 1, 3
"""Kinds of spans, on the wire."""


@dataclass(frozen=True)
class Traced:
    """What was asked of the service, and what the collector has of it."""

    collector: Collector
    ollama: OllamaDouble
    given: dict[str, Any]
    """The run of a plan that was brought."""
    planned: dict[str, Any]
    """The run that a model planned."""
    cancelled: str
    doors: list[tuple[str, str]]
    """By whose trace each other way in was used, and the run's id."""


@pytest.fixture(scope="module")
async def traced(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Traced]:
    """Searches in every way; the service has ended."""
    folder = tmp_path_factory.mktemp("traced")
    async with AsyncExitStack() as stack:
        collecting = await stack.enter_async_context(collector())
        ollama = await stack.enter_async_context(OllamaDouble([Model("qwen3:8b")]))
        _, url = await stack.enter_async_context(running("tests.support.traced_server", "--http"))
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        patched.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collecting.url)
        servers = {"slow": stdio_entry(), "here": stdio_entry(program="traced_server"), "there": {"url": url}}
        settings = {"APPROVAL": "never"}
        async with running_service(folder, servers=servers, ollama=ollama.url, settings=settings) as service:
            await service.ready_servers(*servers)
            body = {"query": QUESTION, "plan": {"tasks": TASKS}, "model": "offline"}
            given = (await service.client.post("/search", json=body, headers=CALLER)).json()
            ollama.enqueue(*written(json.dumps({"tasks": [{"tool": "rows", "arguments": {"n": 3}}]})))
            ollama.enqueue(*written(f"The {SECRETS[3]} is in the first row [1]."))
            planned = await service.ask("What do the rows say?")
            slow = {"tasks": [{"id": "slow", "tool": "sleep_for", "arguments": {"seconds": 60}}]}
            cancelled = await service.begin(QUESTION, plan=slow, model="offline", trace=CALLER)
            await service.events(cancelled, until="task.started")
            await service.client.post(f"/runs/{cancelled}/cancel")
            await service.events(cancelled)
            doors = [await _by_openai(service), await _by_mcp(service), await _by_ag_ui(service)]
        yield Traced(collecting, ollama, given, planned, cancelled, doors)


async def _by_openai(service: RunningService) -> tuple[str, str]:
    asked = {"model": "offline", "messages": [{"role": "user", "content": QUESTION}]}
    trace = "a" * 32
    headers = {"traceparent": f"00-{trace}-{SPAN}-01"}
    assert (await service.client.post("/v1/chat/completions", json=asked, headers=headers)).status_code == 200
    return trace, await _newest(service)


async def _by_mcp(service: RunningService) -> tuple[str, str]:
    trace, url = "b" * 32, f"{service.url}/mcp"
    asked = {"query": QUESTION, "model": "offline"}
    async with Client(url) as client:
        answer = await client.call_tool("search", asked, meta={"traceparent": f"00-{trace}-{SPAN}-01"})
    assert not answer.is_error, answer
    return trace, await _newest(service)


async def _by_ag_ui(service: RunningService) -> tuple[str, str]:
    asked = {"threadId": "t", "runId": "r", "messages": [{"id": "m", "role": "user", "content": QUESTION}]}
    trace = "c" * 32
    headers = {"traceparent": f"00-{trace}-{SPAN}-01"}
    assert (await service.client.post("/ag-ui", json=asked, headers=headers)).status_code == 200
    return trace, await _newest(service)


async def _newest(service: RunningService) -> str:
    return (await service.client.get("/runs", params={"limit": 1})).json()["runs"][0]["id"]


def named(spans: list[ReceivedSpan], name: str) -> ReceivedSpan:
    """The one of that name."""
    (span,) = [span for span in spans if span.name == name]
    return span


async def test_a_run_is_a_tree_of_nodes_tasks_and_calls_below_what_its_caller_did(traced: Traced) -> None:
    took = traced.collector
    run = took.of_run(traced.given["id"])
    assert (run.trace, run.parent, run.service) == (TRACE, SPAN, "agentic-search")
    assert [span.name for span in took.within(run)] == NODES
    assert all(span.trace == TRACE for span in took.below(run))
    tasks = took.within(named(took.within(run), "execute_all_parallel"))
    assert {span.attributes["gen_ai.tool.call.id"] for span in tasks} == {task["id"] for task in TASKS}
    by_id = {span.attributes["gen_ai.tool.call.id"]: span for span in tasks}
    assert {task_id: [call.name for call in took.within(span)] for task_id, span in by_id.items()} == {
        "said": ["tools/call echo"],
        "broken": ["tools/call fail"],
        "after": [],
        "list": ["tools/call rows"],
        "each": ["tools/call echo"] * 3,
        "here": ["tools/call told"],
        "there": ["tools/call told"],
        "sum": [],
    }
    call = took.within(by_id["there"])[0]
    assert (call.kind, by_id["there"].kind) == (CLIENT, INTERNAL)
    told = {name: call.attributes[name] for name in ("mcp.method.name", "network.transport", "server.address")}
    assert told == {"mcp.method.name": "tools/call", "network.transport": "tcp", "server.address": "127.0.0.1"}
    assert took.within(by_id["here"])[0].attributes["network.transport"] == "pipe"


async def test_times_lie_within_those_of_what_a_span_belongs_to(traced: Traced) -> None:
    by_id = {span.id: span for span in traced.collector.spans}
    inner = [(span, by_id[span.parent]) for span in by_id.values() if span.parent in by_id]
    assert len(inner) > 40
    outside = [span.name for span, outer in inner if not outer.began <= span.began <= span.ended <= outer.ended]
    assert outside == []


async def test_each_end_is_told_and_only_what_failed_is_an_error(traced: Traced) -> None:
    took = traced.collector
    run, stopped = took.of_run(traced.given["id"]), took.of_run(traced.cancelled)
    ends = {
        span.attributes["gen_ai.tool.call.id"]: (span.attributes["agentic_search.outcome"], span.failed)
        for span in took.below(run)
        if "gen_ai.tool.call.id" in span.attributes
    }
    assert ends.pop("broken") == ("failed", True)
    assert ends.pop("after") == ("skipped", False)
    assert set(ends.values()) == {("completed", False)}
    broken = next(span for span in took.below(run) if span.name == "execute_tool slow.fail")
    assert broken.attributes["error.type"] == "tool_failed"
    assert run.attributes["agentic_search.outcome"] == "partial" and not run.failed
    slow = [span.attributes["agentic_search.outcome"] for span in took.below(stopped) if "sleep_for" in span.name]
    assert slow == ["cancelled", "cancelled"], "the task, and its call"
    assert stopped.attributes["agentic_search.outcome"] == "cancelled" and not stopped.failed
    assert stopped.trace == TRACE, "the field of the request does as well as the header"


async def test_calls_of_models_are_spans_of_the_node_that_makes_them(traced: Traced) -> None:
    took = traced.collector
    run = took.of_run(traced.planned["id"])
    assert run.parent == "", "nobody told of a trace: it is one of its own"
    assert run.attributes["agentic_search.planner"] == traced.planned["planner"] == "model"
    for node in ("plan", "synthesize"):
        call = named(took.within(named(took.within(run), node)), "chat qwen3:8b")
        assert call.kind == CLIENT
        assert call.attributes["gen_ai.operation.name"] == "chat"
        assert call.attributes["gen_ai.provider.name"] == "ollama"
        assert call.attributes["gen_ai.usage.input_tokens"] > 0 < call.attributes["gen_ai.usage.output_tokens"]
    told = [chat.headers["traceparent"].split("-")[1:3] for chat in traced.ollama.chats]
    calls = [span for span in took.spans if span.name == "chat qwen3:8b"]
    assert sorted(told) == sorted([span.trace, span.id] for span in calls)


async def test_servers_are_told_which_call_it_is(traced: Traced) -> None:
    took = traced.collector
    tasks = {task["id"]: task for task in traced.given["tasks"]}
    below = took.below(took.of_run(traced.given["id"]))
    for task_id in ("here", "there"):
        task = next(span for span in below if span.attributes.get("gen_ai.tool.call.id") == task_id)
        (call,) = took.within(task)
        told = tasks[task_id]["result"]
        header = told["meta"] if task_id == "there" else None
        assert told == {"meta": f"00-{TRACE}-{call.id}-01", "header": header}


async def test_every_way_in_takes_the_trace_of_its_caller(traced: Traced) -> None:
    for trace, run_id in traced.doors:
        run = traced.collector.of_run(run_id)
        assert (run.trace, run.parent) == (trace, SPAN)


async def test_nothing_that_was_asked_given_or_answered_is_in_any_span(traced: Traced) -> None:
    assert SECRETS[2] in json.dumps(traced.given) and SECRETS[3] in traced.planned["answer"]
    sent = b"".join(traced.collector.bodies).lower()
    assert b"execute_tool" in sent
    assert [secret for secret in SECRETS if secret.encode() in sent] == []


@pytest.mark.parametrize("mood", ["refuses", "hangs"])
async def test_a_collector_that_does_not_take_them_disturbs_no_search(
    mood: Mood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with collector(mood) as collecting:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collecting.url)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1" if mood == "refuses" else "60")
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
        async with running_service(tmp_path, servers={"slow": stdio_entry()}) as service:
            await service.ready_servers("slow")
            plan = {"tasks": [{"tool": "echo", "arguments": {"text": "hello"}}]}
            for _ in range(3):
                assert (await service.ask("Hello?", plan=plan, model="offline"))["status"] == "completed"
                async with asyncio.timeout(60):
                    await collecting.asked.wait()
    told = [line for line in service.log if re.search("traces|opentelemetry", line)]
    assert len(told) == 1, told
    assert ("cannot be sent" if mood == "refuses" else "last traces were not sent") in told[0]


async def test_a_run_that_waited_in_the_database_belongs_to_its_caller(
    tmp_path: Path, postgres: RunningPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with collector() as collecting:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collecting.url)
        shared = {"DATABASE_URL": postgres.new_database()}
        plan = {"tasks": [{"tool": "calculate", "arguments": {"expression": "1 + 1"}}]}
        body = {"query": "What is it?", "plan": plan, "model": "offline"}
        async with (
            running_service(tmp_path, settings={**shared, "ROLE": "web"}) as web,
            running_service(tmp_path, settings={**shared, "ROLE": "worker"}),
        ):
            run = (await web.client.post("/search", json=body, headers=CALLER)).json()
        assert run["status"] == "completed"
        span = collecting.of_run(run["id"])
        assert (span.trace, span.parent) == (TRACE, SPAN)

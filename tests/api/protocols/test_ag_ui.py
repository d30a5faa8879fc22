"""/ag-ui: every event as AG-UI's own types have it, patches that apply, and runs that wait for approval and go on."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
from ag_ui.core import Event, RunAgentInput
from pydantic import TypeAdapter

from tests.api.protocols.conftest import ANSWER, script
from tests.support.ollama_double import OllamaDouble
from tests.support.service import RunningService, running_service, stdio_entry

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
QUESTION = "What do the rows say?"
WRITES = {"tasks": [{"tool": "hang", "arguments": {"seconds": 0.01}}, {"tool": "rows", "arguments": {"n": 2}}]}


@pytest.fixture(scope="module")
async def cautious(
    ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[RunningService, None]:
    """A service whose tools wait for approval, where they do not say that they only read."""
    folder: Path = tmp_path_factory.mktemp("cautious")
    settings = {"PREVIEW": "false"}
    async with running_service(
        folder, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=settings
    ) as running:
        await running.ready_servers("slow")
        yield running


async def told(service: RunningService, *, run_id: str = "r1", **more: Any) -> list[dict[str, Any]]:
    """What the service answers, each event checked by AG-UI's type of it."""
    messages = [{"id": "m1", "role": "user", "content": QUESTION}]
    asked: dict[str, Any] = {"threadId": "thread-1", "runId": run_id, "messages": messages, "tools": [], "context": []}
    body = RunAgentInput.model_validate({**asked, "state": {}, "forwardedProps": {}, **more})
    events: list[dict[str, Any]] = []
    async with service.client.stream("POST", "/ag-ui", json=body.model_dump(mode="json", by_alias=True)) as response:
        assert response.status_code == 200, await response.aread()
        async for line in response.aiter_lines():
            if line.startswith("data: "):
                events.append(json.loads(line[6:]))
                assert not EVENT.validate_python(events[-1]).model_extra, line
    return events


def check_order(events: list[dict[str, Any]]) -> None:
    """As AG-UI's own client checks it: what begins ends once, and nothing is under way at the end."""
    assert events[0]["type"] == "RUN_STARTED" and events[-1]["type"] in {"RUN_FINISHED", "RUN_ERROR"}
    under_way: list[tuple[str, str]] = []
    for event in events[1:-1]:
        kind, _, part = event["type"].rpartition("_")
        name = event.get("stepName") or event.get("toolCallId") or event.get("messageId") or ""
        if part in {"START", "STARTED"}:
            assert (kind, name) not in under_way
            under_way.append((kind, name))
        elif part in {"END", "FINISHED"}:
            under_way.remove((kind, name))
        elif part in {"CONTENT", "ARGS"}:
            assert (kind, name) in under_way
    assert not under_way


def final_state(events: list[dict[str, Any]]) -> Any:
    """The state as a front end has it at the end."""
    state: Any = None
    for event in events:
        if event["type"] == "STATE_SNAPSHOT":
            state = event["snapshot"]
        elif event["type"] == "STATE_DELTA":
            state = jsonpatch.apply_patch(state, event["delta"])
    return state


async def test_a_run_is_told_as_steps_thoughts_tool_calls_text_and_state(
    service: RunningService, ollama: OllamaDouble
) -> None:
    script(ollama)
    events = await told(service)
    check_order(events)
    steps = [event["stepName"] for event in events if event["type"] == "STEP_STARTED"]
    assert steps == ["discover_tools", "plan", "execute_all_parallel", "synthesize"]
    text = "".join(event["delta"] for event in events if event["type"] == "TEXT_MESSAGE_CONTENT")
    assert text == ANSWER
    names = {event["toolCallId"]: event["toolCallName"] for event in events if event["type"] == "TOOL_CALL_START"}
    results = {event["toolCallId"]: event["content"] for event in events if event["type"] == "TOOL_CALL_RESULT"}
    assert sorted(names.values()) == ["echo", "rows"] and results.keys() == names.keys()
    assert any("Row 1" in content for content in results.values())
    state = final_state(events)
    assert state["status"] == "completed" and state["query"] == QUESTION
    assert {task["tool"]: task["status"] for task in state["tasks"].values()} == {
        "rows": "completed",
        "echo": "completed",
    }
    assert [source["url"] for source in state["sources"]] == ["https://example.org/1", "https://example.org/2"]
    assert events[-1]["outcome"] == {"type": "success"}
    assert events[-1]["usage"][0]["model"] == "qwen3:8b" and events[-1]["usage"][0]["totalTokens"] > 0


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_run_that_waits_for_approval_finishes_with_interrupts_and_goes_on_when_they_are_answered(
    cautious: RunningService, ollama: OllamaDouble, allowed: bool
) -> None:
    script(ollama, WRITES, ANSWER)
    first = await told(cautious)
    check_order(first)
    (interrupt,) = first[-1]["outcome"]["interrupts"]
    assert (interrupt["reason"], interrupt["metadata"]["tool"]) == ("tool_approval", "hang")
    called = {event["toolCallId"] for event in first if event["type"] == "TOOL_CALL_START"}
    assert interrupt["toolCallId"] in called
    answer = {"interruptId": interrupt["id"], "status": "resolved", "payload": {"approved": allowed}}
    second = await told(cautious, run_id="r2", resume=[answer])
    check_order(second)
    assert second[0]["runId"] == "r2" and second[-1]["outcome"] == {"type": "success"}
    assert second[1]["snapshot"]["tasks"], "the state goes on from where it was"
    state = final_state(second)
    assert {task["tool"]: task["status"] for task in state["tasks"].values()} == {
        "hang": "completed" if allowed else "skipped",
        "rows": "completed",
    }
    both = [event for event in (*first, *second) if event["type"] == "TOOL_CALL_RESULT"]
    assert len({event["toolCallId"] for event in both}) == len(both) == 2
    refused = await cautious.client.post(
        "/ag-ui", json={"threadId": "t", "runId": "r", "messages": [], "resume": [answer]}
    )
    assert refused.status_code == 409


async def test_a_run_that_fails_says_why_and_what_cannot_be_asked_is_refused(service: RunningService) -> None:
    props = {"agentic_search": {"tools": ["none_such"], "model": "offline"}}
    events = await told(service, forwardedProps=props)
    check_order(events)
    assert events[-1]["type"] == "RUN_ERROR" and "none_such" in events[-1]["message"]
    bad: list[dict[str, Any]] = [
        {"messages": []},
        {"messages": [{"role": {}, "content": None}]},
        {"messages": [{"content": "Why?"}, None]},
        {"messages": [{"id": "1", "role": "assistant", "content": "Yes."}]},
        {"resume": [{"interruptId": "none", "status": "resolved"}], "messages": []},
        {"messages": [{"id": "1", "role": "user", "content": "Why?"}], "forwardedProps": {"agentic_search": {"x": 1}}},
    ]
    for wrong in bad:
        refused = await service.client.post("/ag-ui", json={"threadId": "t", "runId": "r", **wrong})
        assert refused.status_code in {400, 422} and refused.json()["detail"], refused.text

"""Each bound on what others send is a setting: set lower, a case fails and names it; set higher, the case passes."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.ollama_double import OllamaDouble, written
from tests.support.scripted.start import FIND, offering, result
from tests.support.service import RunningService, running_service, stdio_entry

LOW = {
    "MAX_NESTING": "20",
    "MAX_RESULT_BLOCKS": "5",
    "SCHEMA_CHECK_TIMEOUT": "0.0001",
    "MAX_REFERENCES": "10",
    "MAX_YAML_NODES": "100",
    "MAX_MODEL_LINE": "1024",
    "PROGRESS_INTERVAL": "60",
    "MAX_PROGRESS_TEXT": "5",
}
HIGH = {
    "MAX_NESTING": "190",
    "MAX_RESULT_BLOCKS": "3000",
    "SCHEMA_CHECK_TIMEOUT": "10",
    "MAX_REFERENCES": "2000",
    "MAX_YAML_NODES": "300000",
    "MAX_MODEL_LINE": "8388608",
    "PROGRESS_INTERVAL": "0.01",
    "MAX_PROGRESS_TEXT": "600",
}
LEVELS = 180
"""More than are read where no setting says otherwise."""
BLOCKS = 2_500
ONE_OF_MANY = {"type": "array", "items": {"anyOf": [{"const": number} for number in range(200)]}}
"""Hundreds of elements take milliseconds to check by it."""
DEEP = '{"a": ' * LEVELS + "1" + "}" * LEVELS
ANSWERS = {
    "deep": result({"content": [], "structuredContent": "@deep"}).replace('"@deep"', DEEP),
    "many": result({"content": [{"type": "text", "text": f"lamp {number}"} for number in range(BLOCKS)]}),
    "slow": result({"content": [{"type": "text", "text": "the lamp is red"}]}),
}
TOOLS = [
    {**FIND, "name": "deep"},
    {**FIND, "name": "many"},
    {**FIND, "name": "slow", "inputSchema": {"type": "object", "properties": {"x": ONE_OF_MANY}}},
]
WORKFLOW = f"tasks:\n  - {{tool: many, arguments: {{list: [{', '.join(['x'] * 250)}]}}}}\n"


@asynccontextmanager
async def bounded(folder: Path, settings: dict[str, str], ollama: OllamaDouble) -> AsyncGenerator[RunningService]:
    """The service with a scripted server, one that reports progress, a workflow and a model."""
    (folder / "workflows").mkdir()
    (folder / "workflows" / "big.yaml").write_text(WORKFLOW)
    script = folder / "script.json"
    script.write_text(json.dumps(offering(*TOOLS, **{f"tools/call {name}": said for name, said in ANSWERS.items()})))
    servers = {"odd": stdio_entry(str(script), "stdio", program="scripted.server"), "steps": stdio_entry()}
    async with running_service(folder, servers=servers, ollama=ollama.url, settings=settings) as running:
        await running.ready_servers("odd", "steps")
        yield running


@pytest.fixture(scope="module")
async def low(ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService]:
    async with bounded(tmp_path_factory.mktemp("low"), LOW, ollama) as running:
        yield running


@pytest.fixture(scope="module")
async def high(ollama: OllamaDouble, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService]:
    async with bounded(tmp_path_factory.mktemp("high"), HIGH, ollama) as running:
        yield running


async def only_task(service: RunningService, tool: str, **arguments: Any) -> dict[str, Any]:
    """How a task of a plan that was brought ended, beside one that finds something in any case."""
    report = await service.ask("x", plan=[{"tool": tool, "arguments": arguments}, {"tool": "slow"}], model="offline")
    return report["tasks"][0]


async def refusal(service: RunningService, body: str) -> str:
    """What is said of a request that is refused."""
    answered = await service.client.post("/search", content=body, headers={"Content-Type": "application/json"})
    assert answered.status_code == 422, answered.text
    return answered.text


async def test_levels_of_a_body(low: RunningService, high: RunningService) -> None:
    def body(levels: int) -> str:
        value = "[" * levels + "]" * levels
        return f'{{"query": "x", "plan": [{{"tool": "many", "arguments": {{"value": {value}}}}}]}}'

    assert "AGENTIC_SEARCH_MAX_NESTING" in await refusal(low, body(20))
    assert "AGENTIC_SEARCH_MAX_NESTING" in await refusal(high, body(191))
    for service, levels in ((low, 15), (high, LEVELS)):
        passed = await service.client.post(
            "/search", content=body(levels), headers={"Content-Type": "application/json"}
        )
        assert passed.json()["tasks"][0]["status"] == "completed", passed.text


async def test_levels_of_a_result(low: RunningService, high: RunningService) -> None:
    cut = await only_task(low, "deep")
    assert "AGENTIC_SEARCH_MAX_NESTING" in cut["error"]
    assert (await only_task(high, "deep"))["result"] == json.loads(DEEP)


async def test_blocks_of_a_result(low: RunningService, high: RunningService) -> None:
    first = await only_task(low, "many")
    assert str(first["result"]).splitlines()[-1] == "lamp 4"
    assert "AGENTIC_SEARCH_MAX_RESULT_BLOCKS" in json.dumps(first)
    whole = await only_task(high, "many")
    assert str(whole["result"]).splitlines()[-1] == f"lamp {BLOCKS - 1}" and "MAX_RESULT_BLOCKS" not in json.dumps(
        whole
    )


async def test_the_time_of_a_check_by_a_schema(low: RunningService, high: RunningService) -> None:
    wrong = [*[199] * 300, 200]
    unchecked = await only_task(low, "slow", x=wrong)
    assert unchecked["status"] == "completed"
    assert any("AGENTIC_SEARCH_SCHEMA_CHECK_TIMEOUT" in line for line in low.log)
    body = json.dumps({"query": "x", "plan": [{"tool": "slow", "arguments": {"x": wrong}}]})
    assert "x[300]" in await refusal(high, body)


async def test_references_of_a_task(low: RunningService, high: RunningService) -> None:
    def body(count: int) -> str:
        tasks = [{"id": "a", "tool": "slow"}, {"id": "b", "tool": "many", "arguments": {"x": ["${a}"] * count}}]
        return json.dumps({"query": "x", "plan": tasks})

    assert "AGENTIC_SEARCH_MAX_REFERENCES" in await refusal(low, body(11))
    for service, count in ((low, 10), (high, 1_500)):
        passed = await service.client.post("/search", content=body(count), headers={"Content-Type": "application/json"})
        assert [task["status"] for task in passed.json()["tasks"]] == ["completed", "completed"], passed.text


async def test_values_of_a_workflow_file(low: RunningService, high: RunningService) -> None:
    assert "AGENTIC_SEARCH_MAX_YAML_NODES" in await refusal(low, '{"query": "x", "workflow": "big"}')
    assert (await high.ask("x", workflow="big"))["tasks"][0]["status"] == "completed"


async def test_a_line_of_a_models_stream(low: RunningService, high: RunningService, ollama: OllamaDouble) -> None:
    long = "The lamp is red [1]. " + "It shines. " * 500
    told: list[str] = []
    for service in (low, high):
        ollama.enqueue(*written(json.dumps({"tasks": [{"tool": "slow", "arguments": {}}]})))
        ollama.enqueue(long)
        run_id = await service.begin("What colour is the lamp?")
        told.append(" ".join(json.dumps(message.data) for message in await service.events(run_id)))
    assert "AGENTIC_SEARCH_MAX_MODEL_LINE" in told[0] and "It shines. It shines." not in told[0]
    assert "AGENTIC_SEARCH_MAX_MODEL_LINE" not in told[1] and "It shines." in told[1]


async def test_how_often_and_how_long_progress_is_told(low: RunningService, high: RunningService) -> None:
    async def told(service: RunningService) -> list[str]:
        task = {"tool": "sleep_for", "arguments": {"seconds": 2, "steps": 40}}
        run_id = await service.begin("x", plan=[task])
        events = await service.events(run_id)
        return [message.data["data"]["text"] for message in events if message.event == "task.progress"]

    assert await told(low) == ["step…"] * 11
    often = await told(high)
    assert len(often) > 12 and often[-1] == "step 40"

"""The Ollama double answers every recorded request as the recorded Ollama did, and fails on demand as real ones do."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from pydantic import BaseModel, JsonValue, TypeAdapter

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.schema.plan_schema import plan_schema
from tests.support.ollama_double import (
    Call,
    Drop,
    Fail,
    Hang,
    Limits,
    Model,
    NoDone,
    OllamaDouble,
    Say,
    Silent,
    Step,
    Think,
    written,
)

ROOT = Path(__file__).parents[3]


class Recording(BaseModel):
    """One request to a real Ollama 0.33.0-rc2, and its answer."""

    name: str
    method: str
    path: str
    request: JsonValue
    """A text is the body itself."""
    status: int
    content_type: str
    body: list[JsonValue] | str
    """The frames, or the text of an answer that is no JSON."""


RECORDINGS = TypeAdapter(list[Recording]).validate_json((ROOT / "tests/support/golden.json").read_bytes())

VOLATILE = {
    *("created_at", "modified_at", "expires_at", "total_duration", "load_duration", "prompt_eval_duration"),
    *("eval_duration", "id", "digest", "size", "modelfile", "template", "context", "general.parameter_count"),
}
"""Keys whose values differ from one run of a real Ollama to the next, or belong to one model's file."""
TOOL_TOKENS = {
    (name, key) for name in ("tool call", "tool call nostream") for key in ("prompt_eval_count", "eval_count")
}
"""What the double does not reproduce: how many tokens a tool's description and its call are in a model's template."""


def saying(*steps: str | Step) -> Callable[[JsonObject], Sequence[Step]]:
    """A model's script: always this."""
    said = [Say(step) if isinstance(step, str) else step for step in steps]
    return lambda _body: said


def recorded_models() -> list[Model]:
    """The models that the recorded Ollama had."""
    tiny: dict[str, Any] = {"parameter_size": "120K", "context": 4096, "embedding_length": 64}
    scripted: dict[str, Any] = {"context": 4096, "chars_per_token": 1}
    tools, thinking = ("completion", "tools"), ("completion", "tools", "thinking")
    sums = saying(Silent(), Think("I should "), Think("add 2 and 2."), Silent(), "The answer ", "is 4.")
    weather = '{"name": "get_weather", ', '"arguments": {"city": ', '"Paris", "days": 2}}'
    return [
        Model("n-think", ("completion",), "943K", **scripted),
        Model("s-think", thinking, "944K", script=sums, **scripted),
        Model("s-tool", tools, "941K", script=saying("Let me check. ", *weather), **scripted),
        Model("s-tool2", tools, "942K", script=saying(Call("get_weather", {"city": "Paris"})), **scripted),
        Model("ascii-tool", tools, **tiny),
        Model("ascii", ("completion",), script=saying('"', *"a" * 31, NoDone()), **tiny),
        Model("ascii-think", thinking, **tiny),
        Model("minilm", ("embedding",), "22.57M", "bert", context=512),
        Model("tiny-native", ("completion",), **tiny),
        Model("tiny-tpl", ("completion",), **tiny),
        Model("tiny", ("completion",), **tiny),
        Model("tiny-think", thinking, **tiny),
    ]


@pytest.fixture
async def recorded() -> AsyncIterator[httpx.AsyncClient]:
    """A client of a double with the recorded models, s-tool and then ascii loaded."""
    async with OllamaDouble(recorded_models()) as ollama, httpx.AsyncClient(base_url=ollama.url) as client:
        for name in ("s-tool", "ascii"):
            await client.post("/api/chat", json={"model": name, "messages": []})
        yield client


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.name)
async def test_a_recorded_request_is_answered_as_recorded(recorded: httpx.AsyncClient, recording: Recording) -> None:
    body = recording.request if isinstance(recording.request, str) else json.dumps(recording.request)
    content = None if recording.request is None else body
    response = await recorded.request(recording.method, recording.path, content=content)

    assert response.status_code == recording.status
    assert response.headers["content-type"] == recording.content_type
    if isinstance(recording.body, str):
        assert response.text.strip() == recording.body
        return
    frames = [json.loads(line) for line in response.text.splitlines()]
    assert len(frames) == len(recording.body)
    for frame, expected in zip(frames, recording.body, strict=True):
        assert_alike(frame, expected, recording.name)


def assert_alike(actual: JsonValue, expected: JsonValue, name: str, key: str = "") -> None:
    """The same keys in the same order, and the same values but for VOLATILE ones and TOOL_TOKENS."""
    assert type(actual) is type(expected), key
    if key in VOLATILE or (name, key) in TOOL_TOKENS:
        return
    if key == "embeddings":
        actual, expected = lengths(actual), last_elements(expected)
    if isinstance(expected, dict) and isinstance(actual, dict):
        assert list(actual) == list(expected), key
        for part in expected:
            assert_alike(actual[part], expected[part], name, part)
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(actual) == len(expected), key
        for one, other in zip(actual, expected, strict=True):
            assert_alike(one, other, name)
    else:
        assert actual == expected, key


def lengths(vectors: JsonValue) -> list[JsonValue]:
    """How long each vector is."""
    assert isinstance(vectors, list)
    return [len(vector) for vector in vectors if isinstance(vector, list)]


def last_elements(vectors: JsonValue) -> list[JsonValue]:
    """Of recorded vectors, which are cut short: the last element is how long each was."""
    assert isinstance(vectors, list)
    return [vector[-1] for vector in vectors if isinstance(vector, list)]


def chat(prompt: str = "hi", **more: Any) -> dict[str, Any]:
    return {"model": "qwen3:8b", "messages": [{"role": "user", "content": prompt}], **more}


async def test_angle_brackets_are_escaped_as_go_escapes_them() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        ollama.enqueue("<b> & </b>")
        response = await client.post(f"{ollama.url}/api/chat", json=chat())
    assert r'"content":"\u003cb\u003e \u0026 \u003c/b\u003e"' in response.text


async def test_one_model_generates_for_one_client_at_a_time() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient(timeout=5) as client:
        ollama.enqueue("first", Hang())
        ollama.enqueue("second")
        async with asyncio.timeout(5), client.stream("POST", f"{ollama.url}/api/chat", json=chat()) as first:
            await anext(first.aiter_lines())
            async with asyncio.TaskGroup() as group:
                second = group.create_task(client.post(f"{ollama.url}/api/chat", json=chat()))
                while len(ollama.chats) < 2:  # noqa: ASYNC110 - the double has no event for an arrival
                    await asyncio.sleep(0)
                assert not second.done()
                await first.aclose()
        assert "second" in second.result().text
        assert [chat.outcome for chat in ollama.chats] == ["cancelled", "answered"]


async def test_a_client_that_leaves_cancels_its_generation() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client, asyncio.timeout(5):
        ollama.enqueue("a", Hang())
        async with client.stream("POST", f"{ollama.url}/api/chat", json=chat()) as response:
            await anext(response.aiter_lines())
        await ollama.chats[0].ended.wait()
        assert ollama.chats[0].outcome == "cancelled"


async def test_a_drop_is_a_broken_connection_not_an_end() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        ollama.enqueue("a", Drop())
        with pytest.raises(httpx.TransportError):
            await client.post(f"{ollama.url}/api/chat", json=chat())
        ollama.enqueue("well again")
        assert "well again" in (await client.post(f"{ollama.url}/api/chat", json=chat())).text


async def test_an_error_after_the_first_frame_is_a_last_line_of_status_200() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        ollama.enqueue("a", Fail("an error was encountered while running the model: killed"))
        response = await client.post(f"{ollama.url}/api/chat", json=chat())
    lines = response.text.splitlines()
    assert response.status_code == 200
    assert "error" in json.loads(lines[-1])
    assert '"done":true' not in response.text


async def test_more_cold_requests_than_the_queue_takes_are_turned_away() -> None:
    async with OllamaDouble(limits=Limits(max_queue=1, load_time=0.5)) as ollama, httpx.AsyncClient() as client:
        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(client.post(f"{ollama.url}/api/chat", json=chat())) for _ in range(6)]
        assert sorted(call.result().status_code for call in calls) == [200, 200, 503, 503, 503, 503]
        assert ollama.loads == [("qwen3:8b", 4096)]


async def test_another_context_size_reloads_the_model() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        for num_ctx in (8192, 8192, 4096):
            await client.post(f"{ollama.url}/api/chat", json=chat(options={"num_ctx": num_ctx}))
        assert ollama.loads == [("qwen3:8b", 8192), ("qwen3:8b", 4096)]


async def test_a_long_prompt_is_silently_cut_to_half_the_context_unless_forbidden() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        long = chat("x" * 24_000)
        cut = await client.post(f"{ollama.url}/api/chat", json={**long, "stream": False})
        refused = await client.post(f"{ollama.url}/api/chat", json={**long, "truncate": False})
    assert cut.json()["prompt_eval_count"] == 2051
    assert (refused.status_code, "exceed_context_size_error" in refused.text) == (400, True)


PLAN_BY_ENUM: JsonObject = {
    "type": "object",
    "properties": {
        "tasks": {
            "type": "array",
            "minItems": 1,
            "maxItems": 4,
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "maxLength": 8},
                    "tool": {"enum": ["search_stories", "search_docs"]},
                    "arguments": {
                        "type": "object",
                        "properties": {"query": {"type": "string", "maxLength": 40}},
                        "required": ["query"],
                    },
                    "depends_on": {"type": "array", "items": {"type": "string"}},
                },
                "required": ["id", "tool", "arguments", "depends_on"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["tasks"],
}


def tool(name: str, argument: str) -> Tool:
    """A tool that needs one text."""
    schema: JsonObject = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return Tool(name=name, server="s", remote_name=name, input_schema=schema)


PLAN_OF_THE_HOUSE = plan_schema([tool("search", "query"), tool("fetch", "url"), tool("find", "q")], OLLAMA_GRAMMAR)


@pytest.mark.parametrize(
    ("schema", "tools"),
    [(PLAN_BY_ENUM, ["search_stories", "search_docs"]), (PLAN_OF_THE_HOUSE, ["search", "find"])],
    ids=["tools in an enum", "an alternative for each tool"],
)
async def test_without_a_script_a_schema_gets_a_valid_plan_that_asks_the_question(
    schema: JsonObject, tools: list[str]
) -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        body = chat("Tools: …\nQuestion: what is an upstream?\nPlan it.", format=schema, stream=False)
        response = await client.post(f"{ollama.url}/api/chat", json=body)
    plan = json.loads(response.json()["message"]["content"])
    jsonschema.validate(plan, schema)
    assert [task.get("tool") or next(iter(task)) for task in plan["tasks"]] == tools
    arguments = [task.get("arguments") or next(iter(task.values())) for task in plan["tasks"]]
    assert all(list(given.values()) == ["what is an upstream?"] for given in arguments)


async def test_without_a_script_or_a_schema_an_answer_cites_the_first_source() -> None:
    async with OllamaDouble() as ollama, httpx.AsyncClient() as client:
        body = chat("[1] Rivers run down.\n[2] Hills do not.\nQuestion: where do rivers run?", stream=False)
        response = await client.post(f"{ollama.url}/api/chat", json=body)
    assert response.json()["message"]["content"] == "In short: Rivers run down. [1]."


async def test_its_first_line_as_a_program_is_its_url_and_it_ends_on_sigterm(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps([["Hello ", {"kind": "say", "text": "there", "delay": 0.01}], [{"kind": "drop"}]]))
    arguments = ["-m", "tests.support.ollama_double", "--script", str(script), "--tokens-per-second", "1000"]
    program = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(20):
            assert program.stdout
            url = (await program.stdout.readline()).decode().strip()
            async with httpx.AsyncClient(base_url=url) as client:
                first = await client.post("/api/chat", json=chat(stream=False))
                assert first.json()["message"]["content"] == "Hello there"
                with pytest.raises(httpx.TransportError):
                    await client.post("/api/chat", json=chat())
    finally:
        program.terminate()
        assert await program.wait() == 0


def test_a_written_text_loses_nothing() -> None:
    text = "  One long-winded sentence,\n\nand another. "
    assert "".join(step.text for step in written(text) if isinstance(step, Say)) == text

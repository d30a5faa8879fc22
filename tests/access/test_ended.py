"""What is under way for a key ends when the key is revoked, each stream with a last word in its protocol's form."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx
import httpx2
import openai
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

import agentic_search
from agentic_search.client.exchange import ServiceProblem
from tests.access.holders import ADMIN
from tests.support.ollama_double import Hang, Model, OllamaDouble
from tests.support.service import RunningService, running_service, stdio_entry

QUERY = {"query": "What is slow?"}
TOLD = "There is no such key, or it was revoked"
AG_UI: dict[str, Any] = {
    "threadId": "a",
    "runId": "b",
    "state": {},
    "messages": [{"id": "1", "role": "user", "content": "What is slow?"}],
    "tools": [],
    "context": [],
    "forwardedProps": {},
}
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "search": ("/search", QUERY),
    "chat": ("/v1/chat/completions", {"model": "qwen3:8b", "messages": AG_UI["messages"], "stream": True}),
    "responses": ("/v1/responses", {"model": "qwen3:8b", "input": "What is slow?", "stream": True}),
    "ag_ui": ("/ag-ui", AG_UI),
}
LAST: dict[str, Callable[[Any], str]] = {
    "search": lambda said: said["detail"],
    "events": lambda said: said["detail"],
    "chat": lambda said: said["error"]["message"],
    "responses": lambda said: said["error"]["message"],
    "ag_ui": lambda said: said["message"] if said["type"] == "RUN_ERROR" else "",
    "mcp": lambda said: said["params"]["data"] if said["method"] == "notifications/message" else "",
}
"""What the last message of each stream says."""


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[RunningService]:
    """A service whose model never ends."""
    async with OllamaDouble([Model("qwen3:8b", script=lambda _: [Hang()])]) as ollama:
        settings = {"API_KEYS": f"root={ADMIN}", "PREVIEW": "false"}
        folder: Path = tmp_path_factory.mktemp("ended")
        async with running_service(
            folder, servers={"slow": stdio_entry()}, ollama=ollama.url, settings=settings
        ) as running:
            await running.ready_servers("slow")
            yield running


async def made(service: RunningService) -> tuple[str, str]:
    """A new key: its id and itself."""
    answer = (await service.client.post("/keys", json={"name": "short"})).json()
    return answer["id"], answer["key"]


class Reading:
    """A stream that is read to its end."""

    def __init__(self) -> None:
        self.begun, self.ended = asyncio.Event(), asyncio.Event()
        self.lines: list[str] = []

    async def read(self, client: httpx.AsyncClient, method: str, path: str, body: Any, **headers: str) -> None:
        """Until the service ends it, in order."""
        accept = {"Accept": "application/json, text/event-stream", **headers}
        async with client.stream(method, path, json=body, headers=accept) as response:
            assert response.status_code == 200, await response.aread()
            self.begun.set()
            self.lines = [line async for line in response.aiter_lines()]
        self.ended.set()

    @property
    def last(self) -> Any:
        """The last message's data."""
        told = [line.removeprefix("data: ") for line in self.lines if line.startswith("data: {")]
        return json.loads(told[-1])


async def running(client: httpx.AsyncClient, count: int) -> None:
    """Wait until so many runs of the client's are under way."""
    while len((await client.get("/runs?status=running")).json()["runs"]) < count:  # noqa: ASYNC110 - begun elsewhere
        await asyncio.sleep(0.02)


async def test_all_that_is_under_way_for_a_key_ends_when_it_is_revoked(service: RunningService) -> None:
    key_id, key = await made(service)
    headers = {"Authorization": f"Bearer {key}"}
    read = {name: Reading() for name in LAST}
    async with httpx.AsyncClient(base_url=service.url, headers=headers, timeout=60) as client:
        begun = await client.post("/search", json=QUERY, headers={"Prefer": "respond-async"})
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        opened = await client.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
            headers={"Accept": "application/json, text/event-stream"},
        )
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}
        async with asyncio.TaskGroup() as group:
            for name, (path, body) in ASKED.items():
                group.create_task(read[name].read(client, "POST", path, body))
            events = f"{begun.headers['location']}/events"
            group.create_task(read["events"].read(client, "GET", events, None))
            group.create_task(read["mcp"].read(client, "GET", "/mcp", None, **session))
            waits = group.create_task(client.post("/search", json=QUERY))
            others = group.create_task(service.client.post("/search", json={**QUERY, "deadline": 20}))
            for each in read.values():
                await each.begun.wait()
            await running(client, len(ASKED) + 2)
            assert (await service.client.delete(f"/keys/{key_id}")).status_code == 200
            assert (await waits).status_code == 401, waits.result().text
            async with asyncio.timeout(10):
                for each in read.values():
                    await each.ended.wait()
            assert not others.done(), "another key's request goes on"
            for run in (await service.client.get("/runs")).json()["runs"]:
                await service.client.post(f"/runs/{run['id']}/cancel")
        for name, said in read.items():
            assert TOLD in LAST[name](said.last), (name, said.lines[-3:])
        assert (await client.get("/runs")).status_code == 401
    told = (await service.client.get("/audit?limit=200")).json()["entries"]
    assert [entry["status"] for entry in told if entry["who"] == key_id and entry["status"] == 401]


async def asked(service: RunningService, key: str) -> None:
    """Ask by the service's own client."""
    async with agentic_search.Client(service.url, key=key) as client:
        async for _ in client.stream("What is slow?"):
            pass


async def test_official_clients_are_told_of_a_key_that_is_over(service: RunningService) -> None:
    key_id, key = await made(service)
    client = openai.AsyncOpenAI(base_url=f"{service.url}/v1", api_key=key, max_retries=0)
    stream = await client.chat.completions.create(
        model="qwen3:8b", messages=[{"role": "user", "content": "What is slow?"}], stream=True
    )
    _ = await anext(stream)
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=60)
    async with http, Client(streamable_http_client(f"{service.url}/mcp", http_client=http), mode="auto") as mcp:
        call = asyncio.ensure_future(mcp.call_tool("search", QUERY))
        own = asyncio.ensure_future(asked(service, key))
        await running(service.client, 3)
        await service.client.delete(f"/keys/{key_id}")
        with pytest.raises(ServiceProblem, match=TOLD):
            await own
        with pytest.raises(openai.APIError, match=TOLD):
            _ = [chunk async for chunk in stream]
        with pytest.raises(Exception):  # noqa: B017 - whatever the client makes of a stream without an answer
            async with asyncio.timeout(20):
                await call
    await client.close()


async def test_a_browser_that_signs_out_reads_on_nowhere(service: RunningService) -> None:
    _, key = await made(service)
    own = {"Origin": service.url}
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as browser:
        assert (await browser.post("/session", json={"key": key}, headers=own)).status_code == 200
        begun = await browser.post("/search", json=QUERY, headers={**own, "Prefer": "respond-async"})
        read = Reading()
        async with asyncio.TaskGroup() as group:
            group.create_task(read.read(browser, "GET", f"{begun.headers['location']}/events", None))
            await read.begun.wait()
            assert (await browser.delete("/session", headers=own)).status_code == 204
        assert "sign in again" in read.last["detail"] and "event: refused" in read.lines

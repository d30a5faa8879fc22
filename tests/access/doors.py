"""The service's other doors, asked by hand: OpenAI's API, MCP over HTTP, AG-UI."""

import json
from typing import Any

import httpx

_VERSION = "2025-06-18"
_QUESTION = {"id": "m1", "role": "user", "content": "What is in my notes about Falcon?"}
AG_UI: dict[str, Any] = {
    "threadId": "of-nobody",
    "runId": "r1",
    "state": {},
    "messages": [_QUESTION],
    "tools": [],
    "context": [],
    "forwardedProps": {},
}


def chat(**options: object) -> dict[str, Any]:
    """A body of POST /v1/chat/completions; `options` are the service's own."""
    return {"model": "offline", "messages": [_QUESTION], "agentic_search": options}


async def mcp_session(client: httpx.AsyncClient) -> dict[str, str]:
    """Open a session of the MCP server; the headers of its requests."""
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": _VERSION}
    about = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    opened = await client.post("/mcp", headers=headers, json=_message("initialize", about))
    assert opened.status_code == 200, opened.text
    return {**headers, "Mcp-Session-Id": opened.headers["mcp-session-id"]}


async def call_tool(
    client: httpx.AsyncClient, headers: dict[str, str], name: str, arguments: dict[str, Any]
) -> dict[str, Any]:
    """The result of a tool of the MCP server."""
    body = _message("tools/call", {"name": name, "arguments": arguments})
    answer = await client.post("/mcp", headers=headers, json=body)
    assert answer.status_code == 200, answer.text
    told = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    return (told[-1] if told else answer.json())["result"]


def _message(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}

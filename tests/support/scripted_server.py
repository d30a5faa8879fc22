"""An MCP server over stdio in the standard library alone, for what servers built on the SDK do not do.

    python -m tests.support.scripted_server SCRIPT [--log FILE]

It speaks protocol 2025-11-25. Scripts: see SCRIPTS.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
Script: TypeAlias = Callable[["ScriptedServer", str, Json], Json]
"""Answers a request: method and params."""


class ScriptedServer:
    """Reads requests, and has them answered by a script."""

    def __init__(self, script: Script, capabilities: Json, log: Path | None) -> None:
        self._script = script
        self._capabilities = capabilities
        self._log = log
        self.counts: dict[str, int] = {}
        self._asked = 0

    def serve(self) -> None:
        """Answer until stdin ends."""
        for line in sys.stdin:
            message = json.loads(line)
            if "id" in message and "method" in message:
                self._answer(message)

    def ask(self, method: str, params: Json) -> Json:
        """Send a request to the client and wait for its answer."""
        self._asked += 1
        emit({"id": f"ask-{self._asked}", "method": method, "params": params})
        while True:
            message = json.loads(sys.stdin.readline())
            if message.get("id") == f"ask-{self._asked}":
                result: Json = message["result"]
                return result
            if "method" in message and "id" in message:
                self._answer(message)

    def _answer(self, message: Json) -> None:
        method, params = message["method"], message.get("params", {})
        self.counts[method] = self.counts.get(method, 0) + 1
        if self._log is not None:
            with self._log.open("a") as file:
                file.write(json.dumps({"event": method, "params": params}) + "\n")
        try:
            result = self._initialized() if method == "initialize" else self._script(self, method, params)
        except LookupError as unknown:
            emit({"id": message["id"], "error": {"code": -32601, "message": f"no method {unknown}"}})
        else:
            emit({"id": message["id"], "result": result})

    def _initialized(self) -> Json:
        return {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}, **self._capabilities},
            "serverInfo": {"name": "scripted", "version": "1"},
        }


def emit(message: Json) -> None:
    """Write one message."""
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def tool(name: str, **others: Any) -> Json:
    """A tool as it is listed."""
    schema = {"type": "object", "properties": {"topic": {"type": "string"}}}
    return {"name": name, "inputSchema": schema, "annotations": {"readOnlyHint": True}, **others}


def text(said: str) -> Json:
    """A tool's answer."""
    return {"content": [{"type": "text", "text": said}]}


def odd_resources(server: ScriptedServer, method: str, params: Json) -> Json:
    """Two resources among what is none, in pages without end."""
    match method:
        case "tools/list":
            return {"tools": [tool("find")]}
        case "resources/list":
            good: Json = {"uri": "notes://good", "name": "good"}
            odd: Json = {"uri": "notes://also-good", "name": "also", "colour": "red"}
            too_long: Json = {"uri": "x" * 9_999, "name": "x"}
            bad = [{"name": "no address"}, {"uri": 5, "name": "five"}, "text", None, too_long]
            return {"resources": [*bad, good, odd], "nextCursor": "again"}
        case _:
            raise LookupError(method)


def tasks(server: ScriptedServer, method: str, params: Json) -> Json:
    """Tools that run as tasks only: one that ends, one that asks, one that fails, one that never ends."""
    match method, params:
        case "tools/list", _:
            names = ("study", "ask", "fail", "wait")
            return {"tools": [tool(name, execution={"taskSupport": "required"}) for name in names]}
        case "tools/call", {"task": {}, "name": name}:
            return {"task": _state(name, "working")}
        case "tasks/get", {"taskId": name}:
            polls = server.counts[method]
            status = {"study": "completed", "ask": "input_required", "fail": "failed", "wait": "working"}[name]
            return _state(name, status if polls > 2 else "working", f"poll {polls}")
        case "tasks/cancel", {"taskId": name}:
            return _state(name, "cancelled")
        case "tasks/result", {"taskId": "study"}:
            return text("studied")
        case "tasks/result", {"taskId": "fail"}:
            return text("the books are gone") | {"isError": True}
        case "tasks/result", {"taskId": "ask"}:
            schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
            meta = {"io.modelcontextprotocol/related-task": {"taskId": "ask"}}
            answer = server.ask("elicitation/create", {"message": "Who?", "requestedSchema": schema, "_meta": meta})
            return text(f"studied for {answer['content']['name']}")
        case _:
            raise LookupError(method)


def task_required(server: ScriptedServer, method: str, params: Json) -> Json:
    """A tool that runs as a task only, of a server that does not say that it runs any."""
    match method, params:
        case "tools/list", _:
            return {"tools": [tool("find"), tool("study", execution={"taskSupport": "required"})]}
        case "tools/call", {"name": "find"}:
            return text("The lamp is red.")
        case _:
            raise LookupError(method)


def _state(task_id: str, status: str, message: str = "") -> Json:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    state = {"taskId": task_id, "status": status, "createdAt": now, "lastUpdatedAt": now, "ttl": None}
    return {**state, "pollInterval": 100, **({"statusMessage": message} if message else {})}


RUNS_TASKS: Json = {"tasks": {"cancel": {}, "requests": {"tools": {"call": {}}}}}
SCRIPTS: dict[str, tuple[Script, Json]] = {
    "odd_resources": (odd_resources, {"resources": {}}),
    "tasks": (tasks, RUNS_TASKS),
    "task_required": (task_required, {}),
}


def main() -> None:
    """Serve a script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("script", choices=sorted(SCRIPTS))
    parser.add_argument("--log", type=Path, help="append each request, a JSON object a line")
    options = parser.parse_args()
    script, capabilities = SCRIPTS[options.script]
    ScriptedServer(script, capabilities, options.log).serve()


if __name__ == "__main__":
    main()

"""A real MCP server over stdio whose tools answer as a file says, without looking at it.

    python -m tests.support.scripted.filled_in FILE

FILE holds `{"tool": {"title": …, "arguments": ["query"], "result": {"content": […]}}}`. `@name@` in a result is the
call's argument; `by` instead of `result` gives a text for each value of the first argument. It counts calls: `@calls@`.
"""

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def listed(name: str, tool: Json) -> Json:
    """A tool as tools/list gives it: it only reads, and takes texts."""
    properties = {argument: {"type": "string"} for argument in tool.get("arguments", ())}
    return {
        "name": name,
        "title": tool.get("title", ""),
        "description": tool.get("description", name),
        "inputSchema": {"type": "object", "properties": properties, "required": list(properties)},
        "annotations": {"readOnlyHint": True},
    }


def answered(tool: Json, arguments: Json, calls: int) -> Json:
    """A tool's result, filled in."""
    if "by" in tool:
        return {"content": [{"type": "text", "text": tool["by"][next(iter(arguments.values()))]}]}
    result = json.dumps(tool["result"])
    for name, value in {**arguments, "calls": str(calls)}.items():
        result = result.replace(f"@{name}@", json.dumps(value)[1:-1])
    return json.loads(result)


def result_of(request: Json, tools: dict[str, Json], calls: int) -> Json | None:
    """The result of one request; none for a method that is not known."""
    match request:
        case {"method": "initialize"}:
            server = {"name": "scripted", "version": "1"}
            return {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": server}
        case {"method": "tools/list"}:
            return {"tools": [listed(name, tool) for name, tool in tools.items()]}
        case {"method": "tools/call", "params": {"name": name, **params}}:
            return answered(tools[name], params.get("arguments") or {}, calls)
        case _:
            return None


def main() -> None:
    """Answer until stdin ends."""
    tools: dict[str, Json] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    calls = 0
    for line in sys.stdin:
        request: Json = json.loads(line)
        if "id" not in request:
            continue
        calls += request["method"] == "tools/call"
        result = result_of(request, tools, calls)
        unknown = {"error": {"code": -32601, "message": "no such method"}}
        answer = unknown if result is None else {"result": result}
        print(json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}), flush=True)


if __name__ == "__main__":
    main()

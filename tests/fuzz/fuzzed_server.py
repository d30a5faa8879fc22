"""An MCP server over stdio in the standard library alone: tools with odd schemas, answers at once, mutated on demand.

    python -m tests.fuzz.fuzzed_server [--mutate SHARE] [--seed N]

With `--mutate` that share of its answers is changed by chance: a byte, a key, an id, a type, a line cut short.
"""

import argparse
import json
import sys
import time
from random import Random
from typing import Any, TypeAlias

from tests.fuzz.mutation import mutated_line

Json: TypeAlias = dict[str, Any]

READS: Json = {"readOnlyHint": True}
ANNOTATIONS: dict[str, Json] = {"write": {"destructiveHint": False}, "erase": {"destructiveHint": True}}
SCHEMAS: dict[str, Json] = {
    "echo": {"type": "object", "properties": {"value": {}}},
    "say": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    "count": {
        "type": "object",
        "properties": {"to": {"type": "integer", "minimum": 0, "maximum": 20}},
        "required": ["to"],
        "additionalProperties": False,
    },
    "no-properties": {"type": "object"},
    "either": {
        "type": "object",
        "properties": {"what": {"anyOf": [{"type": "number"}, {"enum": ["a", "b", None]}, {"$ref": "#/$defs/pair"}]}},
        "$defs": {"pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}]}},
    },
    "tree": {
        "type": "object",
        "properties": {"node": {"$ref": "#/$defs/node"}},
        "$defs": {"node": {"type": "object", "properties": {"child": {"$ref": "#/$defs/node"}}}},
    },
    "pattern": {"type": "object", "properties": {"name": {"type": "string", "pattern": "^(a+)+$"}}},
    "numbers": {
        "type": "object",
        "properties": {"n": {"type": "number", "multipleOf": 0.1, "exclusiveMaximum": 1e300}},
    },
    "nothing": {"type": "object", "properties": {"never": False}},
    "wörter": {"type": "object", "properties": {"ключ": {"type": "string"}}},
    "write": {"type": "object", "properties": {"text": {"type": "string"}}},
    "erase": {"type": "object", "properties": {"text": {"type": "string"}}},
    "fail": {"type": "object", "properties": {}},
    "slow": {"type": "object", "properties": {}},
}
_SLOW = 0.2
"""Seconds; the server answers one call after another."""


def answer(request: Json) -> Json:
    """The result of a request; raises LookupError for a method that there is not."""
    match request:
        case {"method": "initialize", "params": {"protocolVersion": version}}:
            return {
                "protocolVersion": version,
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "fuzzed", "version": "1"},
            }
        case {"method": "tools/list"}:
            return {"tools": [_listed(name) for name in SCHEMAS]}
        case {"method": "tools/call", "params": {"name": name}}:
            return _called(name, request["params"].get("arguments") or {})
        case {"method": "ping"}:
            return {}
        case _:
            raise LookupError(request["method"])


def _listed(name: str) -> Json:
    listed: Json = {"name": name, "description": f"Gives {name}.", "inputSchema": SCHEMAS[name]}
    return {**listed, "annotations": ANNOTATIONS.get(name, READS)}


def _called(name: str, arguments: Json) -> Json:
    match name:
        case "fail":
            return {"content": [{"type": "text", "text": "It failed, as it always does."}], "isError": True}
        case "slow":
            time.sleep(_SLOW)
            value: Any = {"slept": _SLOW}
        case "count":
            value = {"numbers": [{"n": n, "name": f"number {n}"} for n in range(int(arguments["to"]))]}
        case "say":
            return {"content": [{"type": "text", "text": arguments["text"]}]}
        case _:
            value = {"tool": name, "given": arguments}
    return {"content": [{"type": "text", "text": json.dumps(value)}], "structuredContent": value}


def reply(request: Json) -> Json:
    """The whole message that answers a request."""
    try:
        return {"jsonrpc": "2.0", "id": request["id"], "result": answer(request)}
    except LookupError as unknown:
        error = {"code": -32601, "message": f"there is no method {unknown}"}
        return {"jsonrpc": "2.0", "id": request["id"], "error": error}


def main() -> None:
    """Answer until stdin ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutate", type=float, default=0.0, help="share of answers to calls that are changed")
    parser.add_argument("--everything", action="store_true", help="change answers to other requests, too")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = Random(options.seed)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "id" not in request or "method" not in request:
            continue
        told = json.dumps(reply(request)).encode() + b"\n"
        may_change = options.everything or request["method"] == "tools/call"
        if may_change and chance.random() < options.mutate:
            told = mutated_line(told, chance)
        sys.stdout.buffer.write(told)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

"""An MCP server over stdio that tells its secrets wherever it can: on stderr, in log messages, in errors of its tool.

    python -m tests.support.loud_server [--dies] [--key KEY]

`--dies`: it ends at once, with a traceback that holds them.
"""

import json
import os
import sys
from typing import Any

SECRETS = " ".join([*(value for name, value in os.environ.items() if name.startswith("LOUD_")), *sys.argv[1:]])


def emit(**message: Any) -> None:
    """Write one message."""
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The result of a request."""
    match request["method"]:
        case "initialize":
            about = {"name": "loud", "version": "1"}
            return {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}, "logging": {}}, "serverInfo": about}
        case "tools/list":
            schema = {"type": "object", "properties": {}}
            return {"tools": [{"name": "shout", "inputSchema": schema, "annotations": {"readOnlyHint": True}}]}
        case "tools/call":
            emit(method="notifications/message", params={"level": "error", "data": f"calling with {SECRETS}"})
            print(f"calling with {SECRETS}", file=sys.stderr, flush=True)
            return {"isError": True, "content": [{"type": "text", "text": f"refused: {SECRETS} is not valid"}]}
        case _:
            raise ValueError(SECRETS)


def main() -> None:
    """Serve until stdin ends."""
    print(f"started with {SECRETS}", file=sys.stderr, flush=True)
    if "--dies" in sys.argv:
        raise RuntimeError(f"cannot sign in with {SECRETS}")
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        try:
            emit(id=request["id"], result=answer(request))
        except ValueError as error:
            emit(id=request["id"], error={"code": -32601, "message": f"no method; {error}"})


if __name__ == "__main__":
    main()

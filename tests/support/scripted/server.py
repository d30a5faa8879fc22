"""An MCP server in the standard library alone that answers word by word as a script says, over any transport.

    python -m tests.support.scripted.server SCRIPT [stdio | json | stream | sse]

The script is a JSON object in Latin-1. It has by method, and for tools/call by `tools/call NAME`, the message that
answers it, in which `"@id"` stands for the request's id; a list has one message a page. Bytes that are no UTF-8 can be
written so. `stdout` and `stderr` are written before anything else. The first line on stdout of an HTTP server is its
URL.
"""

import json
import queue
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

Script = dict[str, Any]


def answer(script: Script, request: dict[str, Any]) -> bytes:
    """The message that answers a request."""
    method, params = request["method"], request.get("params", {})
    given: Any = script.get(f"{method} {params.get('name')}", script.get(method))
    if isinstance(given, list):
        pages = cast("list[str]", given)
        page = int(str(params.get("cursor") or "0").strip("abcdefghijklmnopqrstuvwxyz") or "0")
        given = pages[min(page, len(pages) - 1)]
    if given is None:
        error = {"code": -32601, "message": "no such method"}
        given = json.dumps({"jsonrpc": "2.0", "id": "@id", "error": error})
    message: str = given
    return message.replace('"@id"', json.dumps(request["id"])).encode("latin-1")


def serve_stdio(script: Script) -> None:
    """Answer on stdout, line by line."""
    sys.stderr.write(script.get("stderr", ""))
    sys.stderr.flush()
    sys.stdout.buffer.write(script.get("stdout", "").encode("latin-1"))
    sys.stdout.buffer.flush()
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            sys.stdout.buffer.write(answer(script, request) + b"\n")
            sys.stdout.buffer.flush()


def handler(script: Script, transport: str) -> Callable[..., BaseHTTPRequestHandler]:
    """Answers HTTP requests: with JSON, with a stream of one event, or on the stream that a GET has opened."""
    opened: queue.Queue[bytes] = queue.Queue()

    class Scripted(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Write nothing."""

        def do_POST(self) -> None:
            """Take one message."""
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if "id" not in request or transport == "sse":
                self._send(202, "text/plain", b"")
                if "id" in request:
                    opened.put(answer(script, request))
            elif transport == "stream":
                self._send(200, "text/event-stream", b"event: message\ndata: " + answer(script, request) + b"\n\n")
            else:
                self._send(script.get("status", 200), "application/json", answer(script, request))

        def do_GET(self) -> None:
            """Open a stream, where the transport has one."""
            if transport != "sse":
                self._send(405, "text/plain", b"")
                return
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            self.wfile.write(b"event: endpoint\ndata: /messages\n\n")
            while True:
                self.wfile.write(b"event: message\ndata: " + opened.get() + b"\n\n")

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Scripted


def main() -> None:
    """Run until killed, or until stdin ends."""
    script: Script = json.loads(Path(sys.argv[1]).read_text("latin-1"))
    transport = sys.argv[2]
    if transport == "stdio":
        serve_stdio(script)
        return
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(script, transport))
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}/{'sse' if transport == 'sse' else 'mcp'}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

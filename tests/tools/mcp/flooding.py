"""An MCP server over HTTP that answers tools/call with comment lines without end; in the standard library alone.

    python -m tests.tools.mcp.flooding [--farewell none | head | body] [--log FILE]

With a farewell it keeps sessions: to the DELETE that ends one it answers nothing, headers or a body without end. The
first line on stdout is its URL.
"""

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMENTS = b": x\n" * 10_000
OFFERED: dict[str, Any] = {
    "initialize": {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": "flooding", "version": "1"},
    },
    "tools/list": {"tools": [{"name": "flood", "inputSchema": {"type": "object"}}]},
}


class Flooding(BaseHTTPRequestHandler):
    """Without a farewell no other method than POST is allowed."""

    protocol_version = "HTTP/1.1"
    farewell: str | None = None
    log: Path | None = None

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""

    def do_POST(self) -> None:
        """Answer one message."""
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "id" not in message:
            self._answer(202, b"")
        elif message["method"] == "tools/call":
            self._flood()
        elif (result := OFFERED.get(message["method"])) is not None:
            self._answer(200, json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode())
        else:
            error = {"code": -32601, "message": "no such method"}
            self._answer(200, json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": error}).encode())

    def do_GET(self) -> None:
        """Offer no stream of its own."""
        self._answer(405, b"")

    def do_DELETE(self) -> None:
        """Let whoever ends a session wait for the end of the answer."""
        if self.log is not None:
            self.log.write_text(json.dumps({"event": "delete"}) + "\n")
        if self.farewell == "none":
            time.sleep(600)
        head = b"HTTP/1.1 200 OK\r\n"
        if self.farewell == "head":
            self._repeat(head, b"X-More: yes\r\n", pause=0.2)
        else:
            self._repeat(head + b"\r\n", b"more", pause=0.2)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self.farewell is not None:
            self.send_header("Mcp-Session-Id", "the only one")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _flood(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._repeat(b"", b"%x\r\n%s\r\n" % (len(COMMENTS), COMMENTS))

    def _repeat(self, first: bytes, then: bytes, pause: float = 0.0) -> None:
        try:
            self.wfile.write(first)
            while True:
                self.wfile.write(then)
                time.sleep(pause)
        except OSError:
            self.close_connection = True


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--farewell", choices=["none", "head", "body"], help="keep sessions, and answer so to DELETE")
    parser.add_argument("--log", type=Path, help="write down that a DELETE came")
    options = parser.parse_args()
    Flooding.farewell, Flooding.log = options.farewell, options.log
    server = ThreadingHTTPServer(("127.0.0.1", 0), Flooding)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}/mcp", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

"""MCP servers over HTTP that refuse in the ways of others: one a path, `/MODE`, all behind one port of this machine."""

import json
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

FORGETTING: dict[str, tuple[int, object]] = {
    "400": (400, {"code": -32000, "message": "Bad Request: No valid session ID provided"}),
    "400-uninitialized": (400, {"code": -32000, "message": "Bad Request: Server not initialized"}),
    "401": (401, {"code": -32001, "message": "Session has expired"}),
    "404": (404, {"code": -32001, "message": "Session not found"}),
    "410": (410, "The session is gone"),
    "500": (500, "unknown session id"),
    "200": (200, {"code": -32000, "message": "Session not found"}),
}
"""How a server says that it has forgotten a session, as it does at the session's second call."""
METADATA = "https://auth.example/.well-known/oauth-protected-resource"
ME = {"name": "odd", "version": "1"}
FIND = {"name": "find", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}


class OddHttp(ThreadingHTTPServer):
    """What was asked, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.calls: dict[str, int] = {}

    def url(self, mode: str) -> str:
        """The address of one of the servers."""
        return f"http://127.0.0.1:{self.server_address[1]}/{mode}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OddHttp  # pyright: ignore[reportIncompatibleVariableOverride] - the server that started it
    headers_of: ClassVar[dict[str, dict[str, str]]] = {
        "auth": {"WWW-Authenticate": f'Bearer error="invalid_token", resource_metadata="{METADATA}"'}
    }

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        """No server here streams."""
        self._send(405, "")

    def do_DELETE(self) -> None:
        """Nor ends sessions."""
        self._send(405, "")

    def do_POST(self) -> None:
        """Refuse, or answer."""
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        mode, method = self.path.strip("/"), message["method"]
        self.server.asked.append(method)
        match mode:
            case "nothing":
                return self._send(404, "Not Found")
            case "post-not-allowed":
                return self._send(405, "")
            case "login":
                return self._send(200, "<html><form></form></html>", kind="text/html; charset=utf-8")
            case "auth" | "closed":
                return self._send(401 if mode == "auth" else 403, "no", headers=self.headers_of.get(mode))
            case _:
                return self._answer(mode, message)

    def _answer(self, mode: str, message: dict[str, Any]) -> None:
        method, session = message["method"], self.headers.get("mcp-session-id", "")
        if "id" not in message:
            return self._send(202, "")
        if method == "initialize":
            session = uuid.uuid4().hex
            self.server.calls[session] = 0
            about: dict[str, object] = {
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": FIND | {"version": "1"},
            }
            return self._result(message, about, {"Mcp-Session-Id": session})
        if method == "server/discover":
            return self._send(400, "no such method")
        if self._has_forgotten(session, method):
            status, told = FORGETTING[mode]
            body = (
                json.dumps({"jsonrpc": "2.0", "id": message["id"], "error": told}) if isinstance(told, dict) else told
            )
            return self._send(status, str(body), kind="application/json" if isinstance(told, dict) else "text/plain")
        if method == "tools/list":
            return self._result(message, {"tools": [FIND]})
        return self._result(message, {"content": [{"type": "text", "text": "the lamp is red"}]})

    def _has_forgotten(self, session: str, method: str) -> bool:
        if method == "tools/call" and session in self.server.calls:
            self.server.calls[session] += 1
            if self.server.calls[session] >= 2:
                del self.server.calls[session]
        return session not in self.server.calls

    def _result(self, message: dict[str, Any], result: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
        self._send(200, body, kind="application/json", headers=headers)

    def _send(self, status: int, body: str, *, kind: str = "text/plain", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


@contextmanager
def odd_http() -> Generator[OddHttp]:
    """Serve while the block runs."""
    with OddHttp() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

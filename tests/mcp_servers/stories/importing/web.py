"""A real HTTP server on this machine that gives the answers a test sets, and records its requests."""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Answer:
    """One answer."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    pause: float | None = None
    """Seconds between bytes; None writes all at once."""


@dataclass
class Web:
    """The server's answers by path, each a list that is used up down to its last."""

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=dict[str, list[Answer]])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])

    def serve(self, path: str, *answers: Answer | bytes) -> str:
        """Set what the path answers, in order; returns its URL."""
        self.answers[path] = [answer if isinstance(answer, Answer) else Answer(answer) for answer in answers]
        return self.url + path

    def answer(self, target: str) -> Answer:
        """The next answer at this path."""
        parts = urlsplit(target)
        self.asked.append((parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()}))
        waiting = self.answers.get(parts.path, [Answer(b"nothing here", 404)])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextmanager
def web() -> Generator[Web]:
    """Serves for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = served.answer(self.path)
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):
                for piece in [answer.body] if answer.pause is None else answer.body:
                    time.sleep(answer.pause or 0)
                    self.wfile.write(piece if isinstance(piece, bytes) else bytes([piece]))

        def log_message(self, format: str, *args: object) -> None:
            """Tests need no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Web(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The client for MCP servers over HTTP, against servers that break off in every way."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from agentic_search.tools.mcp.shield import BROKEN_OFF, RATE_LIMITED, SESSION_LOST, UNREACHABLE, ShieldedClient
from tests.support.clock import FakeClock
from tests.support.mcp_processes import free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
PARSE_ERROR = b'{"jsonrpc": "2.0", "id": 1, "error": {"code": -32700, "message": "no"}}'


class Notes:
    """A SessionMonitor that remembers."""

    def __init__(self) -> None:
        self.suspicions: list[str] = []
        self.ends: list[str] = []

    def suspect(self, why: str) -> None:
        self.suspicions.append(why)

    def ended(self, why: str) -> None:
        self.ends.append(why)


@asynccontextmanager
async def client_of(port: int, notes: Notes, *, fragile: bool = False) -> AsyncGenerator[httpx2.AsyncClient]:
    timeout = httpx2.Timeout(20.0)
    async with ShieldedClient(
        notes, wall=FakeClock().wall, fragile=fragile, largest=1 << 20, timeout=timeout
    ) as client:
        client.base_url = f"http://127.0.0.1:{port}"
        yield client


@asynccontextmanager
async def server(
    respond: Callable[[asyncio.StreamWriter], None], *, fragile: bool = False
) -> AsyncGenerator[tuple[httpx2.AsyncClient, Notes]]:
    """A server that reads a request's head and then does as it is told."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        respond(writer)

    notes = Notes()
    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener, client_of(listener.sockets[0].getsockname()[1], notes, fragile=fragile) as client:
        yield client, notes


def sends(*pieces: bytes) -> Callable[[asyncio.StreamWriter], None]:
    def respond(writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(pieces))  # of empty pieces writelines of Python 3.13.0 never finishes the sending
        writer.close()

    return respond


def refusal(status: str, body: bytes = b"no", kind: str = "text/plain", more: str = "X-Kept: yes") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n\r\n"
    return head.encode() + body


def code(response: httpx2.Response) -> int:
    assert response.headers["content-type"] == "application/json"
    number: int = response.json()["error"]["code"]
    return number


async def test_a_request_goes_to_the_address_that_it_names_whichever_came_before() -> None:
    async with client_of(1, Notes()) as client:
        addresses = ["http://a.example/mcp", "http://b.example/mcp", "http://a.example/mcp", "/mcp", "/mcp"]
        built = [str(client.build_request("POST", address).url) for address in addresses]
    assert built == [*addresses[:3], "http://127.0.0.1:1/mcp", "http://127.0.0.1:1/mcp"]


async def test_a_refused_connection_is_an_error_of_the_request_that_was_never_sent() -> None:
    notes = Notes()
    async with client_of(free_port(), notes) as client:
        response = await client.post("/mcp", json={})
    assert response.status_code == 503
    assert code(response) == UNREACHABLE
    assert notes.suspicions == ["Connection refused"]


async def test_a_connection_that_breaks_before_the_answer_may_have_done_its_work() -> None:
    async with server(sends()) as (client, notes):
        assert code(await client.post("/mcp", json={})) == BROKEN_OFF
    assert len(notes.suspicions) == 1


async def test_a_stream_that_breaks_ends_where_it_broke() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    async with server(sends(head, b"data: half")) as (client, notes):
        response = await client.post("/mcp", json={})
        assert response.content == b"data: half"
    assert len(notes.suspicions) == 1


async def test_the_end_of_a_stream_that_should_stay_open_is_told() -> None:
    async with server(sends(OK, b"data: x\n\n")) as (client, notes):
        assert (await client.get("/mcp")).content == b"data: x\n\n"
        assert notes.suspicions == ["the server's event stream ended"]
        await client.post("/mcp", json={})
        assert len(notes.suspicions) == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("401 Unauthorized", UNREACHABLE),
        ("404 Not Found", UNREACHABLE),
        ("429 Too Many Requests", RATE_LIMITED),
        ("503 Service Unavailable", UNREACHABLE),
        ("500 Internal Server Error", BROKEN_OFF),
        ("502 Bad Gateway", BROKEN_OFF),
        ("504 Gateway Timeout", BROKEN_OFF),
    ],
)
async def test_an_http_error_says_whether_the_request_was_carried_out(status: str, expected: int) -> None:
    async with server(sends(refusal(status))) as (client, notes):
        response = await client.post("/mcp", json={})
    assert response.status_code == int(status[:3])
    assert code(response) == expected
    assert response.json()["error"]["message"] == f"HTTP {status}"
    assert response.headers["x-kept"] == "yes"
    assert notes.suspicions == ([] if status.startswith("429") else [f"HTTP {status}"])


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Retry-After: 7", 7.0),
        ("Retry-After: Thu, 01 Jan 2026 00:01:30 GMT", 90.0),
        ("Retry-After: Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("Retry-After: 86400", 3_600.0),
        ("Retry-After: soon", None),
        ("X-Kept: yes", None),
    ],
)
@pytest.mark.parametrize("body", [b"slow down", PARSE_ERROR])
async def test_who_is_turned_away_for_asking_too_often_is_told_for_how_long(
    said: str, seconds: float | None, body: bytes
) -> None:
    async with server(sends(refusal("429 Too Many Requests", body, "application/json", said))) as (client, notes):
        response = await client.post("/mcp", json={})
    assert code(response) == RATE_LIMITED
    assert response.json()["error"].get("data") == (None if seconds is None else {"retryAfter": seconds})
    assert (notes.suspicions, notes.ends) == ([], [])


@pytest.mark.parametrize("answer", [OK, refusal("429 Too Many Requests"), refusal("500 Oops"), b""])
async def test_over_the_older_transport_whatever_breaks_ends_the_session(answer: bytes) -> None:
    async with server(sends(answer), fragile=True) as (client, notes):
        await client.get("/sse")
    assert len(notes.ends) == 1
    assert notes.suspicions == []


async def test_an_error_that_is_json_rpc_already_is_left_as_it_is() -> None:
    async with server(sends(refusal("400 Bad Request", PARSE_ERROR, "application/json"))) as (client, notes):
        response = await client.post("/mcp", json={})
    assert response.status_code == 400
    assert response.content == PARSE_ERROR
    assert notes.suspicions == []


@pytest.mark.parametrize("body", [b'{"detail": "no"}', b'{"error": "no"}', b"[" * 5_000, b"\xff", b"x" * 1_000_000])
async def test_an_error_whose_body_is_anything_else_is_told_by_its_status(body: bytes) -> None:
    async with server(sends(refusal("403 Forbidden", body, "application/json"))) as (client, _):
        response = await client.post("/mcp", json={})
    assert response.json()["error"]["message"] == "HTTP 403 Forbidden"


async def test_a_session_the_server_does_not_know_is_over_for_certain() -> None:
    async with server(sends(refusal("404 Not Found", PARSE_ERROR, "application/json"))) as (client, notes):
        response = await client.post("/mcp", json={}, headers={"Mcp-Session-Id": "s1"})
    assert code(response) == SESSION_LOST
    assert notes.ends == ["the server has forgotten the session"]


async def test_to_a_server_that_hangs_a_farewell_ends_before_a_request_that_was_sent_earlier() -> None:
    hung: list[asyncio.StreamWriter] = []
    async with server(hung.append) as (client, _), asyncio.TaskGroup() as group:
        posting = group.create_task(client.post("/mcp", json={}))
        assert code(await client.delete("/mcp")) == BROKEN_OFF
        assert not posting.done()
        posting.cancel()
        for writer in hung:
            writer.close()

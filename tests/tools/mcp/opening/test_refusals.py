"""HTTP servers that refuse: a forgotten session is renewed, the older transport found, all else told in words."""

from collections.abc import Generator
from typing import Literal

import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import ServerUnavailable
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tools.mcp.opening.refusals import is_about_session_alone, means_no_session
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import PATIENCE, error_of, free_port, http_server, state_of, unheard, until
from tests.support.odd_http import FORGETTING, METADATA, OddHttp, odd_http

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def server() -> Generator[OddHttp]:
    with odd_http() as running:
        yield running


def at(url: str, *, transport: Literal["http", "sse"] = "http") -> ServerConfig:
    return ServerConfig("far", HttpEndpoint(url, transport=transport))


@pytest.mark.parametrize("mode", FORGETTING)
async def test_a_forgotten_session_is_renewed_however_it_is_told_and_the_call_repeated(
    server: OddHttp, mode: str
) -> None:
    server.asked.clear()
    async with ToolPool([at(server.url(mode))], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        for number in range(4):
            result = await pool.call("find", {"n": number}, timeout=PATIENCE, on_progress=unheard)
            assert result.text == "the lamp is red"
    assert server.asked.count("initialize") == 4


async def refusal(url: str, *, transport: Literal["http", "sse"] = "http") -> str:
    async with ToolPool([at(url, transport=transport)], clock=CLOCK) as pool:
        await until(pool, lambda: state_of(pool, "far") == "unavailable")
        told = error_of(pool, "far")
        with pytest.raises(ServerUnavailable):
            await pool.call("far.find", {}, timeout=PATIENCE, on_progress=unheard)
    assert told.startswith("far, at http")
    return told


@pytest.mark.parametrize(
    ("mode", "parts"),
    [
        (
            "nothing",
            ["HTTP 404 Not Found", "no MCP endpoint", '"url"', '"type": "sse"', "older transport was tried too"],
        ),
        ("post-not-allowed", ["HTTP 405 Method Not Allowed", '"type": "sse"']),
        ("auth", ["HTTP 401 Unauthorized", '"headers"', "OAuth", METADATA]),
        ("closed", ["HTTP 403 Forbidden", '"headers"']),
        ("login", ["this is a web page, not an MCP endpoint", '"url"']),
    ],
)
async def test_a_refusal_says_what_to_do(server: OddHttp, mode: str, parts: list[str]) -> None:
    told = await refusal(server.url(mode))
    for part in parts:
        assert part in told


async def test_an_address_without_the_older_transport_says_so(server: OddHttp) -> None:
    told = await refusal(server.url("post-not-allowed"), transport="sse")
    assert 'the older transport is not spoken at this address: correct "url" or "type"' in told
    assert 'add "type"' not in told


async def test_nobody_and_no_host_are_told_in_words_too() -> None:
    assert "Connection refused: nobody listens there" in await refusal(f"http://127.0.0.1:{free_port()}/mcp")
    assert "no address is known for 'no-such-host.invalid'" in await refusal("http://no-such-host.invalid/mcp")


async def test_a_server_of_the_older_transport_is_found_and_remembered_though_its_entry_does_not_say_so() -> None:
    port = free_port()
    async with ToolPool([at(f"http://127.0.0.1:{port}/sse")], clock=CLOCK) as pool:
        for text in ("first", "after its restart"):
            async with http_server("--sse", port=port):
                await until(pool, lambda: state_of(pool, "far") == "ready")
                result = await pool.call("echo", {"text": text}, timeout=PATIENCE, on_progress=unheard)
                assert result.text == text
            await until(pool, lambda: state_of(pool, "far") == "unavailable")


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (404, b"", True),
        (400, b"Missing session ID", True),
        (400, b"Bad Request: Mcp-Session-Id header is required", True),
        (422, b'{"detail": "session does not exist"}', True),
        (400, b"Session terminated", True),
        (400, b"Bad Request: the argument n is required", False),
        (500, b"database session pool is full", False),
        (403, b"no", False),
        (400, b"\xff\xfe" * 1_000, False),
    ],
)
def test_what_means_an_unknown_session(status: int, body: bytes, means: bool) -> None:
    assert means_no_session(status, body) is means


@pytest.mark.parametrize(
    ("message", "alone"),
    [
        ("Session not found", True),
        ("Bad Request: No valid session ID provided", True),
        ("Invalid session", True),
        ("browser session 'abc' not found", False),
        ("session 17 not found", False),
        ("no such note", False),
        ("session not found " + "x" * 900, False),
    ],
)
def test_an_error_of_a_tool_that_has_sessions_of_its_own_is_another_thing(message: str, alone: bool) -> None:
    assert is_about_session_alone(message) is alone

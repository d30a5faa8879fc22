"""Real MCP servers through a proxy, over TLS, and one that never stops writing: what the environment decides."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from agentic_search.clock import SystemClock
from agentic_search.tools.pool import ToolPool
from tests.support.busy_server import busy_server
from tests.support.doorman import Doorman
from tests.support.mcp_processes import PATIENCE, ROOT, at_url, error_of, flooding_server, state_of, unheard
from tests.support.serving import Server, certificate, forward_proxy

REMOTE = "mcp.remote.test"
"""A host that nobody can find but the proxy."""
CLOCK = SystemClock()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificates but those of the test."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine and of the remote one that vouches for itself."""
    return certificate(tmp_path_factory.mktemp("tls"), "localhost", REMOTE)


@pytest.fixture(scope="module")
async def plain() -> AsyncGenerator[Doorman]:
    async with busy_server() as server:
        yield server


@pytest.fixture(scope="module")
async def secure(own_certificate: Path) -> AsyncGenerator[Doorman]:
    async with busy_server(certificate=own_certificate) as server:
        yield server


@pytest.fixture
async def proxy() -> AsyncGenerator[Server]:
    async with forward_proxy() as server:
        yield server


def called(server: Doorman, host: str) -> str:
    """The server's URL by another name."""
    return server.url.replace("127.0.0.1", host)


async def echo(url: str) -> str:
    """What a call of a server's tool gives, or why it cannot be used."""
    async with asyncio.timeout(PATIENCE), ToolPool([at_url(url, "remote")], clock=CLOCK) as pool:
        await pool.settled(PATIENCE)
        if state_of(pool, "remote") != "ready":
            return error_of(pool, "remote")
        return (await pool.call("echo", {"text": "hello"}, timeout=PATIENCE, on_progress=unheard)).text


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_remote_server_is_reached_through_the_proxy_that_the_environment_names(
    plain: Doorman, proxy: Server, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, proxy.url)
    assert await echo(called(plain, REMOTE)) == "hello"
    assert all(f" http://{REMOTE}:".encode() in request for request in proxy.requests)


@pytest.mark.parametrize("exempt", [REMOTE, ".remote.test", "*"])
async def test_a_host_that_no_proxy_exempts_is_asked_for_without_one(
    plain: Doorman, proxy: Server, monkeypatch: pytest.MonkeyPatch, exempt: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", f"other.test,{exempt}")
    assert "[Errno -" in await echo(called(plain, REMOTE)), "only the proxy could find it"
    assert proxy.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_is_never_asked_for_through_a_proxy(
    plain: Doorman, proxy: Server, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    assert await echo(called(plain, host)) == "hello"
    assert proxy.requests == []


async def test_a_connection_error_behind_a_proxy_ends_its_own_request_only(
    plain: Doorman, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forward_proxy() as short_lived:
        monkeypatch.setenv("HTTP_PROXY", short_lived.url)
    assert "Connection refused" in await echo(called(plain, REMOTE))
    monkeypatch.setenv("HTTP_PROXY", "socks9://127.0.0.1:1")
    assert "socks9" in await echo(called(plain, REMOTE))


async def test_a_server_with_a_certificate_of_an_authority_of_ones_own_is_reached_where_it_is_named(
    secure: Doorman, own_certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate))
    assert await echo(called(secure, "localhost")) == "hello"


async def test_a_secure_server_is_reached_through_a_tunnel_of_the_proxy(
    secure: Doorman, own_certificate: Path, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert await echo(called(secure, REMOTE)) == "hello"
    assert all(request.startswith(f"CONNECT {REMOTE}:".encode()) for request in proxy.requests)


async def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(secure: Doorman) -> None:
    secure.forget()
    assert "certificate verify failed" in await echo(called(secure, "localhost"))
    assert secure.let_in == []


_CALL_AND_LEAVE = """
import asyncio, sys, uvloop
from agentic_search.clock import SystemClock
from agentic_search.errors import ToolTimeout
from agentic_search.tools.pool import ToolPool
from tests.support.mcp_processes import at_url, unheard

async def main():
    async with ToolPool([at_url(sys.argv[1])], clock=SystemClock()) as pool:
        await pool.settled(20)
        try:
            await pool.call("flood", {}, timeout=1.0, on_progress=unheard)
        except ToolTimeout as late:
            print(late, flush=True)

{"asyncio": asyncio, "uvloop": uvloop}[sys.argv[2]].run(main())
"""


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
async def test_a_server_that_writes_comments_without_end_cannot_keep_the_process_from_ending(loop: str) -> None:
    async with flooding_server() as url:
        client = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _CALL_AND_LEAVE, url, loop, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            assert client.stdout is not None
            async with asyncio.timeout(PATIENCE):
                assert await client.stdout.readline() == b"flood took longer than 1 s\n"
                assert await client.wait() == 0
        finally:
            if client.returncode is None:
                client.kill()
                await client.wait()

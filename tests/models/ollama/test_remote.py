"""An Ollama on another machine: over TLS, with a certificate that is trusted and one that is not, and by a proxy."""

import asyncio
from pathlib import Path

import httpx
import pytest

from agentic_search.clock import SystemClock
from agentic_search.errors import ConfigurationError, ModelUnavailable
from agentic_search.models.ollama.source import OllamaSource
from agentic_search.models.ollama.transport import OllamaTransport
from tests.support.serving import Answer, certificate, pump, says, serving, shown

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost and of a machine named box."""
    return certificate(tmp_path_factory.mktemp("tls"), "localhost", "box")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy but what a test names."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def chat(url: str, headers: dict[str, str] | None = None, *, timeout: float = 5.0) -> str:
    """The answer to a chat."""
    transport = OllamaTransport(url, SystemClock())
    async with asyncio.timeout(20), httpx.AsyncClient(base_url=url, transport=transport, timeout=timeout) as client:
        return (await client.post("/api/chat", json={"messages": []}, headers=headers)).text


async def test_a_chat_asks_for_no_cut_and_for_no_compression() -> None:
    async with serving(says(OK)) as server:
        await chat(server.url)
    assert server.bodies == [b'{"messages":[],"truncate":false}']
    assert b"\r\naccept-encoding: identity\r\n" in server.requests[0].lower()


def tunnel(port: int) -> Answer:
    """What a proxy does that is asked to connect somewhere: it leads to this port, wherever that was."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with asyncio.TaskGroup() as group:
            group.create_task(pump(reader, to_writer))
            group.create_task(pump(to_reader, writer))

    return answer


async def test_a_server_whose_authority_ssl_cert_file_names_is_trusted(
    trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with serving(says(OK), tls=shown(trusted)) as server:
        assert await chat(server.url) == "hi\n"


async def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(trusted: Path) -> None:
    async with serving(says(OK), tls=shown(trusted)) as server:
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await chat(server.url)
        assert not server.requests


async def test_a_server_that_does_not_speak_tls_cannot_be_connected_to_securely() -> None:
    async with serving(says(OK)) as server:
        with pytest.raises((httpx.ConnectError, httpx.ConnectTimeout)):
            await chat(server.url.replace("http", "https"), timeout=0.5)


async def test_another_machine_is_reached_through_the_proxy_that_the_environment_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(says(OK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"127.0.0.1:{proxy.port}")
        assert await chat("http://box:11434") == "hi\n"
    assert proxy.requests[0].startswith(b"POST http://box:11434/api/chat HTTP/1.1\r\n")


async def test_a_tunnel_through_a_proxy_shows_it_nothing_of_a_chat(
    trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    async with serving(says(OK), tls=shown(trusted)) as server, serving(tunnel(server.port)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert await chat("https://box:443") == "hi\n"
        assert server.requests[0].startswith(b"POST /api/chat HTTP/1.1\r\n")
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT box:443 HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_no_proxy_is_shown_what_goes_to_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with serving(says(OK)) as server:
        assert await chat(f"http://{host}:{server.port}") == "hi\n"


@pytest.mark.parametrize("exceptions", ["box", "box:11434", "other, box", "*"])
async def test_no_proxy_leads_to_a_machine_that_is_excepted(exceptions: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(says(OK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", exceptions)
        with pytest.raises(httpx.ConnectError):
            await chat("http://box:11434")
        assert not proxy.requests


@pytest.mark.filterwarnings("ignore:The 'proxy_auth' parameter is deprecated")
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")
async def test_a_proxy_is_told_the_name_and_password_of_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(says(OK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("://", "://me:secret@"))
        assert await chat("http://box:11434") == "hi\n"
    assert b"\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n" in proxy.requests[0]


@pytest.mark.parametrize(("host", "is_told"), [("ollama.com:80", True), ("box:11434", False)])
async def test_the_key_for_ollama_com_goes_there_and_nowhere_else(
    host: str, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(says(OK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        await chat(f"http://{host}", {"Authorization": "Bearer secret"})
    assert (b"secret" in proxy.requests[0]) is is_told


async def test_a_proxy_that_refuses_or_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = says(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    async with serving(refusal) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with OllamaSource("https://box") as source:
            with pytest.raises(ModelUnavailable, match=r"proxy .* to https://box does not let us through: 407"):
                await source.open("")
    async with OllamaSource("https://box") as source:
        with pytest.raises(ModelUnavailable, match="does not let us through"):
            await source.open("")


@pytest.mark.parametrize("proxy", ["socks5://box:1080", "socks://box", "http://box:port"])
def test_a_proxy_that_cannot_be_used_is_found_before_anything_is_sent(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
        OllamaSource("https://box")
    OllamaSource("http://box")


async def test_a_silent_proxy_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(says()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with asyncio.timeout(5), OllamaSource("https://box", list_timeout=0.2) as source:
            assert (await source.report()).error

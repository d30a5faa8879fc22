"""What hostile and broken servers answer costs a bounded amount of memory and time, and is told for what it is."""

import asyncio

import pytest

from agentic_search.mcp_servers.web.network.client import USER_AGENT, WebClient, WebFailure
from agentic_search.network.addresses import AllowedPlaces
from tests.support.serving import Answer, forward_proxy, says, serving
from tests.support.web_double.site import web_double

HERE = AllowedPlaces.of(["127.0.0.0/8"])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 1000000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silent(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (endless, "gives more than 16 MiB"),
        (dripping, "took longer than 0.5 s"),
        (silent, "took longer than 0.5 s"),
        (says(HEAD + b"X-Long: " + b"x" * 10_000_000 + b"\r\n\r\n", close=True), "not HTTP as it should be"),
        (says(HEAD + b"X: y\r\n" * 100_000 + b"\r\n", close=True), "not HTTP as it should be"),
        (says(b"SSH-2.0-OpenSSH_9\r\n", close=True), "not HTTP as it should be"),
        (says(b"\0" * 1000, close=True), "not HTTP as it should be"),
        (says(HEAD + b"Content-Length: 100\r\n\r\nhalf", close=True), "broke off"),
        (says(b"", close=True), "broke off"),
        (says(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope", close=True), "cannot be read"),
        (
            says(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n", close=True),
            "cannot be read|not read",
        ),
    ],
)
async def test_bad_servers_cost_themselves_alone(answer: Answer, said: str) -> None:
    async with serving(answer) as server:
        timeout = 0.5 if answer in {dripping, silent} else 20
        with pytest.raises(WebFailure, match=said):
            await WebClient(HERE).get(server.url, timeout=timeout)


async def test_a_body_that_unpacks_to_too_much_is_not_unpacked_to_the_end() -> None:
    async with web_double() as site:
        with pytest.raises(WebFailure, match="gives more than 16 MiB"):
            await WebClient(HERE).get(site.url("/bomb"))


async def test_requests_name_the_project_and_bring_no_cookies() -> None:
    async with web_double() as site:
        site.headers = {"Set-Cookie": "id=1"}
        client = WebClient(HERE)
        for _ in range(2):
            await client.get(site.url("/article"))
    assert site.agents == {USER_AGENT} and USER_AGENT.startswith("agentic-search/")


async def test_where_nobody_listens_that_is_said() -> None:
    async with serving(says(b"")) as gone:
        pass
    with pytest.raises(WebFailure, match="nobody takes the connection"):
        await WebClient(HERE).get(gone.url)


async def unknown(_: str, __: int) -> list[str]:
    raise OSError("no such host")


async def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(WebFailure, match="no such host"):
        await WebClient(AllowedPlaces(), look_up=unknown).get("http://nowhere.example/")


async def test_with_a_proxy_names_are_checked_here_first(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(_: str, __: int) -> list[str]:
        return ["10.0.0.1"]

    async with forward_proxy() as proxy, web_double() as site:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(WebFailure, match="private network"):
            await WebClient(AllowedPlaces(), look_up=inside).get(site.url("/article", "inside.example"))
        with pytest.raises(WebFailure, match="this machine"):
            await WebClient(AllowedPlaces()).get(site.url("/article"))
        assert not proxy.requests
        allowed = WebClient(AllowedPlaces.of(["inside.example"]), look_up=inside)
        assert (await allowed.get(site.url("/article", "inside.example"))).status == 200
        assert len(proxy.requests) == 1

"""Addresses that strangers wrote: however they name this machine or its network, no request arrives there.

The service asks at such addresses for pages (the web server, in a process of its own), for webhooks of standing
questions, and for sign-ins, where remote MCP servers say. All others are the operator's.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from agentic_search.errors import SignInFailed
from agentic_search.network.addresses import AllowedPlaces
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.grants import SignInChallenge
from agentic_search.tools.mcp.auth.requests import SIGN_IN_ALLOW
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from tests.support.forking.starting import ROOT
from tests.support.oauth_double.double import oauth_double
from tests.support.oauth_double.rules import DoubleRules
from tests.support.service import running_service
from tests.tools.mcp.auth.test_sign_ins import from_browser

CALLBACK = "http://127.0.0.1:8023/servers/sign-in/callback"
INSIDE = "127.0.0.2"
"""This machine, under an address that no server of these tests has."""
LITERALS = [
    *("127.0.0.2", "2130706434", "0x7f000002", "0x7f.0.0.2", "0177.0.0.2", "017700000002"),
    *("127.2", "127.0.0.02", "127.0.0.2.", "0.0.0.0", "0", "[::ffff:127.0.0.2]"),
    *("[::ffff:7f00:2]", "[::127.0.0.2]", "[64:ff9b::7f00:2]", "[::1]", "[::]", "169.254.169.254"),
    *("[fe80::1]", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "10.0.0.1", "192.168.0.1", "172.16.0.1"),
    "100.64.0.1",
]
TRICKS = ["example.org@127.0.0.2", "user:pass@127.0.0.2", "127.0.0.2\\@example.org", "１２７.０.０.２"]
NAMES = ["localhost", "LOCALHOST."]
"""Names that lead to this machine."""
TOLD = re.compile(
    r"is (?:this machine|a private network|a link-local address|a provider's own network|reserved)|no host name"
    r"|in an unusual form|user or password|backslashes|answer that cannot be used|cannot be reached|no such host"
)
CONNECTING = re.compile(
    r"AsyncClient\(|class \w+\(httpx2\.AsyncClient\)|ClientSession\(|HTTPTransport\(|AiohttpTransport\("
    r"|open_connection|urlopen\(|primp\.Client\("
)
OPERATORS = {
    "access/identities/provider.py": "the provider of the settings, and what it says of itself",
    "client/exchange.py": "a program's own service",
    "doctor/network_checks.py": "addresses of the settings",
    "mcp_servers/stories/importing/fetching.py": "one archive, that of the command",
    "mcp_servers/web/engines/keyless.py": "search engines by name",
    "mcp_service/remote.py": "the service beside it",
    "models/network/transport.py": "model servers of the settings",
    "models/ollama/source.py": "over that transport",
    "models/openai/source.py": "over that transport",
    "network/requests.py": "what strangers wrote, checked",
    "tools/mcp/shield.py": "MCP servers of the servers file; redirects are not followed",
}
"""Modules that open connections, and whose word leads them."""


@dataclass(slots=True)
class Canary:
    """Listens at every address of this machine."""

    port: int = 0
    connections: int = 0


@pytest.fixture
async def canary() -> AsyncGenerator[Canary]:
    """What no request may reach."""
    found = Canary()

    async def come(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async with AsyncExitStack() as stack:
        listening = await stack.enter_async_context(await asyncio.start_server(come, "0.0.0.0", 0))
        found.port = listening.sockets[0].getsockname()[1]
        with suppress(OSError):  # not every machine has IPv6
            await stack.enter_async_context(await asyncio.start_server(come, "::1", found.port))
        yield found
        # It was there all the time.
        before = found.connections
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(f"http://{INSIDE}:{found.port}/")).is_success
        assert (before, found.connections) == (0, 1)


@asynccontextmanager
async def sign_ins_at(
    folder: Path, url: str, told: str, allowed: AllowedPlaces | None = None
) -> AsyncGenerator[SignIns]:
    """A service that has been refused by the MCP server at `url`, with what it told."""
    places = allowed or AllowedPlaces(setting=SIGN_IN_ALLOW)
    async with asyncio.timeout(60), SignIns(EncryptedFolder(folder), allowed=places) as sign_ins:
        auth = sign_ins.auth_at(ServerConfig("strange", HttpEndpoint(url)))
        assert auth is not None
        auth.challenge = SignInChallenge(401, told)
        yield sign_ins


async def why_refused(sign_ins: SignIns) -> str:
    """Why nobody is sent away to sign in."""
    with pytest.raises(SignInFailed) as failure:
        await sign_ins.begin("strange", redirect_uri=CALLBACK, browser="mine")
    return str(failure.value)


async def test_no_mcp_server_leads_a_sign_in_inside(tmp_path: Path, canary: Canary) -> None:
    for host in (*LITERALS, *TRICKS, *NAMES):
        told = f'Bearer resource_metadata="http://{host}:{canary.port}/metadata"'
        async with sign_ins_at(tmp_path, "http://mcp.example.com/mcp", told) as sign_ins:
            why = await why_refused(sign_ins)
        assert TOLD.search(why), f"{host}: {why}"
    assert canary.connections == 0


@pytest.mark.parametrize("what", ["authorization server", "registration_endpoint", "authorization_endpoint"])
async def test_no_metadata_leads_inside_by_the(what: str, tmp_path: Path, canary: Canary) -> None:
    inside = f"http://{INSIDE}:{canary.port}"
    endpoints = {what: f"{inside}/x"} if what.endswith("endpoint") else {}
    async with oauth_double(DoubleRules(names="" if endpoints else inside, endpoints=endpoints)) as double:
        async with sign_ins_at(tmp_path, double.mcp_url, "Bearer") as sign_ins:
            why = await why_refused(sign_ins)
        assert f"leads to http://{INSIDE}, which is not asked" in why and SIGN_IN_ALLOW in why
        assert "/token" not in dict(double.asked)


async def test_no_token_is_asked_for_inside_and_what_the_operator_allows_is(tmp_path: Path, canary: Canary) -> None:
    inside = f"http://{INSIDE}:{canary.port}/token"
    moved = DoubleRules(resource_moved=inside, endpoints={"token_endpoint": inside})  # redirects are not followed
    async with (
        oauth_double(moved) as double,
        sign_ins_at(tmp_path, double.mcp_url, "Bearer") as sign_ins,
    ):
        assert f"leads to http://{INSIDE}, which is not asked" in await brought_back(sign_ins)
    assert canary.connections == 0
    async with oauth_double() as double:
        port = double.url.rpartition(":")[2]
        told = f'Bearer resource_metadata="http://localhost:{port}/elsewhere"'
        allowed = AllowedPlaces.of(["localhost"], setting=SIGN_IN_ALLOW)
        async with sign_ins_at(tmp_path, "http://mcp.example.com/mcp", told, allowed) as sign_ins:
            assert SIGN_IN_ALLOW not in await why_refused(sign_ins)  # it is of another resource


async def brought_back(sign_ins: SignIns) -> str:
    """Why nobody is signed in after the person has agreed."""
    address = await sign_ins.begin("strange", redirect_uri=CALLBACK, browser="mine")
    with pytest.raises(SignInFailed) as failure:
        await sign_ins.finish(await from_browser(address), browser="mine")
    return str(failure.value)


async def test_no_webhook_and_no_page_is_asked_for_inside(tmp_path: Path, canary: Canary) -> None:
    alone = {name: {"disabled": True} for name in ("python_docs", "documents", "stories")}
    async with running_service(tmp_path, bundled=True, servers=alone, settings={"WEB": "ddgs"}) as service:
        await service.ready_servers("web")
        for host in (*LITERALS, *TRICKS):
            given = {"search": {"query": "?"}, "cron": "0 9 1 1 *", "webhook": f"http://{host}:{canary.port}/"}
            refused = await service.client.post("/schedules", json=given)
            assert refused.status_code == 400 and TOLD.search(refused.text), f"{host}: {refused.text}"
        urls = [f"http://{host}:{canary.port}/" for host in (*LITERALS, *TRICKS, *NAMES)]
        plan = {
            "tasks": [{"id": f"t{n}", "tool": "read_page", "arguments": {"url": url}} for n, url in enumerate(urls)]
        }
        body = {"query": "?", "plan": plan, "model": "offline", "deadline": 60}
        begun = await service.client.post("/search", json=body, headers={"Prefer": "respond-async"})
        await service.events(begun.json()["id"])
        run = await service.report(begun.json()["id"])
        assert [task["status"] for task in run["tasks"]] == ["failed"] * len(urls)
        assert not [task["error"] for task in run["tasks"] if not TOLD.search(task["error"])]


def test_every_module_that_opens_connections_is_known() -> None:
    package = ROOT / "agentic_search"
    found = {
        path.relative_to(package).as_posix() for path in package.rglob("*.py") if CONNECTING.search(path.read_text())
    }
    assert found == set(OPERATORS), "say whose word leads it; what strangers write goes through agentic_search.network"

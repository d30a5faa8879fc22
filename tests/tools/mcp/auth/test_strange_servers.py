"""Sign-ins that a hostile MCP server leads astray: to where nothing is encrypted, or to answers without end."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from agentic_search.errors import SignInFailed
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig
from agentic_search.tools.mcp.auth.encrypted_folder import EncryptedFolder
from agentic_search.tools.mcp.auth.grants import SignInChallenge
from agentic_search.tools.mcp.auth.sign_ins import SignIns
from tests.support.serving import Server, says, serving

CALLBACK = "http://127.0.0.1:8023/servers/sign-in/callback"


async def refused(folder: Path, url: str, metadata: Server) -> str:
    """Why there is no signing in at a server at `url` that says where its metadata is."""
    async with asyncio.timeout(60), SignIns(EncryptedFolder(folder)) as sign_ins:
        auth = sign_ins.auth_at(ServerConfig("strange", HttpEndpoint(url)))
        assert auth is not None
        auth.challenge = SignInChallenge(401, f'Bearer resource_metadata="{metadata.url}/metadata"')
        with pytest.raises(SignInFailed) as failure:
            await sign_ins.begin("strange", redirect_uri=CALLBACK, browser="mine")
        return str(failure.value)


async def test_an_encrypted_server_leads_to_nothing_that_is_not(tmp_path: Path) -> None:
    async with serving(says(b"")) as inside:
        why = await refused(tmp_path, "https://mcp.example.com/mcp", inside)
        assert "leads to http://127.0.0.1, which is not encrypted" in why
        assert inside.requests == []


async def test_an_answer_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b" " * 65_536)
                await writer.drain()

    async with serving(endless) as server:
        why = await refused(tmp_path, f"{server.url}/mcp", server)
        assert "There is no signing in at 'strange'" in why


async def test_who_cannot_be_reached_is_named(tmp_path: Path) -> None:
    async with serving(says(b"")) as server:
        pass
    why = await refused(tmp_path, f"{server.url}/mcp", server)
    assert "127.0.0.1 cannot be reached" in why

"""Reads a text as a servers file, for the tests of its forms."""

from pathlib import Path

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch
from agentic_search.tools.config.servers_file import read_servers

ENVIRONMENT = {
    "HOME": "/home/me",
    "NOTES_TOKEN": "token-1234",
    "COPILOT_MCP_TOKEN": "copilot-1234",
    "COPILOT_MCP_SITE": "site",
}


def read(folder: Path, text: str, environment: dict[str, str] | None = None) -> dict[str, ServerConfig]:
    """The servers of a file with this text, by name."""
    path = folder / "servers"
    path.write_text(text)
    return {server.name: server for server in read_servers(path, environment=environment or ENVIRONMENT)}


def only(folder: Path, text: str, environment: dict[str, str] | None = None) -> ServerConfig:
    """The one server of a file."""
    (server,) = read(folder, text, environment).values()
    return server


def launch(server: ServerConfig) -> StdioLaunch:
    """How it is started."""
    assert isinstance(server.reach, StdioLaunch), server
    return server.reach


def endpoint(server: ServerConfig) -> HttpEndpoint:
    """Where it is."""
    assert isinstance(server.reach, HttpEndpoint), server
    return server.reach

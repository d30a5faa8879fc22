"""Each host's form: the samples of docs/server-files.md are read as that host means them."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentic_search.domain.tool import ServerInput
from agentic_search.tools.config.inputs import placeholder
from agentic_search.tools.config.server_config import (
    HttpEndpoint,
    OAuthRules,
    ServerConfig,
    StdioLaunch,
    ToolRules,
)
from tests.tools.config.reading import read

PAGE = Path(__file__).resolve().parents[3] / "docs" / "server-files.md"
SAMPLES = dict(re.findall(r"^### ([^\n]+)\n(?:(?!^### ).*?)^```\w+\n(.*?)^```$", PAGE.read_text(), re.S | re.M))
NOTES = "https://notes.example/mcp"
WIKI = HttpEndpoint("https://wiki.example/mcp")
BEARER = {"Authorization": "Bearer token-1234"}
KEY = ServerInput(id="notes-key", description="Key of the notes", secret=True)
PLACE = ServerInput(id="place", description="Where", default="home", options=("home", "work"))
NOTES_KEY = ServerInput(id="NOTES_KEY", description="Key: Key of the notes", secret=True)


def notes(
    command: str = "notes-server",
    *args: str,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    **more: Any,
) -> ServerConfig:
    """The server `notes` over stdio."""
    return replace(ServerConfig("notes", StdioLaunch(command, args, env or {}, cwd)), **more)


def remote(headers: dict[str, str] | None = None, **more: Any) -> ServerConfig:
    """The server `notes` over HTTP."""
    return replace(ServerConfig("notes", HttpEndpoint(NOTES, headers or {})), **more)


EXPECTED: dict[str, list[ServerConfig]] = {
    "Claude Desktop": [notes("npx", "-y", "some-notes-server", env={"NOTES_TOKEN": "abc"})],
    "Claude Code": [remote(BEARER), ServerConfig("files", StdioLaunch("files-server", ("/home/me/files",)))],
    "VS Code": [
        remote({"Authorization": f"Bearer {placeholder('notes-key')}"}, inputs=(KEY,)),
        ServerConfig(
            "files",
            StdioLaunch("files-server", ("FOLDER/files", placeholder("place")), {"TOKEN": "token-1234"}),
            inputs=(PLACE,),
        ),
    ],
    "VS Code settings": [notes()],
    "Cursor": [
        notes(env={"TOKEN": "token-1234"}),
        ServerConfig("wiki", WIKI, auth=OAuthRules("me", "token-1234", ("read",))),
    ],
    "Windsurf": [remote({"X-Key": "token-1234"}, rules=ToolRules(deny=("drop",)))],
    "Cline": [notes(rules=ToolRules(approve=("find",)), timeout=1800.0)],
    "Roo Code": [remote(rules=ToolRules(deny=("drop",)), timeout=60.0)],
    "Kiro": [
        notes(
            rules=ToolRules(deny=("drop",), approve=("find",)),
            timeout=60.0,
            warnings=('"timeout": 60000 is read as milliseconds, 60 s: write seconds',),
        )
    ],
    "Amazon Q": [
        notes(
            "notes-server",
            "--quiet",
            env={"TOKEN": "token-1234"},
            timeout=120.0,
            warnings=('"timeout": 120000 is read as milliseconds, 120 s: write seconds',),
        )
    ],
    "Gemini CLI": [
        remote(BEARER, timeout=30.0, rules=ToolRules(approve=("*",))),
        ServerConfig(
            "files",
            StdioLaunch("files-server", cwd=Path("files")),
            rules=ToolRules(allow=("find", "run"), deny=("drop",)),
        ),
        ServerConfig("old", HttpEndpoint("https://old.example/sse", transport="sse"), disabled=True),
    ],
    "Copilot CLI": [notes(timeout=60.0)],
    "Copilot coding agent": [
        notes(env={"TOKEN": "copilot-1234", "SITE": "site"}, rules=ToolRules(allow=("find",))),
    ],
    "LM Studio": [remote({"Authorization": "Bearer abc"})],
    "LibreChat": [
        remote({"X-Key": placeholder("NOTES_KEY")}, inputs=(NOTES_KEY,), timeout=60.0, startup_timeout=90.0),
        ServerConfig("events", HttpEndpoint("http://127.0.0.1:3001/sse", transport="sse")),
    ],
    "Zed": [
        notes("notes-server", "--quiet", env={"TOKEN": "abc"}),
        ServerConfig("files", StdioLaunch("files-server"), disabled=True),
    ],
    "Codex": [
        remote(
            {"X-Client": "codex", **BEARER},
            startup_timeout=20.0,
            timeout=45.5,
            rules=ToolRules(allow=("find",), deny=("drop",)),
        ),
        ServerConfig("files", StdioLaunch("files-server"), disabled=True),
    ],
    "opencode": [
        notes("npx", "-y", "some-notes-server", env={"TOKEN": "token-1234"}, startup_timeout=20.0),
        ServerConfig("wiki", WIKI, auth=OAuthRules("me", scopes=("read", "write"))),
    ],
    "Goose": [
        notes("npx", "-y", "some-notes-server", env={"NOTES_DEPTH": "2", "NOTES_TOKEN": "token-1234"}, timeout=300.0),
        ServerConfig("wiki", WIKI),
        ServerConfig(
            "developer",
            StdioLaunch(""),
            problem='"type": it is a part of Goose, and cannot be started here; '
            'has neither "command" nor "url": give "command" to start it, or "url" where it listens',
            disabled=True,
        ),
    ],
    "Continue": [
        ServerConfig(
            "Team_notes",
            StdioLaunch("npx", ("-y", "some-notes-server"), {"TOKEN": "token-1234"}),
            startup_timeout=20.0,
            title="Team notes",
        ),
        ServerConfig("wiki", HttpEndpoint("https://wiki.example/sse", {"X-Key": "abc"}, "sse")),
    ],
    "Cherry Studio": [remote()],
    "Docker MCP": [ServerConfig("MCP_DOCKER", StdioLaunch("docker", ("mcp", "gateway", "run")))],
    "A bare map": [notes(), ServerConfig("wiki", WIKI)],
    "One bare server": [ServerConfig("notes-server", StdioLaunch("npx", ("-y", "@someone/notes-server@latest")))],
    "A fragment": [notes()],
    "A list": [notes(), ServerConfig("wiki", WIKI)],
}


def test_each_documented_form_has_its_test() -> None:
    assert set(SAMPLES) == set(EXPECTED)


@pytest.mark.parametrize("host", EXPECTED)
def test_a_hosts_form_is_read_as_the_host_means_it(tmp_path: Path, host: str) -> None:
    servers = read(tmp_path, SAMPLES[host])
    assert list(servers.values()) == [_in(tmp_path, server, servers) for server in EXPECTED[host]]


def _in(folder: Path, server: ServerConfig, made: dict[str, ServerConfig]) -> ServerConfig:
    """The expectation in the test's own folder; which values are secret is tested elsewhere."""
    reach = server.reach
    if isinstance(reach, StdioLaunch):
        reach = replace(reach, args=tuple(arg.replace("FOLDER", str(folder)) for arg in reach.args))
    return replace(server, reach=reach, secrets=made[server.name].secrets)

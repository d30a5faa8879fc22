"""What a server is called in messages, and which commands are known to install what they run."""

import pytest

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch
from agentic_search.tools.mcp.process.ending import installs
from agentic_search.tools.mcp.process.naming import called


@pytest.mark.parametrize(
    ("command", "args", "name"),
    [
        ("npx", ("-y", "@example/notes", "/data"), "notes (npx @example/notes)"),
        ("uvx", ("--from", "example-notes", "notes"), "notes (uvx example-notes)"),
        ("python3", ("-m", "example.notes"), "notes (python3 example.notes)"),
        ("/usr/bin/node", ("/srv/notes.js", "--key", "k3y"), "notes (/usr/bin/node /srv/notes.js)"),
        ("docker", ("run", "-i", "--rm", "example/notes"), "notes (docker example/notes)"),
        ("docker", ("run", "--env", "KEY=1", "example/notes"), "notes (docker)"),
        ("npx", ("postgres://me:secret@db/x",), "notes (npx)"),
        ("notes-server", ("k3y",), "notes (notes-server)"),
        ("npx", (), "notes (npx)"),
    ],
)
def test_a_process_is_called_by_what_tells_it_apart_and_no_secret(
    command: str, args: tuple[str, ...], name: str
) -> None:
    assert called(ServerConfig("notes", StdioLaunch(command, args))) == name


def test_a_server_that_listens_is_called_by_its_address() -> None:
    endpoint = HttpEndpoint("https://me:secret@notes.example/mcp?key=1")
    assert called(ServerConfig("notes", endpoint)) == "notes, at https://notes.example/mcp"


@pytest.mark.parametrize(
    ("command", "args", "is_one"),
    [
        ("npx", ("x",), True),
        ("/opt/bin/uvx", ("x",), True),
        ("C:\\node\\npx.cmd", ("x",), True),
        ("sh", ("-c", "cd /srv && npm ci && exec node x.js"), True),
        ("bash", ("-lc", "uv run notes"), True),
        ("docker", ("run", "x"), True),
        ("python3", ("-m", "pip", "install"), True),
        ("node", ("notes.js",), False),
        ("python3", ("-m", "notes"), False),
    ],
)
def test_commands_that_install_are_known(command: str, args: tuple[str, ...], is_one: bool) -> None:
    assert installs(StdioLaunch(command, args)) is is_one

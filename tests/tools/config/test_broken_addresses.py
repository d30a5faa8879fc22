"""An address that cannot be parsed costs its own server, in every host's form and also with the user's values in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from agentic_search.errors import RequestError
from agentic_search.tools.config.inputs import with_inputs
from agentic_search.tools.config.servers_file import read_servers


@pytest.mark.parametrize("url", ["http://[", "https://[::1/sse", "http://a:99999999/sse"])
@pytest.mark.parametrize("group", ["mcpServers", "servers", "mcp_servers", "context_servers", "mcp"])
def test_only_its_server_is_unusable(tmp_path: Path, group: str, url: str) -> None:
    remote = {"type": "remote"} if group == "mcp" else {}
    local: dict[str, Any] = {"command": ["x"], "type": "local"} if group == "mcp" else {"command": "x"}
    file = tmp_path / "mcp.json"
    file.write_text(json.dumps({group: {"far": {"url": url, **remote}, "near": local}}))
    servers = {server.name: server for server in read_servers(file, bundled=(), environment={})}
    assert "whole http:// or https:// address" in servers["far"].problem
    assert not servers["near"].problem


@pytest.mark.parametrize("value", ["http://[", "file:///etc/passwd", "nothing"])
def test_values_that_make_no_address_are_refused(tmp_path: Path, value: str) -> None:
    file = tmp_path / "mcp.json"
    file.write_text(json.dumps({"mcpServers": {"far": {"url": "${input:where}"}}}))
    (server,) = read_servers(file, bundled=(), environment={})
    with pytest.raises(RequestError, match="no http:// or https:// address"):
        with_inputs(server, {"where": value})

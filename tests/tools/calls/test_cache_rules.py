"""The `cache` key of the servers file: what it may say, and how what is wrong with it is told."""

import json
from pathlib import Path

import pytest

from agentic_search.tools.config.server_config import CacheRules
from agentic_search.tools.config.servers_file import read_servers


def written(folder: Path, **entry: object) -> Path:
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {"web": {"command": "x", **entry}}}))
    return path


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ({}, CacheRules()),
        ({"cache": True}, CacheRules()),
        ({"cache": None}, CacheRules()),
        ({"cache": {}}, CacheRules()),
        ({"cache": False}, None),
        ({"cache": {"maxAge": 0}}, CacheRules(max_age=0.0)),
        ({"cache": {"maxAge": 2.5, "maxEntries": 10, "maxBytes": 1000}}, CacheRules(2.5, 10, 1000)),
    ],
)
def test_a_server_says_what_is_kept_of_its_results(
    tmp_path: Path, entry: dict[str, object], rules: CacheRules | None
) -> None:
    (server,) = read_servers(written(tmp_path, **entry), environment={})
    assert server.cache == rules


@pytest.mark.parametrize(
    ("cache", "complaint"),
    [
        ({"maxAge": -1}, '"cache.maxAge": must be greater than or equal to 0'),
        ({"maxEntries": 0}, '"cache.maxEntries": must be greater than or equal to 1'),
        ({"maxBytes": "16 MiB"}, '"cache.maxBytes": must be a valid integer'),
        ({"maxAges": 5}, '"cache.maxAges": unknown field, not used; did you mean "maxAge"?'),
        ({"seconds": 5}, '"cache.seconds": unknown field, not used'),
        ("off", '"cache": must be an object {…}'),
        (0, '"cache": must be an object {…}'),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, cache: object, complaint: str) -> None:
    (server,) = read_servers(written(tmp_path, cache=cache), environment={})
    assert complaint in "\n".join([server.problem, *server.warnings])

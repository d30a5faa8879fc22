"""The servers file: what is read from it, and how everything wrong with it is told."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentic_search.domain.limits import Limit, Rate
from agentic_search.tools.config.bundled import bundled_servers
from agentic_search.tools.config.entry.keys import OTHERS, OURS
from agentic_search.tools.config.server_config import (
    BreakerRules,
    HttpEndpoint,
    ServerConfig,
    StdioLaunch,
    ToolRules,
)
from agentic_search.tools.config.servers_file import read_servers

BUNDLED = (ServerConfig("stories", StdioLaunch("python")), ServerConfig("documents", StdioLaunch("python")))
SECRET = "s3cr3t-t0ken"


def written(folder: Path, servers: object) -> Path:
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": servers}))
    return path


def complaints(folder: Path, servers: object, environment: dict[str, str] | None = None) -> str:
    """What is said of each server, a line each; the bundled ones are always there."""
    read = read_servers(written(folder, servers), bundled=BUNDLED, environment=environment or {})
    assert {server.name for server in read} >= {server.name for server in BUNDLED}
    return "\n".join(f"server {it.name!r}: {part}" for it in read for part in (it.problem, *it.warnings) if part)


def test_a_missing_file_leaves_the_bundled_servers(tmp_path: Path) -> None:
    assert read_servers(tmp_path / "none.json", bundled=BUNDLED, environment={}) == BUNDLED


def test_a_missing_file_that_was_named_says_so_beside_the_bundled_servers(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    *others, shown = read_servers(path, bundled=BUNDLED, environment={}, may_be_missing=False)
    assert tuple(others) == BUNDLED
    assert (shown.title, shown.disabled) == ("none.json", False)
    assert shown.problem == f"{path} is not there: correct AGENTIC_SEARCH_SERVERS_FILE, or make the file"


def test_a_command_is_read_with_all_its_fields(tmp_path: Path) -> None:
    entry = {
        "command": "npx",
        "args": ["-y", "server", "--key=${KEY}"],
        "env": {"TOKEN": "${TOKEN:-none}"},
        "cwd": "${HOME}/data",
        "timeout": 12.5,
        "maxConcurrency": 3,
        "rateLimit": "100/m",
        "limits": {"search_*": {"maxConcurrency": 2, "rateLimit": "5/s"}, "*": {"maxConcurrency": 9}},
        "breaker": {"failures": 3},
        "retries": 2,
        "tools": {"allow": ["search_*"], "deny": ["search_all"]},
        "readOnly": ["search_*"],
        "idempotent": True,
    }
    (server,) = read_servers(written(tmp_path, {"web": entry}), environment={"KEY": "k", "HOME": "/home/me"})
    assert server == ServerConfig(
        "web",
        StdioLaunch("npx", ("-y", "server", "--key=k"), {"TOKEN": "none"}, Path("/home/me/data")),
        rules=ToolRules(("search_*",), ("search_all",), ("search_*",), ("*",)),
        timeout=12.5,
        limit=Limit(3, Rate(100, 60.0)),
        tool_limits=(("search_*", Limit(2, Rate(5, 1.0))), ("*", Limit(9))),
        breaker=BreakerRules(failures=3),
        retries=2,
    )


def test_the_first_glob_that_fits_limits_a_tool(tmp_path: Path) -> None:
    limits = {"search_*": {"maxConcurrency": 2}, "search_all": {"maxConcurrency": 1}, "get": {"rateLimit": "7/h"}}
    (server,) = read_servers(written(tmp_path, {"web": {"command": "x", "limits": limits}}), environment={})
    assert server.limit_of("search_all") == Limit(2)
    assert server.limit_of("get") == Limit(rate=Rate(7, 3_600.0))
    assert server.limit_of("put") is None


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (None, BreakerRules(5, 30.0)),
        (True, BreakerRules(5, 30.0)),
        (False, None),
        ({}, BreakerRules(5, 30.0)),
        ({"failures": 1, "seconds": 0.5}, BreakerRules(1, 0.5)),
    ],
)
def test_when_a_failing_server_is_left_alone_can_be_set_and_switched_off(
    tmp_path: Path, said: object, read: BreakerRules | None
) -> None:
    (server,) = read_servers(written(tmp_path, {"web": {"command": "x", "breaker": said}}), environment={})
    assert server.breaker == read


@pytest.mark.parametrize(
    ("kind", "transport"),
    [({}, "http"), ({"type": "http"}, "http"), ({"transport": "streamable-http"}, "http"), ({"type": "sse"}, "sse")],
)
def test_a_url_is_reached_by_the_transport_it_names(tmp_path: Path, kind: dict[str, str], transport: str) -> None:
    entry = {"url": "https://example.org/mcp", "headers": {"Authorization": "Bearer ${T}"}, **kind}
    (server,) = read_servers(written(tmp_path, {"far": entry}), environment={"T": "x"})
    assert isinstance(server.reach, HttpEndpoint)
    assert server.reach.transport == transport
    assert server.reach.headers == {"Authorization": "Bearer x"}


def test_python_stays_as_the_user_wrote_it(tmp_path: Path) -> None:
    (server,) = read_servers(written(tmp_path, {"mine": {"command": "python3", "args": ["s.py"]}}), environment={})
    assert isinstance(server.reach, StdioLaunch)
    assert server.reach.command == "python3"


def test_an_entry_replaces_the_bundled_server_of_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, {"stories": {"url": "http://localhost:9/mcp"}})
    servers = read_servers(path, bundled=BUNDLED, environment={})
    assert [(server.name, server.reach.transport) for server in servers] == [
        ("stories", "http"),
        ("documents", "stdio"),
    ]


def test_disabled_alone_switches_a_bundled_server_off(tmp_path: Path) -> None:
    servers = read_servers(written(tmp_path, {"stories": {"disabled": True}}), bundled=BUNDLED, environment={})
    assert [server.disabled for server in servers] == [True, False]


def test_disabled_alone_is_no_matter_where_nothing_is_bundled(tmp_path: Path) -> None:
    assert read_servers(written(tmp_path, {"stories": {"disabled": True}}), environment={}) == ()


def test_a_disabled_server_needs_none_of_its_variables(tmp_path: Path) -> None:
    entry = {"url": "${BASE}/mcp", "headers": {"Authorization": "${TOKEN}"}, "disabled": True}
    (server,) = read_servers(written(tmp_path, {"far": entry}), environment={})
    assert server.disabled


def test_a_value_that_looks_like_a_variable_is_not_filled_again(tmp_path: Path) -> None:
    path = written(tmp_path, {"x": {"command": "${A}"}})
    (server,) = read_servers(path, environment={"A": "${B}", "B": "no"})
    assert server.reach.address == "${B}"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"comand": "npx"}, '"comand": unknown field, not used; did you mean "command"?'),
        ({"command": "x", "tools": {"alow": []}}, '"tools.alow": unknown field, not used; did you mean "allow"?'),
        ({}, 'neither "command" nor "url"'),
        ({"command": "x", "url": "http://h/"}, 'both "command" and "url"'),
        ({"command": "x", "type": "http"}, 'give "url" instead'),
        ({"url": "http://h/", "type": "stdio"}, "does not go with stdio"),
        ({"url": "http://h/", "type": "sse", "transport": "http"}, "keep one"),
        ({"url": "http://h/", "env": {"A": "b"}}, '"env": is for a server with "command", not used'),
        ({"command": "x", "headers": {"A": "b"}}, '"headers": are for a server with "url", not used'),
        ({"url": "localhost:80/mcp"}, '"url": must be a whole http:// or https:// address'),
        ({"url": "http://[bad/mcp"}, '"url": must be a whole'),
        ({"command": "${NOPE}"}, '"command": the variable NOPE is not set: set it, or write ${NOPE:-default}'),
        ({"command": "x", "env": {"T": "${NOPE}"}}, '"env.T": the variable NOPE is not set'),
        ({"url": "http://h/", "headers": {"T": "${NOPE}"}}, '"headers.T": the variable NOPE is not set'),
        ({"command": "x", "rateLimit": "10 per s"}, 'as in "10/s"'),
        ({"command": "x", "rateLimit": "0/s"}, '"rateLimit": must be calls per'),
        ({"command": "x", "timeout": 0}, '"timeout": must be greater than 0'),
        ({"command": "x", "maxConcurrency": 0}, '"maxConcurrency": must be greater than or equal to 1'),
        ({"command": "x", "retries": -1}, '"retries": must be'),
        (
            {"command": "x", "limits": {"a.*": {"maxConcurency": 1}}},
            '"limits.a.*.maxConcurency": unknown field, not used; did',
        ),
        ({"command": "x", "limits": {"a": {"rateLimit": "5/d"}}}, '"limits.a.rateLimit": must be calls per second'),
        ({"command": "x", "limits": {"a": {"maxConcurrency": 0}}}, '"limits.a.maxConcurrency": must be greater'),
        ({"command": "x", "limits": {"a": {}}}, '"limits.a": limits nothing: give "maxConcurrency" or "rateLimit"'),
        ({"command": "x", "limits": {"": {"maxConcurrency": 1}}}, '"limits.": '),
        ({"command": "x", "limits": {"a": 5}}, '"limits.a": must be an object {…}'),
        ({"command": "x", "limits": ["a"]}, '"limits": must be'),
        (
            {"command": "x", "breaker": {"failure": 1}},
            '"breaker.failure": unknown field, not used; did you mean "failures"?',
        ),
        ({"command": "x", "breaker": {"failures": 0}}, '"breaker.failures": must be greater than or equal to 1'),
        ({"command": "x", "breaker": {"seconds": 0}}, '"breaker.seconds": must be greater than 0'),
        ({"command": "x", "breaker": 5}, '"breaker": must be an object {…}'),
        ({"command": "x", "args": "one"}, '"args": is text, read as 1 arguments: better write a list'),
        ({"command": ""}, '"command"'),
        ({"command": "x", "type": "carrier-pigeon"}, "'streamable-http'"),
        (["npx"], "must be an object {…}"),
        (None, "must be an object {…}"),
    ],
)
def test_a_wrong_entry_says_which_server_which_field_and_what_to_do(tmp_path: Path, entry: object, told: str) -> None:
    text = complaints(tmp_path, {"mine": entry})
    assert "server 'mine': " in text
    assert told in text


def test_every_problem_of_every_server_is_told_at_once(tmp_path: Path) -> None:
    servers = {
        "one": {"comand": "x", "timeout": "soon"},
        "two": {"command": "x"},
        "three": {"url": "${A}", "headers": {"B": "${B}"}},
        "storys": {"disabled": True},
    }
    text = complaints(tmp_path, servers)
    assert "did you mean 'stories'?" in text
    assert '"timeout": must be a number of seconds; has neither "command" nor "url"' in text
    assert "the variable A is not set" in text and "the variable B is not set" in text
    assert "server 'two'" not in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"mcpServers": {\n  "a": }}', "line 2, column 8"),
        ('{"server": {}}', 'no "mcpServers"'),
        ('{"mcpServers": "a"}', "must be an object of servers by name"),
        ("[" * 100_000, "cannot be used"),
        ("\xff\xff", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_bytes(text.encode("latin-1"))
    *bundled, server = read_servers(path, bundled=BUNDLED, environment={})
    assert tuple(bundled) == BUNDLED
    assert told in server.problem
    assert str(path) in server.problem


@pytest.mark.parametrize("key", ["_comment", "//", "#note", "$schema"])
def test_a_comment_among_the_servers_is_one_warning(tmp_path: Path, key: str) -> None:
    notes, file = read_servers(written(tmp_path, {key: "my servers", "notes": {"command": "x"}}), environment={})
    assert (notes.name, notes.problem, file.problem) == ("notes", "", "")
    assert file.warnings == (f'"{key}": is no server, not used',)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    (server,) = read_servers(tmp_path, environment={})
    assert "cannot be used: [Errno 21] Is a directory" in server.problem


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_bytes(b'\xef\xbb\xbf{"mcpServers": {}}')
    assert read_servers(path, environment={}) == ()


def test_secrets_show_in_no_representation(tmp_path: Path) -> None:
    servers = {
        "a": {"command": "npx", "args": ["--key", "${S}"], "env": {"K": "${S}"}},
        "b": {"url": "https://me:${S}@example.org/mcp?key=${S}", "headers": {"K": "${S}"}},
    }
    read = read_servers(written(tmp_path, servers), environment={"S": SECRET})
    assert SECRET not in repr(read)
    assert [server.reach.address for server in read] == ["npx", "https://example.org/mcp"]


def test_secrets_show_in_no_complaint(tmp_path: Path) -> None:
    servers = {
        "a": {"command": "x", "env": {"K": [SECRET]}, "timeout": SECRET},
        "b": {"url": f"ftp://{SECRET}@h", "headers": {"A": "${MISSING}"}},
        "c": {"url": "${S}", "command": SECRET},
    }
    assert SECRET not in complaints(tmp_path, servers, {"S": SECRET})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(sorted({*OURS, *OTHERS}))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(servers=st.dictionaries(st.text(max_size=5), st.dictionaries(fields, json_values, max_size=4), max_size=3))
def test_whatever_the_file_holds_it_is_read_or_refused(tmp_path: Path, servers: dict[str, object]) -> None:
    read = read_servers(written(tmp_path, servers), bundled=BUNDLED, environment={})
    assert len({server.name for server in read}) == len(read)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(alphabet="{}[]\":,$%mcpServersnull01.-&*!<\n #=/\\'") | st.binary(max_size=40))
def test_whatever_the_text_of_the_file_is_it_is_read_or_shown(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert read_servers(path, bundled=BUNDLED, environment={})[: len(BUNDLED)] == BUNDLED


def test_bundled_servers_find_the_package_and_keep_the_services_secrets_from_it() -> None:
    environment = {
        "PYTHONPATH": "mine",
        "XDG_DATA_HOME": "/data",
        "AGENTIC_SEARCH_LOG_LEVEL": "debug",
        "AGENTIC_SEARCH_API_KEYS": SECRET,
        "SOMETHING": "else",
    }
    servers = bundled_servers(documents=Path("docs"), environment=environment)
    assert [server.name for server in servers] == ["python_docs", "documents", "stories", "web"]
    for server in servers[:-1]:
        assert isinstance(server.reach, StdioLaunch)
        assert server.reach.args[:2] == ("-m", f"agentic_search.mcp_servers.{server.name}")
        assert server.reach.env["PYTHONPATH"].endswith("mine")
        assert set(server.reach.env) == {"PYTHONPATH", "XDG_DATA_HOME", "AGENTIC_SEARCH_LOG_LEVEL"}
    documents = servers[1].reach
    assert isinstance(documents, StdioLaunch)
    assert Path(documents.args[2]).is_absolute()


def test_a_yaml_file_of_more_values_than_are_read_says_which_setting_allows_more(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    arguments = ", ".join(f"a{number}" for number in range(100))
    path.write_text(f"mcpServers:\n  notes:\n    command: notes\n    args: [{arguments}]\n")
    (refused,) = read_servers(path, environment={}, most_yaml_nodes=100)
    assert "AGENTIC_SEARCH_MAX_YAML_NODES" in refused.problem
    (read,) = read_servers(path, environment={}, most_yaml_nodes=120)
    assert read.name == "notes" and not read.problem


def test_the_documents_server_is_told_how_large_a_document_may_be() -> None:
    servers = bundled_servers(documents=Path("docs"), documents_max_bytes=5_000, environment={})
    told = {server.name: server.reach.env for server in servers if isinstance(server.reach, StdioLaunch)}
    assert told["documents"]["AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES"] == "5000"
    assert all("AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES" not in env for name, env in told.items() if name != "documents")

"""Whatever a file looks like: it is read right, or the one server that is not says in a sentence what to change."""

import json
from pathlib import Path

import pytest

from agentic_search.tools.config.server_config import OAuthRules, ToolRules
from agentic_search.tools.config.servers_file import read_servers
from tests.tools.config.reading import endpoint, launch, only, read

NOTES = {"command": "notes-server", "args": ["--quiet"]}
WORKS = {
    "an object of servers": json.dumps({"mcpServers": {"notes": NOTES}}),
    "a byte order mark": "\ufeff" + json.dumps({"mcpServers": {"notes": NOTES}}),
    "other keys of the host": json.dumps({"theme": "dark", "mcpServers": {"notes": NOTES}, "more": [1]}),
    "a schema": json.dumps({"$schema": "https://x.example", "mcpServers": {"notes": NOTES}}),
    "VS Code's servers": json.dumps({"servers": {"notes": {"type": "stdio", **NOTES}}}),
    "VS Code's settings": json.dumps({"mcp": {"inputs": [], "servers": {"notes": NOTES}}}),
    "a key with a dot": json.dumps({"amp.mcpServers": {"notes": NOTES}}),
    "a workspace": json.dumps({"folders": [], "settings": {"mcp": {"servers": {"notes": NOTES}}}, "extensions": {}}),
    "servers in a plugin's settings": json.dumps({"a": {"b": {"mcpServers": [{"name": "notes", **NOTES}]}}}),
    "kebab case": "mcp-servers:\n  notes: {command: notes-server, args: [--quiet]}\n",
    "snake case in JSON": json.dumps({"mcp_servers": {"notes": NOTES}}),
    "Continue's older file": json.dumps(
        {"experimental": {"modelContextProtocolServers": [{"name": "notes", "transport": {"type": "stdio", **NOTES}}]}}
    ),
    "a bare map": json.dumps({"notes": NOTES}),
    "a list": json.dumps([{"name": "notes", **NOTES}]),
    "a list of maps": json.dumps({"mcpServers": [{"notes": NOTES}]}),
    "a fragment": '"notes": {"command": "notes-server", "args": ["--quiet"]}',
    "a fragment with a comma": '"mcpServers": {"notes": {"command": "notes-server", "args": ["--quiet"]}},\n',
    "line comments": '{// a\n"mcpServers": {"notes": {"command": "notes-server", // "x"\n"args": ["--quiet"]}}}',
    "block comments": '/* a\n*/{"mcpServers": {"notes": {"command": "notes-server", "args": [/**/"--quiet"]}}}/* b */',
    "commas after the last": '{"mcpServers": {"notes": {"command": "notes-server", "args": ["--quiet",],},},}',
    "a comment after such a comma": '{"notes": {"command": "notes-server", "args": ["--quiet"], /* x */\n}}',
    "JSON5's names and quotation marks": "{mcpServers: {notes: {command: 'notes-server', args: ['--quiet'],},},}",
    "a fence of Markdown": "```json\n" + json.dumps({"notes": NOTES}) + "\n```\n",
    "YAML": "mcpServers:\n  notes:\n    command: notes-server\n    args:\n      - --quiet\n",
    "YAML with an anchor": "x: &n {command: notes-server, args: [--quiet]}\nmcpServers: {notes: *n}\n",
    "Goose's older form": (
        "extensions:\n  notes:\n    enabled: true\n    config: {type: stdio, cmd: notes-server, args: [--quiet]}\n"
    ),
    "TOML": '[mcp_servers.notes]\ncommand = "notes-server"\nargs = ["--quiet"]\n',
    "TOML after other tables": (
        '# mine\nday = 2026-01-01\n[tui]\nx = 1\n[mcp_servers."notes"]\ncommand="notes-server"\nargs=["--quiet"]'
    ),
    "args as text": json.dumps({"mcpServers": {"notes": {"command": "notes-server", "args": "--quiet"}}}),
    "command as a list": json.dumps({"mcpServers": {"notes": {"command": ["notes-server", "--quiet"]}}}),
    "command as a line": json.dumps({"mcpServers": {"notes": {"command": "notes-server --quiet"}}}),
    "Zed's command": json.dumps(
        {"context_servers": {"notes": {"command": {"path": "notes-server", "args": ["--quiet"]}}}}
    ),
    "cmd": json.dumps({"mcpServers": {"notes": {"cmd": "notes-server", "args": ["--quiet"]}}}),
    "local": json.dumps({"mcpServers": {"notes": {"type": "local", "tools": ["*"], **NOTES}}}),
    "blanks of a web page": '{\u00a0"notes":\u00a0{"command": "notes-server",\u200b"args": ["--quiet"]}}',
    "comments after #": '{\n# mine\n"mcpServers": {"notes": {"command": "notes-server", "args": ["--quiet"]}} # all\n}',
    "an empty address beside the command": json.dumps({"mcpServers": {"notes": {"baseUrl": "", **NOTES}}}),
    "null for what is not there": json.dumps({"notes": {**NOTES, "env": None, "cwd": None, "timeout": None}}),
    "a server beside an unused container": json.dumps({"mcpServers": {"notes": NOTES}, "servers": {}}),
}


@pytest.mark.parametrize("form", WORKS)
def test_a_form_works(tmp_path: Path, form: str) -> None:
    server = only(tmp_path, WORKS[form])
    assert (server.name, server.problem, server.disabled) == ("notes", "", False)
    assert (launch(server).command, launch(server).args) == ("notes-server", ("--quiet",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "{}",
        "[]",
        "// nothing\n",
        "# nothing\n",
        "null",
        '{"mcpServers": {}}',
        '{"servers": {}}',
        '{"$schema": "x"}',
        "mcpServers:\n",
    ],
)
def test_nothing_is_no_servers(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == {}


def test_utf_16_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(json.dumps({"mcpServers": {"メモ帳": NOTES}}, ensure_ascii=False).encode("utf-16"))
    (server,) = read_servers(path, environment={})
    assert server.title == "メモ帳"


KEYS = {
    "url": ({"url": "https://n.example/mcp"}, "http"),
    "httpUrl": ({"httpUrl": "https://n.example/mcp"}, "http"),
    "serverUrl": ({"serverUrl": "https://n.example/mcp"}, "http"),
    "baseUrl": ({"baseUrl": "https://n.example/mcp"}, "http"),
    "uri": ({"uri": "https://n.example/mcp", "type": "streamable_http"}, "http"),
    "sseUrl": ({"sseUrl": "https://n.example/mcp"}, "sse"),
    "streamableHttp": ({"url": "https://n.example/mcp", "type": "streamableHttp"}, "http"),
    "streamable-http": ({"url": "https://n.example/mcp", "transport": "streamable-http"}, "http"),
    "Streamable HTTP": ({"url": "https://n.example/mcp", "transportType": "Streamable HTTP"}, "http"),
    "SSE": ({"url": "https://n.example/mcp", "protocol": "SSE"}, "sse"),
    "remote": ({"url": "https://n.example/mcp", "type": "remote"}, "http"),
    "Anthropic's type": ({"url": "https://n.example/mcp", "type": "url"}, "http"),
}


@pytest.mark.parametrize("form", KEYS)
def test_every_spelling_of_addresses_and_transports_is_known(tmp_path: Path, form: str) -> None:
    entry, transport = KEYS[form]
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}))
    assert (server.problem, server.warnings) == ("", ())
    assert (endpoint(server).url, endpoint(server).transport) == ("https://n.example/mcp", transport)


def test_an_sse_address_in_a_file_of_opencode_says_it_by_its_path(tmp_path: Path) -> None:
    text = '{"mcp": {"notes": {"type": "remote", "url": "https://n.example/sse"}}}'
    assert endpoint(only(tmp_path, text)).transport == "sse"


def test_a_time_under_the_same_key_as_in_files_of_opencode_is_in_seconds_elsewhere(tmp_path: Path) -> None:
    text = '{"mcp": {"notes": {"type": "stdio", "command": "notes-server", "timeout": 120}}}'
    assert only(tmp_path, text).timeout == 120


@pytest.mark.parametrize("mark", ["$1", "a\n", " a "])
def test_what_stands_around_the_value_of_a_header_is_not_sent(tmp_path: Path, mark: str) -> None:
    text = json.dumps({"notes": {"url": "https://n.example/mcp", "headers": {"X-Key": "${KEY}"}}})
    assert endpoint(only(tmp_path, text, {"KEY": mark})).headers == {"X-Key": mark.strip()}


def test_a_name_that_is_a_number_is_a_name_in_yaml_too(tmp_path: Path) -> None:
    servers = read(tmp_path, "mcpServers:\n  1: {command: one}\n  true: {command: two}\n  notes: {command: three}\n")
    assert {name: launch(server).command for name, server in servers.items()} == {
        "1": "one",
        "true": "two",
        "notes": "three",
    }


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_what_has_no_byte_order_mark_is_known_by_its_zeros(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "servers"
    path.write_bytes(json.dumps({"mcpServers": {"notes": NOTES}}).encode(encoding))
    (server,) = read_servers(path, environment={})
    assert (server.name, launch(server).command) == ("notes", "notes-server")


@pytest.mark.parametrize(
    "text",
    [
        r'{"notes\ud800": {"command": "\udfff", "args": ["\ud83d", "\ud83d\ude00"], "env": {"A": "\uDC00"}}}',
        r'{"notes\ud800": {command: "\udfff", args: ["\ud83d", "😀"], "env": {"A": "\U0000DC00"}}}',
    ],
    ids=["JSON", "YAML"],
)
def test_halves_of_characters_reach_nobody(tmp_path: Path, text: str) -> None:
    server = only(tmp_path, text)
    reach = launch(server)
    assert (reach.command, reach.args, dict(reach.env)) == ("\ufffd", ("\ufffd", "😀"), {"A": "\ufffd"})
    f"{server.name}{server.title}".encode()


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        ({"includeTools": ["a"], "excludeTools": ["b"]}, ToolRules(("a",), ("b",))),
        ({"enabled_tools": ["a"], "disabled_tools": ["b"]}, ToolRules(("a",), ("b",))),
        ({"disabledTools": ["b"]}, ToolRules(deny=("b",))),
        ({"tools": ["a"]}, ToolRules(("a",))),
        ({"tools": ["*"]}, ToolRules(("*",))),
        ({"tools": "*"}, ToolRules(("*",))),
        ({"tools": {"allow": ["a"], "deny": ["b"]}}, ToolRules(("a",), ("b",))),
        (
            {"tools": {"a": {"approval_mode": "approve"}, "b": {"enabled": False}}},
            ToolRules(deny=("b",), approve=("a",)),
        ),
        ({"autoApprove": ["a"]}, ToolRules(approve=("a",))),
        ({"alwaysAllow": ["a"], "autoApprove": ["b"]}, ToolRules(approve=("a", "b"))),
        ({"trust": True}, ToolRules(approve=("*",))),
        ({"trust": False}, ToolRules()),
        ({"approve": True}, ToolRules(approve=("*",))),
        ({"approve": ["a*"]}, ToolRules(approve=("a*",))),
        ({"default_tools_approval_mode": "approve"}, ToolRules(approve=("*",))),
        ({"default_tools_approval_mode": "prompt"}, ToolRules()),
        ({"readOnly": ["a"], "idempotent": True}, ToolRules(read_only=("a",), idempotent=("*",))),
        ({"tools": []}, ToolRules(allow=())),
        ({"available_tools": []}, ToolRules()),
    ],
)
def test_lists_of_tools_mean_what_their_host_means(tmp_path: Path, entry: object, rules: ToolRules) -> None:
    assert isinstance(entry, dict)
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, **entry}}}))
    assert (server.problem, server.rules) == ("", rules)


@pytest.mark.parametrize(
    ("entry", "off"),
    [
        ({"disabled": True}, True),
        ({"disabled": False}, False),
        ({"enabled": False}, True),
        ({"enabled": True}, False),
        ({"isActive": False}, True),
        ({"isActive": "true"}, False),
        ({"enabled": True, "disabled": True}, True),
    ],
)
def test_what_is_switched_off_needs_no_variables(tmp_path: Path, entry: dict[str, object], off: bool) -> None:
    env = {"X": "${NOWHERE}"} if off else {}
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, "env": env, **entry}}}))
    assert (server.disabled, server.problem) == (off, "")


@pytest.mark.parametrize(
    ("entry", "auth"),
    [
        ({"oauth": {"clientId": "me", "clientSecret": "${NOTES_TOKEN}"}}, OAuthRules("me", "token-1234")),
        ({"oauth": {"client_id": "me", "scope": "a b"}}, OAuthRules("me", scopes=("a", "b"))),
        ({"oauth": {"enabled": True, "scopes": ["a"]}}, OAuthRules(scopes=("a",))),
        ({"oauth": {"enabled": False}}, None),
        ({"oauth": False}, None),
        ({"auth": "oauth"}, OAuthRules()),
        ({"auth": {"type": "client_credentials", "clientId": "me"}}, OAuthRules("me", kind="client_credentials")),
        ({"oauthClientId": "me", "oauthGrantType": "client_credentials"}, OAuthRules("me", kind="client_credentials")),
        ({"requiresOAuth": True}, OAuthRules()),
        ({"scopes": ["a"]}, OAuthRules(scopes=("a",))),
        ({"oauth": {"clientId": "me", "callbackPort": 8080}}, OAuthRules("me")),
    ],
)
def test_how_to_sign_in_is_read(tmp_path: Path, entry: dict[str, object], auth: OAuthRules | None) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {"url": "https://n.example/mcp", **entry}}}))
    assert (server.problem, server.warnings, server.auth) == ("", (), auth)


@pytest.mark.parametrize(
    "entry",
    [
        {"headers": {"Authorization": "Bearer token-1234"}},
        {"http_headers": {"Authorization": "Bearer ${NOTES_TOKEN}"}},
        {"requestInit": {"headers": {"Authorization": "Bearer token-1234"}}},
        {"requestOptions": {"headers": {"Authorization": "Bearer token-1234"}}},
        {"headers": ["Authorization: Bearer token-1234"]},
        {"bearer_token_env_var": "NOTES_TOKEN"},
        {"bearerToken": "token-1234"},
        {"apiKey": "token-1234"},
        {"auth": "Bearer token-1234"},
        {"auth": {"type": "bearer", "token": "token-1234"}},
        {"headers": {"Authorization": "Bearer ${input:k}"}},
    ],
)
def test_what_goes_into_headers_is_read(tmp_path: Path, entry: dict[str, object]) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {"url": "https://n.example/mcp", **entry}}}))
    asked = [each.id for each in server.inputs]
    assert endpoint(server).headers == {"Authorization": "Bearer \0k\0" if asked else "Bearer token-1234"}


@pytest.mark.parametrize(
    ("env", "read_as"),
    [
        ({"A": 1, "B": True, "C": 1.5, "D": 2.0}, {"A": "1", "B": "true", "C": "1.5", "D": "2"}),
        (["A=1", "B=x=y"], {"A": "1", "B": "x=y"}),
        (["NOTES_TOKEN"], {"NOTES_TOKEN": "token-1234"}),
        ([{"name": "A", "value": 1}], {"A": "1"}),
        ({"A": None}, {}),
    ],
)
def test_the_environment_becomes_texts(tmp_path: Path, env: object, read_as: dict[str, str]) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, "env": env}}}))
    assert (server.problem, launch(server).env) == ("", read_as)


def test_an_env_file_is_read_and_env_overrules_it(tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text("# mine\nA=1\nexport B='two words'\nC=${A}\n")
    entry = {**NOTES, "envFile": "${workspaceFolder}/my.env", "env": {"A": "9"}}
    env = launch(only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}))).env
    assert env == {"A": "9", "B": "two words", "C": "${A}"}


def test_a_line_of_an_env_file_with_a_mistake_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "my.env").write_text('A="open\nB: 2\nC=3\n')
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, "envFile": "my.env"}}}))
    assert (server.problem, launch(server).env) == ("", {"C": "3"})
    assert [warning.partition("my.env, ")[2].partition(":")[0] for warning in server.warnings] == ["line 1", "line 2"]
    assert "the quotation mark that opens the value of A is not closed" in server.warnings[0]


def test_a_missing_env_file_is_named(tmp_path: Path) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, "envFile": "none.env"}}}))
    assert '"envFile": ' in server.problem and "none.env cannot be read" in server.problem


@pytest.mark.parametrize(
    "key",
    ["name", "description", "gallery", "version", "_comment", "watchPaths", "roots", "dev", "tags", "logoUrl", "//"],
)
def test_a_key_without_a_meaning_is_one_warning_and_no_suggestion(tmp_path: Path, key: str) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": {**NOTES, key: ["x"]}}}))
    assert server.problem == ""
    assert server.warnings == (() if key == "name" else (f'"{key}": unknown field, not used',))


@pytest.mark.parametrize(
    ("entry", "warning"),
    [
        ({**NOTES, "timout": 5}, '"timout": unknown field, not used; did you mean "timeout"?'),
        ({**NOTES, "breaker": {"failure": 1}}, '"breaker.failure": unknown field, not used; did you mean "failures"?'),
        ({**NOTES, "tools": {"alow": "a"}}, '"tools.alow": unknown field, not used; did you mean "allow"?'),
        ({"url": "https://n.example/mcp", "env": {"A": "b"}}, '"env": is for a server with "command", not used'),
        ({**NOTES, "headers": {"A": "b"}}, '"headers": are for a server with "url", not used'),
        ({**NOTES, "env_vars": ["NOWHERE"]}, "the variable NOWHERE is not set, and not passed on"),
        ({**NOTES, "args": "a 'b c'"}, '"args": is text, read as 2 arguments: better write a list'),
        ({**NOTES, "includeTools": []}, '"includeTools": allows no tool'),
    ],
)
def test_what_is_not_used_is_one_warning(tmp_path: Path, entry: object, warning: str) -> None:
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}))
    assert (server.problem, server.warnings) == ("", (warning,))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({**NOTES, "type": "ws"}, "not supported"),
        ({"url": "wss://n.example", "type": "websocket"}, "not supported"),
        ({"url": "wss://n.example"}, "WebSocket is not supported; give a whole http:// or https:// address"),
        ({"command": "x", "type": "carrier-pigeon"}, "must be one of 'stdio', 'streamable-http', 'sse'"),
        ({"comand": "x"}, 'did you mean "command"?'),
        ({"command": 5}, 'must be text, as in "npx"'),
        ({"command": "x", "args": [None]}, '"args[0]": must be text'),
        ({"command": "x", "args": "a 'b"}, "quotation marks do not fit together"),
        ({"command": "x", "env": {"A": [1]}}, '"env.A": must be text'),
        ({"command": "x", "env": "A"}, '"env": must be an object of texts'),
        ({"command": "x", "args": ["a\0b"]}, "NUL"),
        ({"command": "x", "disabled": "perhaps"}, '"disabled": must be true or false'),
        ({"source": "extension", "settings": {"a": 1}}, "an extension of Zed starts it"),
        ({"type": "builtin", "url": "x"}, "a part of Goose"),
        ({"command": "x", "type": ["stdio"]}, '"type": must be one of'),
        ("npx", "must be an object {…}"),
        ({"url": "https://n.example", "headers": {"A B": "x"}}, "'A B' is no name of a header"),
        (
            {"url": "https://n.example", "headers": {"A": "café"}},
            '"headers.A": has a character that no header can have',
        ),
        ({"url": "https://n.example", "headers": {"A": "b\r\nC: d"}}, '"headers.A": has a character'),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, entry: object, told: str) -> None:
    servers = read(tmp_path, json.dumps({"mcpServers": {"notes": entry, "good": NOTES}}))
    assert told in servers["notes"].problem
    assert servers["good"].problem == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"mcpServers": {\n "a": }}', "line 2, column 7"),
        ('{"mcpServers": {"a": {"command": "x"}}', "line 1, column"),
        ('{"mcpServers": {"a": {"command": "x"}}}}', "Extra data"),
        ("a: [1\nb: 2", "as YAML: line 2"),
        ("[mcp_servers.a]\ncommand = x\n", "not TOML"),
        ("hello", "it holds no servers"),
        ("42", "it holds no servers"),
        ('{"mcpServer": {"a": {"command": "x"}}}', 'did you mean that by "mcpServer"?'),
        ('{"mcpServers": 5}', "must be an object of servers by name"),
        ('{"theme": "dark"}', 'no "mcpServers"'),
        (r'{"mcpServers": {"a": {"command": "C:\Users\me\x.exe"}}}', r"write \\ for each \,"),
        ('[mcp_servers.a]\ncommand = "C:\\Users\\me"\n', r"write \\ for each \,"),
        ("{“mcpServers”: {}}", "straight quotation marks"),
        ('{"mcpServers": {"a": {"command": "x\ty"}}}', r"and \t for a tab"),
        ("[" * 200_000, "nested too deep"),
        ('{"a":' * 200_000, "nested too deep"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{c}: &{c} [{','.join(9 * ['*' + b])}]\n" for b, c in zip("abcdefgh", "bcdefghi", strict=True)),
            "repeat too much",
        ),
        ("a: &a [*a]", "an alias holds itself"),
        (" " * 9_000_000, "larger than 8 MB"),
    ],
    ids=range(19),
)
def test_a_file_that_cannot_be_read_is_shown_among_the_servers(tmp_path: Path, text: str, told: str) -> None:
    server = only(tmp_path, text)
    assert told in server.problem and str(tmp_path / "servers") in server.problem
    assert (server.name, server.reach.transport) == ("servers", "stdio")


def test_equal_names_are_told_at_their_server_and_the_others_run(tmp_path: Path) -> None:
    servers = read(tmp_path, '{"mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}, "a": {"command": "z"}}}')
    assert servers["a"].problem == "is there twice in the file: rename or remove one"
    assert servers["b"].problem == ""


def test_an_equal_key_of_an_entry_is_a_warning(tmp_path: Path) -> None:
    server = only(tmp_path, '{"mcpServers": {"a": {"command": "x", "command": "y"}}}')
    assert (launch(server).command, server.warnings) == ("y", ('"command": is there twice; the last one counts',))


def test_servers_of_single_projects_are_a_warning(tmp_path: Path) -> None:
    text = json.dumps({"mcpServers": {"notes": NOTES}, "projects": {"/p": {"mcpServers": {"other": NOTES}}}})
    servers = read(tmp_path, text)
    assert set(servers) == {"notes", "servers"}
    assert servers["servers"].disabled and "1 servers of the project /p" in servers["servers"].warnings[0]


@pytest.mark.parametrize(
    ("server", "name"),
    [
        ({"command": "npx", "args": ["-y", "@a/notes@1.2"]}, "notes"),
        ({"command": "uvx", "args": ["mcp-server-time"]}, "mcp-server-time"),
        ({"command": "python3", "args": ["/x/server.py"]}, "server"),
        ({"command": "/usr/bin/notes"}, "notes"),
        ({"url": "https://notes.example:1/mcp"}, "notes_example"),
    ],
)
def test_one_bare_server_is_named_after_what_it_runs(tmp_path: Path, server: object, name: str) -> None:
    assert only(tmp_path, json.dumps(server)).name == name

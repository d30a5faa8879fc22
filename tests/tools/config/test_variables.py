"""Variables in every host's form: filled in, asked for, or named as missing; never passed on in silence."""

import json
from pathlib import Path

import pytest

from agentic_search.errors import RequestError
from agentic_search.tools.config.inputs import placeholder, with_inputs
from agentic_search.tools.config.server_config import ServerConfig
from tests.tools.config.reading import endpoint, launch, only, read

KNOWN = {"TOKEN": "token-1234", "EMPTY": "", "HOME": "/home/me", "COPILOT_MCP_KEY": "copilot-key"}


def server_with(folder: Path, value: str, *, container: str = "mcpServers", **more: object) -> ServerConfig:
    """A server whose environment has the value as `X`."""
    entry = {"command": "notes-server", "env": {"X": value}, **more}
    return only(folder, json.dumps({container: {"notes": entry}}), KNOWN)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${TOKEN}", "token-1234"),
        ("a${TOKEN}b", "atoken-1234b"),
        ("${env:TOKEN}", "token-1234"),
        ("${localEnv:TOKEN}", "token-1234"),
        ("${env:TOKEN:-x}", "token-1234"),
        ("${NONE:-x y}", "x y"),
        ("${NONE:-}", ""),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY}", ""),
        ("${NONE:-${TOKEN}}", "token-1234"),
        ("$env:TOKEN", "token-1234"),
        ("{env:TOKEN}", "token-1234"),
        ("${{ secrets.TOKEN }}", "token-1234"),
        ("${{secrets.TOKEN}}", "token-1234"),
        ("$COPILOT_MCP_KEY", "copilot-key"),
        ("COPILOT_MCP_KEY", "copilot-key"),
        ("${COPILOT_MCP_KEY}", "copilot-key"),
        ("${userHome}", str(Path.home())),
        ("a${pathSeparator}b${/}c", "a/b/c"),
        ("pa$$word 5$ 100% {x} a%20b", "pa$$word 5$ 100% {x} a%20b"),
    ],
)
def test_a_form_is_filled_in_without_a_word(tmp_path: Path, written: str, value: str) -> None:
    server = server_with(tmp_path, written)
    assert (server.problem, server.warnings, launch(server).env["X"]) == ("", (), value)


@pytest.mark.parametrize("written", ["$TOKEN", "%TOKEN%"])
def test_short_forms_are_variables_in_a_hosts_files_that_has_them(tmp_path: Path, written: str) -> None:
    server = server_with(tmp_path, written, trust=False)
    assert (server.warnings, launch(server).env["X"]) == ((), "token-1234")
    server = server_with(tmp_path, written)
    assert launch(server).env["X"] == "token-1234" and "better write ${TOKEN}" in server.warnings[0]


def test_a_short_form_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "the variable NONE is not set" in server_with(tmp_path, "$NONE", trust=False).problem
    server = server_with(tmp_path, "$NONE")
    assert launch(server).env["X"] == "$NONE" and "is passed on as it is" in server.warnings[0]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("${NONE}", '"env.X": the variable NONE is not set: set it, or write ${NONE:-default}'),
        ("${env:NONE}", "the variable NONE is not set"),
        ("{env:NONE}", "the variable NONE is not set"),
        ("${{ secrets.NONE }}", "the variable NONE is not set"),
        ("$COPILOT_MCP_NONE", "the variable COPILOT_MCP_NONE is not set"),
        ("COPILOT_MCP_NONE", "the variable COPILOT_MCP_NONE is not set"),
        ("${config:editor.font}", "${config:editor.font} cannot be filled in"),
        ("${command:pick}", "cannot be filled in"),
        ("${user_config.key}", "cannot be filled in"),
        ("${{ github.token }}", "cannot be filled in"),
        ("{{LIBRECHAT_USER_ID}}", "cannot be filled in"),
        ("{file:none.txt}", "none.txt cannot be read"),
        ("${}", "cannot be filled in"),
        ("${NONE", '"env.X": ${NONE cannot be filled in'),
        ("Bearer ${env:NONE", "${env:NONE cannot be filled in"),
    ],
)
def test_what_cannot_be_filled_in_is_named(tmp_path: Path, written: str, told: str) -> None:
    assert told in server_with(tmp_path, written).problem


@pytest.mark.parametrize("written", ["<YOUR_API_KEY>", "<your-key>", "<your key here>", "YOUR_API_KEY"])
def test_a_placeholder_is_passed_on_with_a_warning(tmp_path: Path, written: str) -> None:
    server = server_with(tmp_path, written)
    assert (launch(server).env["X"], server.problem) == (written, "")
    assert server.warnings == (f'"env.X": {written} looks like a placeholder, and is passed on: write the value',)


def test_a_value_that_looks_like_a_variable_stays_as_it_is(tmp_path: Path) -> None:
    text = json.dumps({"mcpServers": {"notes": {"command": "x", "env": {"X": "${A}"}}}})
    assert launch(only(tmp_path, text, {"A": "${B} ${input:c} $D"})).env["X"] == "${B} ${input:c} $D"


def test_the_folder_of_an_editors_file_is_the_workspace(tmp_path: Path) -> None:
    folder = tmp_path / ".vscode"
    folder.mkdir()
    text = json.dumps(
        {"servers": {"notes": {"command": "x", "args": ["${workspaceFolder}", "${workspaceFolderBasename}"]}}}
    )
    assert launch(only(folder, text)).args == (str(tmp_path), tmp_path.name)


def test_a_file_gives_its_text(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("key-1234\n")
    server = server_with(tmp_path, "{file:key.txt}", container="context_servers")
    assert (launch(server).env["X"], server.secrets) == ("key-1234", ("key-1234",))


def test_arguments_may_refer_to_the_entrys_own_environment(tmp_path: Path) -> None:
    entry = {"command": "npx", "args": ["--header", "Authorization:${AUTH}"], "env": {"AUTH": "Bearer ${TOKEN}"}}
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}), KNOWN)
    assert launch(server).args == ("--header", "Authorization:Bearer token-1234")
    entry = {"url": "https://n.example/mcp", "headers": {"K": "${AUTH}"}, "env": {"AUTH": "k"}}
    assert endpoint(only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}))).headers == {"K": "k"}


def test_a_shell_fills_in_its_own_variables(tmp_path: Path) -> None:
    line = 'echo $A ${B} ${C#x} %D% "${TOKEN}"'
    entry = {"command": "/bin/sh", "args": ["-c", line], "env": {"B": "b"}}
    server = only(tmp_path, json.dumps({"mcpServers": {"notes": entry}}), KNOWN)
    assert (server.problem, server.warnings) == ("", ())
    assert launch(server).args[1] == 'echo $A b ${C#x} %D% "token-1234"'


def test_what_is_asked_for_starts_the_server_with_the_values(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "inputs": [
                {"id": "key", "type": "promptString", "password": True},
                {"id": "place", "type": "pickString", "options": ["home", {"label": "Work", "value": "work"}]},
                {"id": "depth", "type": "promptString", "default": "2"},
            ],
            "servers": {
                "notes": {"command": "x", "args": ["${input:place}", "${input:depth}"], "env": {"K": "k${input:key}"}}
            },
        }
    )
    server = only(tmp_path, text)
    assert [(each.id, each.secret, each.default, each.options) for each in server.inputs] == [
        ("key", True, "", ()),
        ("place", False, "", ("home", "work")),
        ("depth", False, "2", ()),
    ]
    assert launch(server).env == {"K": f"k{placeholder('key')}"}
    with pytest.raises(RequestError, match="needs a value for 'key'"):
        with_inputs(server, {"place": "work"})
    with pytest.raises(RequestError, match="'place' must be one of: home, work"):
        with_inputs(server, {"key": "s3cret!", "place": "moon"})
    complete = with_inputs(server, {"key": "s3cret!", "place": "work"})
    assert (launch(complete).args, launch(complete).env) == (("work", "2"), {"K": "ks3cret!"})
    assert (complete.inputs, "s3cret!" in complete.secrets, "s3cret!" in repr(complete)) == ((), True, False)


def test_an_input_of_another_type_is_told(tmp_path: Path) -> None:
    text = json.dumps({"inputs": [{"id": "k", "type": "command"}], "servers": {"n": {"command": "${input:k}"}}})
    assert "inputs of the type 'command' are not supported" in only(tmp_path, text).problem


def test_values_that_must_not_go_out_are_known(tmp_path: Path) -> None:
    entry = {"command": "x", "args": ["${A}"], "env": {"B": "literal-b", "C": "short"}}
    server = only(tmp_path, json.dumps({"mcpServers": {"n": entry}}), {"A": "variable-a"})
    assert set(server.secrets) == {"literal-b", "variable-a"}
    entry = {
        "url": "https://u:pass-word@n.example/mcp?key=query-key",
        "headers": {"Authorization": "Bearer header-key"},
    }
    server = only(tmp_path, json.dumps({"mcpServers": {"n": entry}}))
    assert set(server.secrets) == {"pass-word", "query-key", "Bearer header-key", "header-key"}


NAMES = [
    "Team Notes",
    "github.com/a/notes",
    "@a/notes",
    "vendor.notes",
    "メモ",
    "笔记",
    "",
    "x" * 200,
    "é",
    "a b",
    "a.b",
    "a_b",
]


def test_any_name_works_under_one_made_from_it(tmp_path: Path) -> None:
    servers = read(tmp_path, json.dumps({"mcpServers": {name: {"command": "x"} for name in NAMES}}))
    assert len(servers) == len(NAMES)
    assert [server.problem for server in servers.values()] == [""] * len(NAMES)
    assert all(name.isascii() and 0 < len(name) <= 64 and "." not in name for name in servers)
    by_title = {server.title or server.name: server.name for server in servers.values()}
    assert by_title["Team Notes"] == "Team_Notes" and by_title["vendor.notes"] == "vendor_notes"
    assert by_title["a_b"] == "a_b" and by_title["(no name)"].startswith("server_")
    assert {"メモ", "笔记", "@a/notes", "x" * 200} <= set(by_title)


def test_a_made_name_does_not_depend_on_other_entries(tmp_path: Path) -> None:
    alone = only(tmp_path, json.dumps({"mcpServers": {"メモ": {"command": "x"}}})).name
    both = read(tmp_path, json.dumps({"mcpServers": {"笔记": {"command": "x"}, "メモ": {"command": "x"}}}))
    assert alone in both and both[alone].title == "メモ"

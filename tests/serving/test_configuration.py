"""A wrong setting is told in one sentence, with status 2; what nobody reads is named, and the rest works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.serving.configuration import read_settings, unread_settings

ROOT = Path(__file__).resolve().parents[2]
TOML = "agentic_search.toml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that files are read from, and no setting of the machine's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AGENTIC_SEARCH_")]:
        monkeypatch.delenv(name)
    return tmp_path


def complaint() -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_settings()
    return str(caught.value)


@pytest.mark.parametrize("name", [TOML, ".env"])
def test_a_byte_order_mark_is_no_part_of_a_name(folder: Path, name: str) -> None:
    line = 'model = "offline"' if name == TOML else "AGENTIC_SEARCH_MODEL=offline"
    (folder / name).write_text(line, encoding="utf-8-sig")
    assert read_settings().model == "offline"
    assert unread_settings() == []


@pytest.mark.parametrize("name", [TOML, ".env"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_named(folder: Path, name: str, encoding: str) -> None:
    line = 'model = "Büro"' if name == TOML else "AGENTIC_SEARCH_MODEL=Büro"
    (folder / name).write_bytes(line.encode(encoding))
    assert complaint().startswith(f"{name} is not UTF-8")


@pytest.mark.parametrize("text", ["model = ", "model", "[models", 'model = "x'])
def test_a_toml_file_with_a_mistake_is_named_with_the_line(folder: Path, text: str) -> None:
    (folder / TOML).write_text(f"{text}\n")
    told = complaint()
    assert told.startswith(f"{TOML} cannot be read: ") and "line 1" in told


@pytest.mark.parametrize(("name", "value"), [("PROFILES", "{x"), ("PRICES", "nothing"), ("PROFILES", '{"a": ')])
def test_a_table_in_a_variable_that_is_no_json(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AGENTIC_SEARCH_{name}", value)
    assert complaint().startswith(f"AGENTIC_SEARCH_{name} is not JSON")


@pytest.mark.parametrize("where", ["variable", ".env", TOML])
def test_keys_that_could_be_guessed_are_refused_and_not_shown(
    folder: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "variable":
        monkeypatch.setenv("AGENTIC_SEARCH_API_KEYS", "secret-key")
    else:
        line = 'api_keys = ["secret-key"]' if where == TOML else "AGENTIC_SEARCH_API_KEYS=secret-key"
        (folder / where).write_text(line)
    told = complaint()
    assert "AGENTIC_SEARCH_API_KEYS" in told and "secret-key" not in told


@pytest.mark.parametrize(
    ("name", "meant"),
    [("MODLE", "AGENTIC_SEARCH_MODEL"), ("PROT", "AGENTIC_SEARCH_PORT"), ("DEADLIN", "AGENTIC_SEARCH_DEADLINE")],
)
@pytest.mark.parametrize("where", ["variable", ".env", TOML])
def test_a_name_that_nothing_reads_is_told_with_the_nearest(
    folder: Path, where: str, name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "variable":
        monkeypatch.setenv(f"AGENTIC_SEARCH_{name}", "x")
    else:
        (folder / where).write_text(f'{name.lower()} = "x"' if where == TOML else f"AGENTIC_SEARCH_{name}=x")
    read_settings()
    assert unread_settings() == [f"There is no setting AGENTIC_SEARCH_{name}: did you mean {meant}?"]


@pytest.mark.parametrize("name", ["CACHE", "STORIES", "PYTHON_DOCS_RECHECK", "MODELS_LAB_KEY"])
def test_what_bundled_servers_and_model_servers_read_is_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AGENTIC_SEARCH_{name}", "x")
    assert unread_settings() == []


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """`python server.py` where it ends by itself."""
    environment = {**os.environ, "AGENTIC_SEARCH_PORT": "0", **variables}
    command = [sys.executable, str(ROOT / "server.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_an_address_that_only_ollama_itself_takes_lets_the_packages_be_imported() -> None:
    check = "import os, agentic_search.serve; print(os.environ['OLLAMA_HOST'])"
    environment = {**os.environ, "OLLAMA_HOST": "::1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", check]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout.strip(), ended.stderr) == ("::1", "")


@pytest.mark.parametrize("host", ["http://127.0.0.1:99999", "http://user:secret@box:11434"])
def test_an_address_that_cannot_be_used_ends_the_start_with_a_sentence(host: str) -> None:
    ended = start(OLLAMA_HOST=host)
    assert ended.returncode == 2
    assert ended.stderr.startswith("OLLAMA_HOST ") and ended.stderr.count("\n") == 1 and "secret" not in ended.stderr


def test_other_machines_are_let_in_only_where_that_is_said() -> None:
    ended = start(AGENTIC_SEARCH_HOST="0.0.0.0")
    assert ended.returncode == 2 and "AGENTIC_SEARCH_OPEN=yes" in ended.stderr
    assert "AGENTIC_SEARCH_API_KEYS=name=KEY" in ended.stderr


def test_keys_stand_in_a_variable_or_in_tables(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = "a" * 20, "bm90IGEgc2VjcmV0IG9mIG91cnM="
    monkeypatch.setenv("AGENTIC_SEARCH_API_KEYS", f"lab={one}, {two}")
    found = read_settings().api_keys
    lab, other = found.values()
    assert (lab.key.get_secret_value(), other.key.get_secret_value()) == (one, two) and len(lab.scopes) == 4
    first, second = found
    assert first == "lab" and second.startswith("key-") and one not in repr(found)
    monkeypatch.delenv("AGENTIC_SEARCH_API_KEYS")
    (folder / TOML).write_text(f'[api_keys.phone]\nkey = "{one}"\nscopes = ["read"]\nrate = 5\n')
    phone = read_settings().api_keys["phone"]
    assert (phone.scopes, phone.rate) == ({"read"}, 5)
    (folder / TOML).write_text(f'[api_keys.phone]\nkey = "{one}"\nscopes = ["everything"]\n')
    assert "AGENTIC_SEARCH_API_KEYS" in (told := complaint()) and one not in told


@pytest.mark.parametrize("value", ["[" * 5_000, "9" * 5_000, "[1, " * 3_000], ids=["nested", "digits", "lists"])
def test_a_toml_file_that_python_cannot_hold_is_named(folder: Path, value: str) -> None:
    (folder / TOML).write_text(f"max_kept_runs = {value}")
    assert complaint().startswith(f"{TOML} cannot be read: ")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999"])
@pytest.mark.parametrize("name", ["DEADLINE", "DISCOVERY_WAIT"])
def test_a_number_without_an_end_is_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AGENTIC_SEARCH_{name}", value)
    assert f"AGENTIC_SEARCH_{name}: " in complaint()


NAME = "AGENTIC_SEARCH_MODEL"


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            f'A=1\n{NAME}="offline\nB=2\n',
            2,
            f'quotation mark that opens the value of {NAME} is not closed: write {NAME}="',
        ),
        (f"\n\n# notes\n{NAME}='x\n", 4, f"is not closed: write {NAME}='value'"),
        (f'{NAME}="a\nB="b"\n', 1, "is not closed"),
        (f'export {NAME}="a" b\n', 1, f"something follows the value of {NAME} behind its quotation mark"),
        (f"{NAME}: offline\n", 1, f"not of the form NAME=value: write {NAME}=value"),
        (f"{NAME} offline\n", 1, f"not of the form NAME=value: write {NAME}=value"),
        (f"set {NAME}=offline\r\n", 1, f"not of the form NAME=value: write {NAME}=value"),
        (f"'{NAME}=offline\n", 1, f"not of the form NAME=value: write {NAME}=value"),
        (f'"{NAME}"=offline\n', 1, "the name is in quotation marks"),
        (f"A=1\r\n{NAME}\r\n", 2, f"{NAME} has no value: write {NAME}=value"),
    ],
)
def test_a_line_of_the_env_file_with_a_mistake_is_told_in_our_words(
    folder: Path, text: str, line: int, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / ".env").write_bytes(text.encode())
    complained = complaint()
    assert complained.startswith(f".env, line {line}: ")
    assert told in complained
    assert "offline" not in complained
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{NAME}=a\0b", "NUL bytes, as text in UTF-16 does: save it as UTF-8"),
        (f"{NAME}=offline\n".encode("utf-16-le").decode("latin-1"), "save it as UTF-8"),
        (f'{NAME}="' + "x" * 2_000_000, "larger than 1 MB"),
    ],
)
def test_an_env_file_that_is_no_text_is_refused_at_once(folder: Path, text: str, told: str) -> None:
    (folder / ".env").write_text(text, encoding="latin-1")
    assert complaint().startswith(".env cannot be read: ") and told in complaint()


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}=offline\r\n",
        f"\ufeffexport {NAME}='offline' # here\n",
        f'  {NAME} = "offline"\r',
        f"{NAME.lower()}=offline",
    ],
)
def test_the_forms_that_a_line_of_the_env_file_may_have(folder: Path, text: str) -> None:
    (folder / ".env").write_bytes(text.encode())
    assert read_settings().model == "offline"
    assert unread_settings() == []


def test_what_other_programs_wrote_wrongly_is_a_warning_and_so_is_a_name_that_stands_twice(folder: Path) -> None:
    (folder / ".env").write_text(f'{NAME}=a\nOTHER="open\n{NAME}=offline\n=x\n' + "YET: another\n" * 10)
    assert read_settings().model == "offline"
    told = unread_settings()
    assert (
        told[0] == '.env, line 2: the quotation mark that opens the value of OTHER is not closed: write OTHER="value"'
    )
    assert told[1].startswith(f".env, line 3: {NAME} stands in line 1 already, and this one holds")
    assert told[2].startswith(".env, line 4: no name begins the line")
    assert told[-1] == ".env has 8 more such lines"
    assert len(told) == 6


def test_a_folder_in_place_of_the_env_file_is_named(folder: Path) -> None:
    (folder / ".env").mkdir()
    read_settings()
    assert unread_settings() == [".env is a folder: nothing is read from it"]

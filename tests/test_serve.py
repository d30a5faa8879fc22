"""Starting the service: what is wrong is said in one sentence that names what to do, before anything starts."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress
from agentic_search.database.database import open_database
from agentic_search.errors import ConfigurationError
from agentic_search.serve import listen
from agentic_search.settings import Settings
from tests.support.forking.starting import arguments_of

ROOT = Path(__file__).resolve().parents[1]


def start(
    *arguments: str, folder: Path, python: tuple[str, ...] = (), **settings: str
) -> subprocess.CompletedProcess[str]:
    """`python server.py`, to its end, or where the interpreter has no options a fork; settings have no prefix."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AGENTIC_SEARCH_")},
        **{f"AGENTIC_SEARCH_{name}": value for name, value in {"DATA": str(folder / "data"), **settings}.items()},
    }
    program = (*python, str(ROOT / "server.py")) if python else arguments_of("tests.support.imported_service")
    command = [sys.executable, *program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port of loopback on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_taken_port_is_an_error_that_names_the_setting(host: str, taken: int, tmp_path: Path) -> None:
    ended = start(folder=tmp_path, HOST=host, PORT=str(taken), OPEN="yes")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"Port {taken} on {host} is taken: stop the program that listens there, "
        "or set AGENTIC_SEARCH_PORT to another port.\n"
    )


def test_a_database_that_another_service_has_open_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "data" / "runs.sqlite"
    with closing(open_database(DatabaseAddress(path))):
        ended = start(folder=tmp_path, PORT="0")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"Another process has {path} open: stop the service that runs on it, "
        "or set AGENTIC_SEARCH_DATABASE_URL to another file.\n"
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://me:s3cr3t@host/runs", "AGENTIC_SEARCH_DATABASE_URL is in no form that is known"),
        ("postgresql://me:s3cr3t@127.0.0.1:9/runs", "Postgres at 127.0.0.1:9/runs cannot be reached"),
        ("sqlite:////proc/none/runs", "/proc/none/runs cannot be written"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_a_line_without_its_password(
    url: str, told: str, tmp_path: Path
) -> None:
    ended = start(folder=tmp_path, PORT="0", DATABASE_URL=url)
    assert ended.returncode == 2
    assert ended.stderr.startswith(told) and ended.stderr.count("\n") == 1
    assert "s3cr3t" not in ended.stderr


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "not a host"])
def test_an_address_of_another_machine_is_an_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"AGENTIC_SEARCH_HOST is .* cannot listen"):
        listen(host, 0)


def test_a_name_is_listened_on_at_every_address_that_it_has() -> None:
    listeners = listen("localhost", 0)
    try:
        assert {listener.getsockname()[0] for listener in listeners} <= {"127.0.0.1", "::1"}
        assert listeners
    finally:
        for listener in listeners:
            listener.close()


def test_a_port_just_given_back_can_be_taken_again_at_once() -> None:
    (first,) = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)), first:
        first.accept()[0].close()  # the side that closes first is the one that waits
    (again,) = listen("127.0.0.1", port)
    again.close()


def test_help_names_every_setting(tmp_path: Path) -> None:
    ended = start("--help", folder=tmp_path)
    assert ended.returncode == 0
    for name in Settings.model_fields:
        assert ("OLLAMA_HOST" if name == "ollama_host" else f"AGENTIC_SEARCH_{name.upper()}\n") in ended.stdout


def test_a_word_that_is_no_option_is_wrong_usage(tmp_path: Path) -> None:
    ended = start("--port=80", folder=tmp_path)
    assert ended.returncode == 2 and "unrecognized arguments: --port=80" in ended.stderr


def test_without_the_packages_it_says_how_to_set_them_up(tmp_path: Path) -> None:
    ended = start(folder=tmp_path, python=("-S",))  # -S: no site-packages
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "run `make run`" in ended.stderr


@pytest.mark.parametrize("host", ["a..b", f"{'a' * 300}.example", ".example", "a\0b"])
def test_what_is_no_name_of_a_host_is_an_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(ConfigurationError, match="AGENTIC_SEARCH_HOST"):
        listen(host, 0)

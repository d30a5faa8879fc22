"""What stands against using a file is said in one sentence or two that name the file, the setting, and what to do."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from agentic_search.database.address import DatabaseAddress, database_address
from agentic_search.database.database import open_database
from agentic_search.errors import ConfigurationError

SETTING = "AGENTIC_SEARCH_DATABASE_URL"
HOLD = """
import sys, time
from pathlib import Path
from agentic_search.database.address import DatabaseAddress
from agentic_search.database.database import open_database
held = open_database(DatabaseAddress(Path(sys.argv[1])))
print("open", flush=True)
time.sleep(60)
"""


def refusal(path: Path) -> str:
    """Why the file cannot be opened: one line, with the path and the setting in it."""
    with pytest.raises(ConfigurationError) as caught:
        open_database(DatabaseAddress(path)).close()
    told = str(caught.value)
    assert str(path) in told and SETTING in told and "\n" not in told
    return told


@pytest.mark.parametrize("name", ["kept.sqlite", "with space, 100% and ?.sqlite", "ünïcode", ":memory:"])
def test_a_file_is_made_with_its_folder_for_its_user_alone(name: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / name
    for _ in range(2):
        with closing(open_database(DatabaseAddress(path))):
            assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.stat().st_size > 0
    path.chmod(0o644)  # as a backup is that was put here
    open_database(DatabaseAddress(path)).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_tuned_for_many_small_writes(tmp_path: Path) -> None:
    with closing(open_database(DatabaseAddress(tmp_path / "kept"))) as database:
        with database.transaction() as connection:
            found = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
        assert found == ["wal", 1, 1, 5_000]
        assert database.engine.pool.status().startswith("Pool size: 1 ")


def test_a_second_one_is_refused_until_the_first_has_closed(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    with closing(open_database(DatabaseAddress(path))):
        for _ in range(2):
            assert refusal(path).startswith("Another process has ")
    open_database(DatabaseAddress(path)).close()


def test_a_process_that_was_killed_holds_no_file(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "open\n"
        assert refusal(path).startswith("Another process has ")
        process.kill()
        process.wait()
    open_database(DatabaseAddress(path)).close()


@pytest.mark.parametrize("content", [b"just some text, long enough to be looked at\n" * 100, b"\x00" * 5000, b"x"])
def test_a_file_that_is_no_database_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(content)
    for _ in range(2):
        assert refusal(path).startswith(f"{path} is no database")
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE history_runs (a)")
    before = path.read_bytes()
    assert "was written by another program" in refusal(path)
    assert path.read_bytes() == before


def test_a_broken_database_is_told_as_that(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    open_database(DatabaseAddress(path)).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "is no database, or a broken one" in refusal(path)


def test_a_place_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "kept", tmp_path / "folder", Path("/proc/none") / "kept"):
        told = refusal(path)
        assert "cannot be written" in told and "memory:" in told


def test_without_an_url_it_is_in_the_data_folder(tmp_path: Path) -> None:
    assert database_address("", data=tmp_path).file == tmp_path / "runs.sqlite"
    with closing(open_database(database_address("", data=tmp_path / "data"))) as database:
        assert database.is_lasting
    assert (tmp_path / "data" / "runs.sqlite").exists()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///",
        "sqlite:///folder/",
        "sqlite://runs.sqlite",
        "runs.sqlite",
        "mysql://u:secret@h/d",
        "postgresql://",
        "postgresql://u:secret@h",
        "postgresql://u:secret@h:port/d",
        "postgresql://u:secret@[::1/d",
        "memory",
    ],
)
def test_an_url_of_no_known_form_is_told_without_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=SETTING) as caught:
        database_address(url, data=tmp_path)
    assert "secret" not in str(caught.value) and "sqlite:///path" in str(caught.value)

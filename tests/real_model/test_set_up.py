"""The script that sets up the real model: it does nothing twice, and says at once what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_model.set_up import RealModel, SetUpError, default_folder, set_up
from tests.support.service import ROOT


def test_what_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = RealModel(tmp_path)
    for path in (found.model, found.server):
        path.write_text("as it was")
    monkeypatch.setenv("PATH", "")
    assert set_up(tmp_path) == found and not found.missing
    assert found.model.read_text() == found.server.read_text() == "as it was"


@pytest.mark.parametrize(
    ("programs", "named"),
    [((), "cmake and a C++ compiler"), (("cmake",), "a C++ compiler must"), (("c++",), "cmake must")],
)
def test_missing_build_tools_are_named_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: tuple[str, ...], named: str
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for program in programs:
        (tools / program).symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.delenv("CXX", raising=False)
    folder = tmp_path / "model"
    with pytest.raises(SetUpError, match=named.replace("+", r"\+")):
        set_up(folder)
    assert not folder.exists()


def test_as_a_program_it_ends_with_a_message_and_a_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.real_model.set_up", str(tmp_path / "model")]
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "apt-get install cmake" in ended.stderr and "Traceback" not in ended.stderr


def test_the_folder_is_the_users_cache_or_what_a_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTIC_SEARCH_REAL_MODEL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "agentic-search" / "real-model"
    monkeypatch.setenv("AGENTIC_SEARCH_REAL_MODEL", str(tmp_path / "mine"))
    assert default_folder() == tmp_path / "mine"

"""The script that installs the servers: it does nothing twice, and says at once what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import ROOT
from tests.world.set_up import PARTS, WorldSetUpError, set_up, world, world_in


def test_what_is_installed_whole_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = world_in(tmp_path)
    for name in PARTS:
        (found.begin(name) / "file").write_text("as it was")
        found.finish(name)
    monkeypatch.setenv("PATH", "")
    assert set_up(found) == found and not found.missing
    assert [file.read_text() for file in found.folder.glob("*/file")] == ["as it was"] * len(PARTS)


def test_what_was_cut_off_is_begun_anew(tmp_path: Path) -> None:
    found = world_in(tmp_path)
    (found.begin("npm") / "half").touch()
    assert found.missing == list(PARTS)
    assert [*found.begin("npm").iterdir()] == []


@pytest.mark.parametrize(
    ("programs", "complaint"),
    [
        ({}, "node and npm must be installed"),
        ({"node": "v20.0.0"}, "node and npm must be installed"),
        ({"node": "v16.20.2", "npm": ""}, "Node 18 or newer is needed, this is v16"),
        ({"node": "no version", "npm": ""}, "Node 18 or newer is needed, this is no version"),
    ],
    ids=["nothing", "no npm", "old", "odd"],
)
def test_missing_programs_are_named_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], complaint: str
) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for program, says in programs.items():
        (tools / program).write_text(f"#!/bin/sh\necho '{says}'\n")
        (tools / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    folder = tmp_path / "world"
    with pytest.raises(WorldSetUpError, match=complaint):
        set_up(world_in(folder))
    assert not folder.exists()


def test_as_a_program_it_ends_with_a_message_and_a_status(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.world.set_up", str(tmp_path / "world")]
    environment = {**os.environ, "PATH": "", "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "apt-get install npm" in ended.stderr and "Traceback" not in ended.stderr


def test_the_folder_is_the_users_cache_or_what_a_variable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTIC_SEARCH_WORLD", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert world().folder.parent == tmp_path / "agentic-search" / "world"
    monkeypatch.setenv("AGENTIC_SEARCH_WORLD", str(tmp_path / "mine"))
    assert world().folder.parent == tmp_path / "mine"


def test_the_locks_name_no_package_index_and_pin_by_hash() -> None:
    here = Path(__file__).parent
    for name in ("npm", "conformance"):
        npm = (here / name / "package-lock.json").read_text()
        assert '"resolved"' not in npm and npm.count('"integrity"') > 80
    pypi = (here / "pypi" / "requirements.lock").read_text()
    assert "--index-url" not in pypi and "--find-links" not in pypi and pypi.count("--hash=sha256:") > 100

"""Where the bundled servers keep their indexes."""

import sys
from pathlib import Path

import pytest

from agentic_search.mcp_servers.fulltext import cache_folder


def test_the_environment_may_choose_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path


@pytest.mark.parametrize(
    ("platform", "variable", "below"),
    [("linux", "XDG_CACHE_HOME", "agentic-search"), ("win32", "LOCALAPPDATA", "agentic-search")],
)
def test_each_platform_has_its_cache_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str, below: str
) -> None:
    monkeypatch.delenv("AGENTIC_SEARCH_CACHE", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    assert cache_folder() == tmp_path / below


@pytest.mark.parametrize(("platform", "ending"), [("linux", ".cache"), ("darwin", "Library/Caches")])
def test_without_a_variable_the_folder_is_in_the_users_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, ending: str
) -> None:
    for variable in ("AGENTIC_SEARCH_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache_folder() == tmp_path / ending / "agentic-search"

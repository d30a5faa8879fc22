"""A file may hold a setting, as containers are given secrets: it is read, told when it is wrong, and never shown."""

import os
from pathlib import Path

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.serving.configuration import read_settings, unread_settings


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of such files, and no setting of the machine's."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AGENTIC_SEARCH_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("AGENTIC_SEARCH_SECRETS", str(folder))
    return folder


def test_a_file_holds_a_setting_and_a_final_line_break_is_no_part_of_it(secrets: Path) -> None:
    (secrets / "agentic_search_database_url").write_text("postgresql://me:word@host/runs\n")
    (secrets / "AGENTIC_SEARCH_SECRET_KEY").write_text("a key")
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "postgresql://me:word@host/runs"
    assert settings.secret_key.get_secret_value() == "a key"
    assert unread_settings() == []


def test_model_servers_keys_stand_in_files_too(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS", "lab=http://box/v1")
    (secrets / "agentic_search_models_lab_key").write_text("sk-lab\n")
    assert read_settings().models["lab"].key.get_secret_value() == "sk-lab"


def test_variables_are_stronger_and_the_toml_file_is_weaker(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("agentic_search.toml").write_text('model = "of-toml"\nplanner_model = "of-toml"')
    for name in ("agentic_search_model", "agentic_search_planner_model"):
        (secrets / name).write_text("of-file")
    monkeypatch.setenv("AGENTIC_SEARCH_MODEL", "of-variable")
    settings = read_settings()
    assert (settings.model, settings.planner_model) == ("of-variable", "of-file")


def test_other_programs_files_are_left_alone_and_misspelt_ones_named(secrets: Path) -> None:
    (secrets / "postgres_password").write_bytes(b"\xff")
    (secrets / "agentic_search_folder").mkdir()
    (secrets / "agentic_search_databse_url").write_text("secret")
    read_settings()
    (told,) = unread_settings()
    assert "AGENTIC_SEARCH_DATABASE_URL" in told and "secret" not in told


def test_one_that_is_wrong_or_no_text_stops_the_service_unshown(secrets: Path) -> None:
    port = secrets / "agentic_search_port"
    port.write_text("secret")
    with pytest.raises(ConfigurationError, match="AGENTIC_SEARCH_PORT") as caught:
        read_settings()
    assert "secret" not in str(caught.value)
    port.write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match="agentic_search_port is not UTF-8"):
        read_settings()


def test_there_need_be_no_such_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_SECRETS", str(tmp_path / "none"))
    assert read_settings().model == ""

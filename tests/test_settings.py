"""Model servers are read from the environment, a `.env` and the TOML file; what cannot be used says what to write."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from agentic_search.settings import Settings

VARIABLE = "AGENTIC_SEARCH_MODELS"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that files are read from."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def servers() -> dict[str, tuple[str, str]]:
    """URL and key of each server."""
    return {name: (given.url, given.key.get_secret_value()) for name, given in Settings().models.items()}


def test_there_is_none_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert servers() == {}
    monkeypatch.setenv(VARIABLE, "")
    assert servers() == {}


def test_names_urls_and_keys_stand_in_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "lab=http://box:8080/v1, open_router = https://openrouter.ai/api/v1,")
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS_OPEN_ROUTER_KEY", "sk-1")
    assert servers() == {
        "lab": ("http://box:8080/v1", ""),
        "open_router": ("https://openrouter.ai/api/v1", "sk-1"),
    }


def test_they_stand_in_an_env_file_too_and_variables_are_stronger(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(
        f"{VARIABLE}=a=http://a/v1,b=http://b/v1\n{VARIABLE}_A_KEY=sk-a\n{VARIABLE}_B_KEY=sk-b\n"
    )
    assert servers() == {"a": ("http://a/v1", "sk-a"), "b": ("http://b/v1", "sk-b")}
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS_B_KEY", "sk-stronger")
    assert servers()["b"] == ("http://b/v1", "sk-stronger")


def test_the_file_has_a_table_each_or_a_url(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "agentic_search.toml").write_text(
        '[models]\nplain = "http://plain/v1"\n[models.lab]\nurl = "http://lab/v1"\nkey = "sk-file"\n'
    )
    assert servers() == {"plain": ("http://plain/v1", ""), "lab": ("http://lab/v1", "sk-file")}
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS_PLAIN_KEY", "sk-plain")
    monkeypatch.setenv(VARIABLE, "more=http://more/v1,lab=http://lab/v1")
    assert servers() == {
        "plain": ("http://plain/v1", "sk-plain"),
        "lab": ("http://lab/v1", "sk-file"),
        "more": ("http://more/v1", ""),
    }


def test_a_key_of_the_file_does_not_go_to_another_url(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "agentic_search.toml").write_text('[models.lab]\nurl = "http://lab/v1"\nkey = "sk-file"\n')
    monkeypatch.setenv(VARIABLE, "lab=http://elsewhere/v1")
    assert servers() == {"lab": ("http://elsewhere/v1", "")}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://box/v1", "write name=https://host/v1"),
        ("sk-secret", "write name=https://host/v1"),
        ("Lab=http://box/v1", "'Lab' cannot be a server's name"),
        ("my-lab=http://box/v1", "'my-lab' cannot be a server's name"),
        ("ollama=http://box/v1", "ollama is taken"),
        ("=http://box/v1", "cannot be a server's name"),
        ("lab=", "'lab' has no URL: write lab="),
        ("lab=http://a/v1,lab=http://b/v1", "two servers named 'lab'"),
    ],
)
def test_a_wrong_variable_says_what_to_write(value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ValidationError) as caught:
        Settings()
    (error,) = caught.value.errors()
    assert error["loc"] == ("models",)
    assert said in error["msg"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('models = "http://box/v1"', "dictionary"),
        ('[models.lab]\nkey = "sk-secret"', "'lab' has no URL"),
        ('[models.lab]\nurl = "http://box/v1"\ntoken = "sk-secret"', "'lab' has token: a server has a url and a key"),
        ("[models]\nlab = 7", "'lab' has no URL"),
        ('[models.lab]\nurl = "http://box/v1"\nkey = 77777', "string"),
    ],
)
def test_a_wrong_table_says_what_to_write_and_shows_no_key(text: str, said: str, folder: Path) -> None:
    (folder / "agentic_search.toml").write_text(text)
    with pytest.raises(ValidationError, match="models") as caught:
        Settings()
    assert said in str(caught.value)
    assert "sk-secret" not in str(caught.value) and "77777" not in str(caught.value)


def test_a_key_without_a_server_is_a_mistake_in_one_of_the_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS_LABB_KEY", "sk-secret")
    with pytest.raises(ValidationError, match="'labb' has no URL") as caught:
        Settings()
    assert "sk-secret" not in str(caught.value)


def test_no_key_shows_where_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "lab=http://box/v1")
    monkeypatch.setenv("AGENTIC_SEARCH_MODELS_LAB_KEY", "sk-secret")
    settings = Settings()
    assert "sk-secret" not in repr(settings) + settings.model_dump_json()

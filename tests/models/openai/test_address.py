"""The URL of a model server is read as people write it; what cannot be used is refused without showing a key."""

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.models.openai.address import candidates, root_of, server_access


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("http://box:8080/v1/", "http://box:8080/v1"),
        (" http://box:8080 ", "http://box:8080"),
        ("http://0.0.0.0:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("HTTPS://Box/v1", "https://box/v1"),
        ("http://box/v1/chat/completions", "http://box/v1"),
        ("http://box/v1/completions/", "http://box/v1"),
        ("http://box/v1/models", "http://box/v1"),
        ("http://box/models", "http://box"),
    ],
)
def test_a_url_is_taken_to_where_its_paths_begin(written: str, url: str) -> None:
    assert server_access("lab", written, "").url == url


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "box",
            "box:8080/v1",
            "ftp://box/v1",
            "http://",
            "http://box:port/v1",
            "http://[box/v1",
            "http://b ox/v1",
        ),
        *(
            "http://box/v1#x",
            "http://box/v1?key=sk-secret",
            "sk-secret",
            "http://me:sk-secret@box",
            "http://sk-secret@x:y",
        ),
    ],
)
def test_what_is_no_url_says_what_to_write_and_shows_nothing_of_it(written: str) -> None:
    with pytest.raises(ConfigurationError, match="AGENTIC_SEARCH_MODELS") as caught:
        server_access("lab", written, "sk-secret")
    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["sk secret", "sk-secret\nx: y", "sk-secret–", "sk-secret\x00"])
def test_a_key_that_no_header_can_hold_is_refused_by_the_name_of_its_variable(key: str) -> None:
    with pytest.raises(ConfigurationError, match="AGENTIC_SEARCH_MODELS_LAB_KEY") as caught:
        server_access("lab", "http://box/v1", key)
    assert "secret" not in str(caught.value)


def test_a_key_shows_nowhere() -> None:
    access = server_access("lab", "http://box/v1", " sk-secret\n")
    assert access.key == "sk-secret"
    assert "secret" not in repr(access) + str(access.as_server)
    assert access.without_key("Your key sk-secret is wrong") == "Your key … is wrong"


def test_a_missing_v1_is_tried_and_left_off_for_the_servers_own_pages() -> None:
    assert candidates("http://box") == ["http://box", "http://box/v1"]
    assert candidates("http://box/v1") == ["http://box/v1"]
    assert root_of("http://box/v1") == root_of("http://box") == "http://box"

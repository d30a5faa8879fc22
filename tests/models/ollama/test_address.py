"""OLLAMA_HOST is read in every form that Ollama itself reads."""

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.models.ollama.address import base_url, is_cloud


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
        (":9000", "http://127.0.0.1:9000"),
        ("box", "http://box:11434"),
        ("box:9000", "http://box:9000"),
        ("box:9000/", "http://box:9000"),
        ("http://box", "http://box:80"),
        ("http://box:9000/", "http://box:9000"),
        ("HTTP://Box:9000", "http://box:9000"),
        ("https://box", "https://box:443"),
        ("https://box/ollama/", "https://box:443/ollama"),
        ("box/ollama", "http://box:11434/ollama"),
        ("[::]:11434", "http://[::1]:11434"),
        ("[fe80::1]", "http://[fe80::1]:11434"),
        (' "box:9000" ', "http://box:9000"),
        ("ollama.com", "https://ollama.com:443"),
        ("::1", "http://[::1]:11434"),
        ("2001:db8::1", "http://[2001:db8::1]:11434"),
        ("::", "http://[::1]:11434"),
    ],
)
def test_every_form_becomes_one_url(host: str, url: str) -> None:
    assert base_url(host) == url


@pytest.mark.parametrize(
    "host", ["ftp://box", "http://user:secret@box:11434", "box:port", "box:99999", "http://[::1", "two words"]
)
def test_what_cannot_be_an_address_is_a_configuration_error_that_names_the_setting(host: str) -> None:
    with pytest.raises(ConfigurationError, match="OLLAMA_HOST"):
        base_url(host)


@pytest.mark.parametrize(
    ("url", "cloud"),
    [
        ("https://ollama.com:443", True),
        ("https://api.ollama.com", True),
        ("http://127.0.0.1:11434", False),
        ("https://notollama.com", False),
        ("https://ollama.com.example.org", False),
    ],
)
def test_only_ollama_com_is_the_cloud(url: str, cloud: bool) -> None:
    assert is_cloud(url) is cloud

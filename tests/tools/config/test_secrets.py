"""What messages must hide, of a server's entry."""

import pytest

from agentic_search.tools.config.secrets import SecretMask
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch


@pytest.mark.parametrize(
    ("config", "text", "masked"),
    [
        (StdioLaunch("x", env={"KEY": "s3cret-value"}), "no s3cret-value here", "no *** here"),
        (StdioLaunch("x", env={"KEY": "abc"}), "abc", "abc"),
        (StdioLaunch("x", env={"PYTHONPATH": "/srv/notes"}), "in /srv/notes", "in /srv/notes"),
        (StdioLaunch("x", env={"A": "secret", "B": "secret-long"}), "secret-long secret", "*** ***"),
        (HttpEndpoint("http://x", headers={"Authorization": "Bearer t0ken-value"}), "bad t0ken-value", "bad ***"),
        (HttpEndpoint("http://x"), "nothing to hide", "nothing to hide"),
    ],
)
def test_values_of_the_entry_are_hidden(config: StdioLaunch | HttpEndpoint, text: str, masked: str) -> None:
    assert SecretMask(ServerConfig("notes", config))(text) == masked


def test_what_the_configuration_calls_secret_is_hidden_too() -> None:
    config = ServerConfig("notes", StdioLaunch("x", ("--key", "given-value")), secrets=("given-value", "a.b(c)*"))
    assert SecretMask(config)("given-value and a.b(c)* fail") == "*** and *** fail"
    assert "given-value" not in repr(config)

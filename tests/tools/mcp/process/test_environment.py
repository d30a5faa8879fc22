"""The variables that a server's process gets from the service's own, and those that it does not."""

import pytest

from agentic_search.tools.config.server_config import StdioLaunch
from agentic_search.tools.mcp.process.environment import child_environment

PASSED_ON = """
HTTP_PROXY https_proxy ALL_PROXY no_proxy SSL_CERT_FILE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS LANG LC_ALL TMPDIR
SSH_AUTH_SOCK KUBECONFIG DOCKER_HOST UV_INDEX_URL UV_CACHE_DIR PIP_INDEX_URL npm_config_registry NPM_CONFIG_CACHE
NVM_DIR PNPM_HOME XDG_CACHE_HOME DISPLAY
"""


@pytest.mark.parametrize("name", PASSED_ON.split())
def test_what_downloads_need_is_passed_on(name: str) -> None:
    assert child_environment(StdioLaunch("x"), {name: "https://mirror.example"})[name] == "https://mirror.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", "sk-1"),
        ("AWS_SECRET_ACCESS_KEY", "1"),
        ("AGENTIC_SEARCH_API_KEYS", "k"),
        ("UV_PUBLISH_TOKEN", "t"),
        ("UV_PUBLISH_URL", "https://upload.example"),
        ("UV_INDEX_HOME_PASSWORD", "p"),
        ("UV_INDEX_HOME_USERNAME", "u"),
        ("npm_config__authtoken", "t"),
        ("npm_config_//registry.example/:_authToken", "t"),
        ("NPM_CONFIG__AUTH", "t"),
        ("npm_config_otp", "123456"),
        ("PIP_INDEX_URL", "https://me:secret@mirror.example/simple"),
        ("UV_EXTRA_INDEX_URL", "https://one.example https://token@two.example"),
        ("VIRTUAL_ENV", "/srv/venv"),
        ("PYTHONPATH", "/srv"),
        ("NODE_OPTIONS", "--require x"),
        ("LANG", ""),
    ],
)
def test_secrets_and_what_is_about_the_service_alone_are_not(name: str, value: str) -> None:
    assert name not in child_environment(StdioLaunch("x"), {name: value})


def test_the_entry_has_the_last_word() -> None:
    launch = StdioLaunch("x", env={"LANG": "C", "NOTES_TOKEN": "t"})
    assert child_environment(launch, {"LANG": "de_DE.UTF-8"})["LANG"] == "C"
    assert child_environment(launch, {})["NOTES_TOKEN"] == "t"

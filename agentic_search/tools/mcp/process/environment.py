"""Which variables of the service's own environment a child process gets: a stated list, without secrets.

A server that downloads itself needs what the user's shell has: proxies, certificates, folders, package registries. Keys
and tokens are for the entry of the server that needs them, not for all.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from mcp.client.stdio import get_default_environment

from agentic_search.tools.config.server_config import StdioLaunch

PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY"})
_CERTIFICATES = """
SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA GIT_SSL_CAINFO
"""
CERTIFICATES = frozenset(_CERTIFICATES.split())
_SURROUNDINGS = """
LANG LANGUAGE TZ TMPDIR TEMP TMP SSH_AUTH_SOCK KUBECONFIG DISPLAY WAYLAND_DISPLAY XAUTHORITY DBUS_SESSION_BUS_ADDRESS
PNPM_HOME VOLTA_HOME BUN_INSTALL DENO_DIR CARGO_HOME RUSTUP_HOME GOPATH GOPROXY JAVA_HOME DOCKER_HOST DOCKER_CONFIG
DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS_VERIFY CONTAINER_HOST
"""
SURROUNDINGS = frozenset(_SURROUNDINGS.split())
PREFIXES = ("LC_", "XDG_", "UV_", "PIP_", "PIPX_", "NPM_CONFIG_", "NVM_", "FNM_", "COREPACK_", "YARN_", "PLAYWRIGHT_")
"""`VIRTUAL_ENV`, `PYTHONPATH` and `NODE_OPTIONS` are left out: they are about the service, not about its children."""

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|API_?KEY|ACCESS_?KEY|PRIVATE|CREDENTIAL|AUTH|USERNAME|_OTP$|_PASS$|_KEY$|^UV_PUBLISH|^PIP_KEYRING"
)


def child_environment(launch: StdioLaunch, own: Mapping[str, str]) -> dict[str, str]:
    """What a server's process gets: the stated variables of `own`, then what its entry sets."""
    passed = {name: value for name, value in own.items() if value and _is_passed_on(name.upper(), value)}
    return get_default_environment() | passed | dict(launch.env)


def _is_passed_on(name: str, value: str) -> bool:
    if name in PROXIES or name in CERTIFICATES or name in SURROUNDINGS:
        return True
    return name.startswith(PREFIXES) and not _SECRET_NAME.search(name) and not _holds_a_login(value)


def _holds_a_login(value: str) -> bool:
    """A registry's address with a user and a password in it, among words separated by blanks."""
    return any("://" in word and "@" in _host(word) for word in value.split())


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return "@"  # what cannot be read is not passed on

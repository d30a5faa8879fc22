"""The MCP servers that come with the package, each a program of its own: python_docs, documents, stories, web."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch, is_web_address

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_PASSED_ON = ("XDG_", "AGENTIC_SEARCH_", "LC_")
_PASSED_ON_WHOLE = frozenset(
    {"APPDATA", "LOCALAPPDATA", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONUTF8"}
)
_KEPT_BACK = frozenset({"AGENTIC_SEARCH_API_KEYS", "AGENTIC_SEARCH_DATABASE_URL"})
"""Secrets of the service that its servers have no use for."""
_FOR_NETWORK = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"})
"""Variables that say how the internet is reached; also in small letters."""
_KEYLESS = "ddgs"
_PUBLIC_ENGINES = "public search engines (DuckDuckGo, Brave, Mojeek, Startpage or Yahoo)"


def bundled_servers(
    *,
    documents: Path,
    documents_max_bytes: int | None = None,
    environment: Mapping[str, str],
    web: Sequence[str] = (),
    web_allow: Sequence[str] = (),
) -> tuple[ServerConfig, ...]:
    """How to start them: `documents` is the folder that the documents server serves, whose files have a most of bytes.

    `web`: what the web server asks, with `off` or nothing where the user is to allow it first; `web_allow`: what it may
    read beside the public internet.
    """
    env = _child_environment(environment)
    bound = {"AGENTIC_SEARCH_DOCUMENTS_MAX_BYTES": str(documents_max_bytes)} if documents_max_bytes else {}
    local = (
        ServerConfig("python_docs", _program("python_docs", env), bundled=True),
        ServerConfig("documents", _program("documents", {**env, **bound}, str(documents.absolute())), bundled=True),
        ServerConfig("stories", _program("stories", env), bundled=True),
    )
    network = {name: value for name, value in environment.items() if name.upper() in _FOR_NETWORK}
    return (*local, _web({**env, **network}, [each for each in web if each != "off"], web_allow))


def _program(name: str, env: Mapping[str, str], *arguments: str) -> StdioLaunch:
    return StdioLaunch(sys.executable, ("-m", f"agentic_search.mcp_servers.{name}", *arguments), env)


def _web(env: Mapping[str, str], engines: Sequence[str], allow: Sequence[str]) -> ServerConfig:
    asked = [_PUBLIC_ENGINES if each == _KEYLESS else f"the SearXNG at {each}" for each in engines or [_KEYLESS]]
    wrong = [each for each in engines if each != _KEYLESS and not is_web_address(each)]
    problem = f"AGENTIC_SEARCH_WEB holds {wrong[0]!r}: write the URL of a SearXNG, ddgs, or off" if wrong else ""
    own = {"AGENTIC_SEARCH_WEB": ",".join(engines), "AGENTIC_SEARCH_WEB_ALLOW": ",".join(allow)}
    return ServerConfig(
        "web",
        _program("web", {**env, **own}),
        consent=(
            f"Questions are sent to {' and '.join(asked)} and to Wikipedia, and pages are asked for at their sites,"
            " each when a search calls for it"
        ),
        consented=bool(engines),
        bundled=True,
        problem=problem,
    )


def _child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a bundled server needs to find the package, whatever folder it is started from, and its own settings."""
    passed_on = {
        name: value
        for name, value in environment.items()
        if (name.startswith(_PASSED_ON) or name in _PASSED_ON_WHOLE) and name not in _KEPT_BACK
    }
    found_in = [str(_PACKAGE_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    return {**passed_on, "PYTHONPATH": os.pathsep.join(found_in)}

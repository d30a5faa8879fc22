"""The three MCP servers that come with the package, each a program of its own: python_docs, documents, stories."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch

_PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_PASSED_ON = ("XDG_", "AGENTIC_SEARCH_", "LC_")
_PASSED_ON_WHOLE = frozenset(
    {"APPDATA", "LOCALAPPDATA", "LANG", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONUTF8"}
)
_KEPT_BACK = frozenset({"AGENTIC_SEARCH_API_KEYS", "AGENTIC_SEARCH_DATABASE_URL"})
"""Secrets of the service that its servers have no use for."""


def bundled_servers(*, documents: Path, environment: Mapping[str, str]) -> tuple[ServerConfig, ...]:
    """How to start them: `documents` is the folder that the documents server serves."""
    env = _child_environment(environment)
    arguments = {"python_docs": (), "documents": (str(documents.absolute()),), "stories": ()}
    return tuple(
        ServerConfig(
            name=name,
            reach=StdioLaunch(
                command=sys.executable, args=("-m", f"agentic_search.mcp_servers.{name}", *extra), env=env
            ),
        )
        for name, extra in arguments.items()
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

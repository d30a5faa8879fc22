"""Where the archive is kept: the user's data folder, or where the environment says."""

import os
import sys
from pathlib import Path

VARIABLE = "AGENTIC_SEARCH_STORIES"
FOLDER, FILE = "agentic-search", "stories.sqlite"

FILL_COMMAND = "python -m agentic_search.mcp_servers.stories import hackernews"
"""What fills an empty archive."""


def archive_path() -> Path:
    """AGENTIC_SEARCH_STORIES, or a file in the platform's data folder of this user; it need not exist yet."""
    if chosen := os.environ.get(VARIABLE):
        return Path(chosen).expanduser()
    return _data_folder() / FOLDER / FILE


def _data_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")

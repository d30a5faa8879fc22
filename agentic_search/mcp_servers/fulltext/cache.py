"""Where the bundled servers keep what they can always build again."""

import os
import sys
from pathlib import Path

FOLDER = "agentic-search"


def cache_folder() -> Path:
    """AGENTIC_SEARCH_CACHE, or `agentic-search` in the platform's cache folder of this user; it need not exist yet."""
    if chosen := os.environ.get("AGENTIC_SEARCH_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / FOLDER
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / FOLDER
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / FOLDER

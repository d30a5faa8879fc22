"""What tests need of npm, pinned by a lock and kept in the user's cache; no package's script is run."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

_PINS = ("package.json", "package-lock.json")


def installed(pins: Path) -> Path:
    """The node_modules of the packages that a folder pins; without npm the test is skipped, and fails in CI."""
    npm = shutil.which("npm")
    if npm is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("npm is not installed")
    name = hashlib.sha256(b"".join((pins / each).read_bytes() for each in _PINS)).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "agentic-search" / "npm"
    folder = cache / f"{pins.name}-{name}"
    if not (folder / "whole").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for each in _PINS:
            shutil.copy(pins / each, folder)
        command = (npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"npm could not install {pins.name}: {done.stderr}")
        (folder / "whole").touch()
    return folder / "node_modules"

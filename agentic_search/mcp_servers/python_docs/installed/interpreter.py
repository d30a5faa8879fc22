"""The Python that runs this server: where its library and its packages lie, and what its index is called."""

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentic_search.mcp_servers.python_docs.installed.files import UNWANTED_LIBRARY, library_tops
from agentic_search.mcp_servers.python_docs.installed.packages import Package, survey


@dataclass(frozen=True, slots=True)
class Interpreter:
    """All that distinguishes one Python's documentation from another's."""

    version: str
    library: Path
    """The folder of the standard library's source."""
    search_path: tuple[Path, ...]
    """Folders in which distributions may be installed."""
    modules: frozenset[str] = frozenset()
    """Names of all top-level modules of the standard library, also of those written in C."""

    def survey(self) -> list[Package]:
        """What there is to document now, in the order in which it is worth reading."""
        return survey(self.library, self.search_path, self.version)

    @property
    def index_name(self) -> str:
        """One file name for each Python with its own set of packages."""
        folders = "\n".join(map(str, (self.library, *self.search_path)))
        digest = hashlib.sha256(f"{self.version}\n{folders}".encode("utf-8", "surrogateescape")).hexdigest()
        return f"python-docs-{self.version}-{digest[:12]}.sqlite3"

    def without_source(self) -> frozenset[str]:
        """Public modules of the standard library that are written in C: nothing of theirs can be read."""
        public = {name for name in self.modules if not name.startswith("_")}
        return frozenset(public - set(library_tops(self.library)) - UNWANTED_LIBRARY)


def this_interpreter(search_path: Sequence[str]) -> Interpreter:
    """The running one, with its packages in `search_path`, which is `sys.path` without the folder it was started in."""
    library = Path(os.__file__).resolve().parent
    folders = dict.fromkeys(Path(folder).resolve() for folder in search_path if folder)
    return Interpreter(
        version=".".join(map(str, sys.version_info[:3])),
        library=library,
        search_path=tuple(folder for folder in folders if folder.is_dir() and folder != library),
        modules=sys.stdlib_module_names,
    )

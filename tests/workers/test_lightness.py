"""Every worker process loads this package: it brings nothing of the rest of the project, and little of the library."""

import ast
import subprocess
import sys
from pathlib import Path

from agentic_search import workers
from tests.support.service import ROOT


def test_the_package_imports_only_itself_and_the_standard_library() -> None:
    [folder] = workers.__path__
    for path in Path(folder).glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
        strangers = [
            name
            for name in names
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("agentic_search.workers.")
        ]
        assert not strangers, f"{path.name}: {strangers}"


def test_a_worker_process_starts_without_an_event_loop_and_what_else_it_does_not_need() -> None:
    check = (
        "import sys\n"
        "import agentic_search.workers.child\n"
        "print(sorted({'asyncio', 'ssl', 'multiprocessing', 'pydantic_core', 'logging'} & sys.modules.keys()))\n"
    )
    ended = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"

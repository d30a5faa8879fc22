"""The structure holds: layers are kept, errors have one root, importing has no side effect, files stay small."""

import ast
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import agentic_search
from agentic_search import errors
from tests.architecture.sizes import LARGEST, python_files

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(agentic_search.__path__, "agentic_search.")
    if not module.name.endswith("__main__")
)


def test_the_layers_hold() -> None:
    lint = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout


def test_every_error_descends_from_one_root_and_has_a_name_of_its_own() -> None:
    classes: list[type] = [each for _, each in inspect.getmembers(errors, inspect.isclass)]
    ours = [each for each in classes if issubclass(each, errors.AgenticSearchError)]
    assert ours == classes
    codes = [each.code for each in ours]
    assert len(set(codes)) == len(codes)
    assert all(each.__name__ in (errors.__doc__ or "") for each in ours), "the docstring draws the whole tree"


def test_importing_any_module_has_no_side_effect() -> None:
    """In a fresh process, where writing, connecting, starting and printing are watched."""
    watch = (
        "import sys, importlib\n"
        "watched = ('socket.connect', 'subprocess.Popen', 'os.mkdir', 'os.remove', 'sqlite3.connect')\n"
        "def hook(event, args):\n"
        "    if event in watched or (event == 'open' and isinstance(args[1], str) and set(args[1]) & set('wax+')\n"
        "                            and '__pycache__' not in str(args[0])):\n"
        "        raise SystemExit(f'import did {event} {args}')\n"
        "sys.addaudithook(hook)\n"
        f"for name in {[*MODULES, 'server']!r}:\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", watch], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_is_and_is_one_idea(path: Path) -> None:
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), f"{path} has no docstring"
    assert len(text.splitlines()) <= LARGEST, f"{path} wants to be two ideas"


def test_no_file_names_a_path_of_one_machine_or_an_index_host() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    forbidden = ["/" + "work/", "/root/" + ".pyenv", "pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs"]
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png"}:
            text = path.read_text(errors="replace")
            assert not [word for word in forbidden if word in text], name

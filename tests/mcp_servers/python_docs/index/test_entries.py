"""An entry says what a reader needs of a thing, and has the words that it is looked for by."""

from pathlib import Path

from agentic_search.mcp_servers.fulltext import Entry
from agentic_search.mcp_servers.python_docs.index.entries import entries_of
from agentic_search.mcp_servers.python_docs.source.publication import publish
from agentic_search.mcp_servers.python_docs.source.resolver import Resolver
from tests.mcp_servers.python_docs.small_pythons import write_files


def entries(root: Path, files: dict[str, str]) -> dict[tuple[str, str], Entry]:
    """By title and kind."""
    write_files(root, files)
    paths = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): root / file for file in files}
    found = entries_of(publish(Resolver(paths), paths), package="p", root=root)
    return {(entry.title, str(entry.extra["kind"])): entry for entry in found}


def test_a_class_and_a_module_of_one_name_each_tell_what_they_contain(tmp_path: Path) -> None:
    module = "class thing:\n    def m(self): 'Do m.'\ndef f(): 'Do f.'\n"
    found = entries(tmp_path, {"p/__init__.py": "from .thing import thing", "p/thing.py": module})
    assert found["p.thing", "class"].extra["members"] == ["m() - Do m."]
    assert found["p.thing", "module"].extra["members"] == ["f() - Do f."]


def test_a_thing_is_found_by_its_other_names_and_by_the_parts_of_its_own(tmp_path: Path) -> None:
    source = "class TaskGroup:\n    'Runs tasks.'\nNursery = TaskGroup\n__all__ = ['TaskGroup', 'Nursery']"
    entry = entries(tmp_path, {"p/__init__.py": source})["p.TaskGroup", "class"]
    assert entry.keywords == "p.Task Group Runs tasks. Nursery"
    assert entry.extra["also_named"] == ["p.Nursery"]


def test_the_file_of_an_inherited_member_is_that_of_the_class_that_defines_it(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "from ._base import Base\n__all__ = ['A']\nclass A(Base):\n    def f(self): 'Do f.'",
        "p/_base.py": "\nclass Base:\n    def g(self): 'Do g.'",
    }
    entry = entries(tmp_path, files)["p.A.g", "method"]
    assert (entry.extra["file"], entry.extra["line"], entry.extra["defined_in"]) == ("p/_base.py", 3, "p._base.Base.g")

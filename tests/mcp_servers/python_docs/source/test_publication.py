"""Each definition gets the one name that its users know it by."""

from pathlib import Path

import pytest

from agentic_search.mcp_servers.python_docs.installed.files import modules_among
from agentic_search.mcp_servers.python_docs.source.publication import publish
from agentic_search.mcp_servers.python_docs.source.resolver import Resolver
from tests.mcp_servers.python_docs.small_pythons import write_files, write_library

DEF = "def f():\n    '''Doc.'''\n"
DEF_IN_CLASS = "def f(self):\n        '''Doc.'''\n"


def titles(root: Path, files: dict[str, str], *, behind: tuple[str, ...] = ()) -> dict[str, str]:
    """Public name → name in the source, of everything but the modules."""
    write_files(root, files)
    paths = {name: root / file for name, file in modules_among(files).items()}
    published = publish(Resolver(paths), [name for name in paths if name not in behind])
    return {each.title: each.found.defined_as for each in published if not each.found.is_module}


def test_what_a_package_imports_with_a_star_is_known_by_the_packages_name(tmp_path: Path) -> None:
    root = write_library(tmp_path)
    paths = {f"asyncio.{name}": root / f"asyncio/{name}.py" for name in ("tasks", "locks")}
    published = publish(Resolver(paths | {"asyncio": root / "asyncio/__init__.py"}), ["asyncio", *paths])
    assert {each.title: each.found.defined_as for each in published} == {
        "asyncio": "asyncio",
        "asyncio.tasks": "asyncio.tasks",
        "asyncio.locks": "asyncio.locks",
        "asyncio.gather": "asyncio.tasks.gather",
        "asyncio.Task": "asyncio.tasks.Task",
        "asyncio.Semaphore": "asyncio.locks.Semaphore",
    }


@pytest.mark.parametrize(
    "init",
    [
        "from ._impl import f",
        "from p._impl import f",
        "from ._impl import f as f\n__all__ = ['f']",
        "from p import _impl\nf = _impl.f",
        "from ._impl import *",
        "__all__ = []\n__all__ += ['f']\nfrom ._impl import f",
        "__all__ = ['g']\n__all__.extend(['f'])\nfrom ._impl import f",
        "from . import _impl\nfrom ._impl import *\n__all__ = _impl.__all__",
        "try:\n    from p._speedups import f\nexcept ImportError:\n    from p._impl import f",
        "__all__ = ['f']\ndef __getattr__(name):\n    from ._impl import f\n    return f",
        "try:\n    from p._impl import f\nexcept ImportError:\n    from p._fallback import f",
        "from p import _impl\nf = g = _impl.f\n__all__ = ['f']",
        "import sys\nfrom p import _impl\nsys.modules[__name__] = _impl",
        "from p import _impl\nglobals().update((name, getattr(_impl, name)) for name in _impl.__all__)",
    ],
)
def test_a_re_export_in_any_form_is_followed(tmp_path: Path, init: str) -> None:
    files = {"p/__init__.py": init, "p/_impl.py": f"__all__ = ['f']\n{DEF}"}
    assert titles(tmp_path, files) == {"p.f": "p._impl.f"}


def test_a_name_handed_on_through_several_modules_is_followed_to_its_end(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "from .a import g",
        "p/a.py": "from ._b import h as g",
        "p/_b.py": "from ._c import *",
        "p/_c.py": "def h(): ...",
    }
    assert titles(tmp_path, files) == {"p.g": "p._c.h"}


def test_of_several_public_names_the_shortest_is_taken(tmp_path: Path) -> None:
    files = {"p/__init__.py": "from .a.b import f", "p/a/__init__.py": "from .b import f", "p/a/b.py": DEF}
    assert titles(tmp_path, files) == {"p.f": "p.a.b.f"}


def test_private_things_that_nobody_publishes_stay_out(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "import os\nfrom collections import deque\nfrom ._a import _g",
        "p/_a.py": DEF + "def _g(): ...",
        "p/b.py": "from ._a import f\ndef _h(): ...",
        "p/tests/test_b.py": DEF,
    }
    assert titles(tmp_path, files) == {}


def test_what_a_module_leaves_out_of_all_is_published_as_unlisted(tmp_path: Path) -> None:
    write_files(tmp_path, {"m.py": "__all__ = ['f']\n" + DEF + "def g(): ..."})
    published = publish(Resolver({"m": tmp_path / "m.py"}), ["m"])
    assert {each.title: each.listed for each in published} == {"m": True, "m.f": True, "m.g": False}


def test_a_method_of_an_instance_may_be_a_function_of_the_module(tmp_path: Path) -> None:
    source = (
        "class Random:\n    def choice(self, seq):\n        '''Pick one.'''\n_inst = Random()\nchoice = _inst.choice"
    )
    assert titles(tmp_path, {"random.py": source}) == {
        "random.Random": "random.Random",
        "random.choice": "random.Random.choice",
    }


def test_the_methods_of_an_instance_may_all_be_functions_of_the_module(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "from . import c\n__all__ = [x for x in dir(c._it) if not x.startswith('_')]\n"
        "globals().update((name, getattr(c._it, name)) for name in __all__)",
        "p/c.py": f"class A:\n    {DEF_IN_CLASS}class B(A):\n    def g(self): ...\nif A:\n    _it = B()\n",
    }
    assert titles(tmp_path, files) == {"p.f": "p.c.A.f", "p.g": "p.c.B.g", "p.c.A": "p.c.A", "p.c.B": "p.c.B"}


def test_of_several_names_the_one_of_the_definition_is_taken_and_the_others_are_known(tmp_path: Path) -> None:
    source = "class NewError: ...\nerror = Old = NewError\n__all__ = ['error', 'NewError', 'Old']"
    write_files(tmp_path, {"m.py": source})
    (_, published) = publish(Resolver({"m": tmp_path / "m.py"}), ["m"])
    assert (published.title, published.also_named) == ("m.NewError", ("m.Old", "m.error"))


def test_a_class_has_the_members_of_bases_that_have_no_public_name(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": "from ._impl import Open, Derived\n",
        "p/_impl.py": "from ._base import Base\n"
        f"class Open:\n    {DEF_IN_CLASS}"
        "class Derived(Base[int], Open):\n    def g(self, here): ...\n    def _h(self): ...\n",
        "p/_base.py": "class Root:\n    def g(self): 'Do g.'\nclass Base(Root):\n    def k(self): 'Do k.'\n",
    }
    write_files(tmp_path, files)
    paths = {name: tmp_path / file for name, file in modules_among(files).items()}
    members = {each.title: each.members for each in publish(Resolver(paths), paths)}["p.Derived"]
    assert {(each.defined_as, each.definition.signature, each.definition.doc) for each in members.values()} == {
        ("p._impl.Derived.g", "g(here)", "Do g."),
        ("p._base.Base.k", "k()", "Do k."),
    }


def test_bases_in_a_circle_end(tmp_path: Path) -> None:
    files = {
        "p/__init__.py": f"from ._a import _A, _B\nclass C(_A, _B, C, p.C):\n    {DEF_IN_CLASS}",
        "p/_a.py": "from ._b import _B\nclass _A(_B): ...\n",
        "p/_b.py": f"from ._a import _A\nclass _B(_A):\n    {DEF_IN_CLASS}_B = _A = _B",
    }
    assert titles(tmp_path, files) == {"p.C": "p.C"}


def test_a_module_published_under_another_name_is_known_by_that(tmp_path: Path) -> None:
    files = {"os.py": "import posixpath as path\n__all__ = ['path']", "posixpath.py": "def join(a, *p): ..."}
    assert titles(tmp_path, files, behind=("posixpath",)) == {"os.path.join": "posixpath.join"}


def test_of_modules_imported_under_one_name_the_first_that_can_be_found_counts(tmp_path: Path) -> None:
    source = "if posix:\n    import posixpath as path\nelse:\n    import ntpath as path\n__all__ = ['path']"
    files = {"os.py": source, "posixpath.py": "def join(a, *p): ...", "ntpath.py": "def join(path, *paths): ..."}
    assert titles(tmp_path, files, behind=("posixpath", "ntpath")) == {"os.path.join": "posixpath.join"}


def test_a_module_that_another_stands_in_for_publishes_what_that_does(tmp_path: Path) -> None:
    files = {
        "collections/abc.py": "import _collections_abc\nimport sys\nsys.modules[__name__] = _collections_abc",
        "_collections_abc.py": "__all__ = ['Mapping']\nclass Mapping: ...\ndef _private(): ...",
    }
    found = titles(tmp_path, files, behind=("_collections_abc",))
    assert found == {"collections.abc.Mapping": "_collections_abc.Mapping"}


def test_a_module_that_a_package_registers_is_known_by_that_name_without_a_file_of_it(tmp_path: Path) -> None:
    files = {
        "collections/__init__.py": "import _collections_abc\nimport sys as _sys\n"
        "_sys.modules['collections.abc'] = _collections_abc\n_sys.modules['elsewhere'] = _collections_abc\n"
        "_sys.modules['collections.gone'] = gone\nabc = _collections_abc",
        "_collections_abc.py": "__all__ = ['Mapping']\nclass Mapping: ...\ndef _private(): ...",
    }
    found = titles(tmp_path, files, behind=("_collections_abc",))
    assert found == {"collections.abc.Mapping": "_collections_abc.Mapping"}


def test_a_twin_in_python_stands_in_for_a_module_in_c(tmp_path: Path) -> None:
    files = {"io.py": "from _io import open\n__all__ = ['open']", "_pyio.py": "def open(file): ..."}
    assert titles(tmp_path, files) == {"io.open": "_pyio.open"}


@pytest.mark.parametrize(
    "files",
    [
        {"p/__init__.py": "from .a import *", "p/a.py": "from .b import *", "p/b.py": "from .a import *\n" + DEF},
        {"p/__init__.py": "from .a import x", "p/a.py": "from .b import x", "p/b.py": "from .a import x"},
        {"p/__init__.py": "x = y\ny = x\n__all__ = ['x', 'y', 'z']"},
        {"p/__init__.py": "from p import x"},
        {f"p/m{n}.py": "".join(f"from .m{k} import *\n" for k in range(12)) + "__all__ = ['x']" for n in range(12)},
    ],
)
def test_imports_in_a_circle_end(tmp_path: Path, files: dict[str, str]) -> None:
    assert set(titles(tmp_path, files).values()) <= {"p.b.f"}


def test_a_module_with_a_syntax_error_keeps_nothing_else_out(tmp_path: Path) -> None:
    files = {"p/__init__.py": "from .broken import *\nfrom .a import f", "p/broken.py": "def (", "p/a.py": DEF}
    assert titles(tmp_path, files) == {"p.f": "p.a.f"}

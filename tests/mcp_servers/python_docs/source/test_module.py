"""A source file is read as a syntax tree, whatever is in it."""

from pathlib import Path

import pytest

from agentic_search.mcp_servers.python_docs.source.definitions import Definition
from agentic_search.mcp_servers.python_docs.source.module import Module, read_module


def module_of(tmp_path: Path, source: str | bytes, name: str = "some.mod") -> Module:
    path = tmp_path / "mod.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return read_module(name, path)


def only(tmp_path: Path, source: str) -> Definition:
    (definition,) = module_of(tmp_path, source).definitions.values()
    return definition


@pytest.mark.parametrize(
    ("source", "signature"),
    [
        ("def f(a, /, b: int = 1, *args, c, **more) -> str: ...", "f(a, /, b: int=1, *args, c, **more) -> str"),
        ("async def f(): ...", "async f()"),
        ("class A: ...", "class A"),
        ("class A(Base, other.Base): ...", "class A(Base, other.Base)"),
        ("class A(Base):\n def __init__(self, x=1, *, y): ...", "class A(x=1, *, y)"),
        ("def f(a='''two\nlines'''): ...", r"f(a='two\nlines')"),
    ],
)
def test_a_signature_is_shown_as_it_is_called(tmp_path: Path, source: str, signature: str) -> None:
    assert only(tmp_path, source).signature == signature


def test_a_signature_without_end_is_cut(tmp_path: Path) -> None:
    signature = only(tmp_path, f"def f({', '.join(f'argument{n}' for n in range(200))}): ...").signature
    assert len(signature) == 400
    assert signature.endswith("…")


def test_methods_lose_the_parameter_that_is_bound_and_static_methods_do_not(tmp_path: Path) -> None:
    source = """
class A:
    def method(self, a): ...
    @classmethod
    def made(cls, a=1): ...
    @staticmethod
    def static(a): ...
    @property
    def size(self) -> int:
        '''How much.'''
    @size.setter
    def size(self, value): ...
    def _hidden(self): ...
"""
    members = {member.name: (member.kind, member.signature) for member in only(tmp_path, source).members}
    assert members == {
        "method": ("method", "method(a)"),
        "made": ("method", "made(a=1)"),
        "static": ("method", "static(a)"),
        "size": ("property", "size: int"),
    }


def test_docstrings_are_dedented_and_the_initialisers_belongs_to_the_class(tmp_path: Path) -> None:
    source = '''
class A:
    """What it is.

        An example.

    More of it.
    """
    def __init__(self):
        """How it is made."""
'''
    definition = only(tmp_path, source)
    assert definition.doc == "What it is.\n\n    An example.\n\nMore of it.\n\nHow it is made."
    assert definition.summary == "What it is."
    assert definition.line == 2


def test_of_definitions_with_one_name_the_documented_one_counts(tmp_path: Path) -> None:
    source = """
import sys
if sys.platform == "win32":
    def f(windows): ...
else:
    try:
        def f(posix):
            '''Documented.'''
    except ImportError:
        def f(neither): ...
"""
    assert only(tmp_path, source).signature == "f(posix)"


def test_overloads_are_not_definitions(tmp_path: Path) -> None:
    source = "@typing.overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a): ..."
    assert only(tmp_path, source).signature == "f(a)"


def test_the_encoding_that_a_file_declares_is_obeyed(tmp_path: Path) -> None:
    latin = '# -*- coding: latin-1 -*-\n"""Größe."""\n'.encode("latin-1")
    assert module_of(tmp_path, latin).doc == "Größe."
    assert module_of(tmp_path, b'\xef\xbb\xbf"""Mark."""').doc == "Mark."


@pytest.mark.parametrize(
    "source",
    [
        b"def broken(:\n",
        b"print 'of another age'",
        b"# coding: no-such-encoding\n",
        b"'''\xff\xfe not utf-8'''",
        b"a = '\x00'",
        b"(" * 5_000 + b")" * 5_000,
        b"x = " + b"-" * 100_000 + b"1",
        b"#" * 3_000_001,
    ],
    ids=["syntax", "python 2", "encoding", "not utf-8", "null byte", "nested", "deep", "huge"],
)
def test_a_file_that_cannot_be_read_is_a_module_with_a_problem(tmp_path: Path, source: bytes) -> None:
    module = module_of(tmp_path, source)
    assert module.problem
    assert not module.definitions


@pytest.mark.parametrize("binding", [b"", b"x = "])
def test_a_path_of_very_many_names_is_read_or_is_a_problem(tmp_path: Path, binding: bytes) -> None:
    """Which of the two says how deep a tree this Python's parser makes."""
    module = module_of(tmp_path, binding + b"a" + b".b" * 100_000)
    assert not module.definitions


def test_a_missing_file_is_a_module_with_a_problem(tmp_path: Path) -> None:
    assert "FileNotFoundError" in read_module("gone", tmp_path / "gone.py").problem


def test_source_that_would_do_something_when_imported_does_nothing(tmp_path: Path) -> None:
    module_of(tmp_path, f"open({str(tmp_path / 'trace')!r}, 'w').write('run')\nraise SystemExit")
    assert not (tmp_path / "trace").exists()


def test_invalid_escapes_of_other_people_raise_no_warning(tmp_path: Path) -> None:
    assert module_of(tmp_path, '"""A \\d digit."""').doc == "A \\d digit."

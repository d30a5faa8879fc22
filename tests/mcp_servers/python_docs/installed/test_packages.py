"""What is installed is found without reading it, and told apart from what was installed before."""

import os
from pathlib import Path

import pytest

from agentic_search.mcp_servers.python_docs.index.overview import overview_entry
from agentic_search.mcp_servers.python_docs.installed.files import (
    distribution_modules,
    library_modules,
    library_tops,
    modules_among,
)
from agentic_search.mcp_servers.python_docs.installed.interpreter import Interpreter, this_interpreter
from agentic_search.mcp_servers.python_docs.installed.packages import UnknownPackage, groups_named, normalise, survey
from tests.mcp_servers.python_docs.small_pythons import install, small_python, uninstall, write_files


def fingerprints(python: Interpreter) -> dict[str, str]:
    return {package.group: package.fingerprint for package in python.survey()}


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (["a/__init__.py", "a/b.py", "c.py"], {"a", "a.b", "c"}),
        (["a/_b.pyi", "a/_b.py", "a/c.pyi"], {"a._b", "a.c"}),
        (["a/tests/x.py", "a/test_x.py", "a/_vendor/y.py", "conftest.py", "a/__main__.py"], set[str]()),
        (
            ["../bin/tool.py", "a-stubs/__init__.pyi", "a.data/x.py", "a/b.json", "__init__.py"],
            set[str](),
        ),
    ],
)
def test_modules_are_told_from_tests_vendored_packages_and_data(files: list[str], modules: set[str]) -> None:
    assert set(modules_among(files)) == modules


def test_source_comes_before_a_stub_of_the_same_name() -> None:
    assert modules_among(["a/_b.pyi", "a/_b.py"]) == {"a._b": "a/_b.py"}


def test_the_standard_library_is_surveyed_by_module_the_most_asked_first(tmp_path: Path) -> None:
    python = small_python(tmp_path)
    write_files(python.library, {"aaa.py": "", "idlelib/__init__.py": "", "test/__init__.py": "", "_private.py": ""})
    packages = python.survey()
    assert [package.group for package in packages] == ["python/asyncio", "python/topics", "python/json", "python/aaa"]
    assert all(package.standard for package in packages)


def test_a_distribution_is_found_and_its_change_is_seen(tmp_path: Path) -> None:
    python = small_python(tmp_path)
    site = python.search_path[0]
    before = fingerprints(python)
    metadata = install(site, "Some_Thing", "1.0", {"some_thing.py": ""})
    first = fingerprints(python)
    assert first.keys() - before.keys() == {"some-thing"}
    os.utime(metadata / "RECORD", ns=(1, 1))
    second = fingerprints(python)
    install(site, "Some_Thing", "1.1", {"some_thing.py": ""})
    third = fingerprints(python)
    assert len({first["some-thing"], second["some-thing"], third["some-thing"]}) == 3
    uninstall(site / "Some_Thing-1.1.dist-info")
    assert fingerprints(python) == before


def test_of_two_installations_the_first_on_the_path_counts(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        install(tmp_path / folder, "thing", "1", {"thing.py": ""})
    packages = survey(tmp_path / "none", [tmp_path / "missing", tmp_path / "two", tmp_path / "one"], "3")
    assert [package.folder.parent.name for package in packages] == ["two"]


def test_metadata_without_any_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "half-1.dist-info").mkdir()
    assert survey(tmp_path / "none", [tmp_path], "3") == []


def test_the_modules_of_a_distribution_are_those_in_its_record(tmp_path: Path) -> None:
    metadata = install(tmp_path, "thing", "1", {"thing/__init__.py": "", "thing/a.py": ""})
    write_files(tmp_path, {"stranger.py": "", "thing/not_recorded.py": ""})
    assert set(distribution_modules(metadata)) == {"thing", "thing.a"}


@pytest.mark.parametrize("top_level", ["", "thing\nextra\n"])
def test_without_a_record_the_modules_are_those_of_its_name(tmp_path: Path, top_level: str) -> None:
    metadata = install(tmp_path, "thing", "1", {"thing/__init__.py": "", "extra.py": ""}, record=False)
    if top_level:
        write_files(metadata, {"top_level.txt": top_level})
    assert set(distribution_modules(metadata)) == ({"thing", "extra"} if top_level else {"thing"})


def test_the_modules_of_an_editable_installation_are_found_where_it_links_to(tmp_path: Path) -> None:
    project = write_files(tmp_path / "project", {"thing/__init__.py": "", "thing/a.py": "", "tests/__init__.py": ""})
    link = f"# editable\nimport sys\n{project}\n/no/such/folder\n"
    metadata = install(tmp_path / "site", "thing", "1", {"_thing.pth": link})
    assert set(distribution_modules(metadata)) == {"thing", "thing.a"}


def test_a_module_of_the_library_is_a_file_or_a_folder(tmp_path: Path) -> None:
    python = small_python(tmp_path)
    write_files(python.library, {"csv.py": ""})
    assert set(library_modules(python.library, "csv")) == {"csv"}
    assert set(library_modules(python.library, "asyncio")) == {"asyncio", "asyncio.tasks", "asyncio.locks"}


def test_metadata_in_an_odd_encoding_still_gives_an_overview(tmp_path: Path) -> None:
    metadata = install(tmp_path, "thing", "1", {"thing.py": ""})
    (metadata / "METADATA").write_bytes("Name: thing\nSummary: Größe\n\nText".encode("latin-1"))
    (package,) = survey(tmp_path / "none", [tmp_path], "3")
    assert overview_entry(package).body.endswith("Text")
    (metadata / "METADATA").unlink()
    assert overview_entry(package).title == "thing"


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("stdlib", {"python/asyncio", "python/topics", "python/json"}),
        ("Asyncio", {"python/asyncio"}),
        ("asyncio.tasks", {"python/asyncio"}),
        ("Some.Thing", {"some-thing"}),
        ("some_thing", {"some-thing"}),
    ],
)
def test_a_package_is_known_by_any_of_its_spellings(tmp_path: Path, name: str, groups: set[str]) -> None:
    python = small_python(tmp_path)
    install(python.search_path[0], "some_thing", "1", {"some_thing.py": ""})
    assert groups_named(name, {package.group: package for package in python.survey()}) == groups


def test_an_unknown_package_is_answered_with_those_spelt_nearly_so(tmp_path: Path) -> None:
    packages = {package.group: package for package in small_python(tmp_path).survey()}
    with pytest.raises(UnknownPackage, match="Did you mean 'asyncio'"):
        groups_named("asynco", packages)


def test_names_are_normalised_as_package_indexes_do() -> None:
    assert normalise("Ruamel.YAML__clib") == "ruamel-yaml-clib"


def test_each_set_of_packages_has_an_index_of_its_own(tmp_path: Path) -> None:
    with_one = this_interpreter([str(tmp_path)])
    with_none = this_interpreter(["", str(tmp_path / "missing"), str(with_one.library)])
    assert with_one.search_path == (tmp_path.resolve(),)
    assert with_none.search_path == ()
    assert with_one.index_name != with_none.index_name
    assert with_one.index_name == this_interpreter([str(tmp_path), str(tmp_path)]).index_name


def test_modules_written_in_c_are_known_to_have_no_source() -> None:
    without = this_interpreter([]).without_source()
    assert {"math", "itertools", "time"} <= without
    assert not {"asyncio", "_io", "idlelib", "json"} & without


def test_the_running_librarys_modules_are_found() -> None:
    tops = library_tops(this_interpreter([]).library)
    assert {"asyncio", "json", "pathlib", "csv"} <= set(tops)
    assert not {"test", "idlelib", "site-packages"} & set(tops)

"""From names in the configuration to tools: what is read of a function, and every way in which a name can be wrong."""

import importlib
import sys
from pathlib import Path

import pytest

from agentic_search.errors import ConfigurationError
from agentic_search.settings import Settings
from agentic_search.tools.python.load import load_functions
from tests.tools.python.calling import SAMPLES


def module(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> str:
    """Write a module where imports look for it."""
    (folder / f"{name}.py").write_text(text)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, name, raising=False)
    return name


def complaints(*names: str) -> str:
    """What is said of names that cannot be used."""
    with pytest.raises(ConfigurationError) as refused:
        load_functions(names)
    return str(refused.value)


def test_a_tool_is_described_by_its_signature_and_its_docstring() -> None:
    [city] = load_functions([f"{SAMPLES}:city"])
    assert city.tool.model_dump(exclude_defaults=True) == {
        "name": "city",
        "server": "functions",
        "remote_name": "city",
        "title": "City facts",
        "description": "Say when a city was founded.",
        "input_schema": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "description": "As on a map"},
                "since": {"type": "string", "format": "date", "default": "0001-01-01"},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
        "read_only": True,
        "idempotent": True,
        "timeout": 7.0,
    }


def test_a_module_alone_offers_every_marked_function_and_a_function_by_name_needs_no_mark() -> None:
    functions = {function.name: function for function in load_functions([SAMPLES, f"{SAMPLES}:plain"])}
    assert {"city", "find", "square", "plain"} <= set(functions)
    assert {name: functions[name].run for name in ("city", "find", "square", "plain")} == {
        "city": "loop",
        "find": "thread",
        "square": "process",
        "plain": "thread",
    }
    assert functions["square"].tool.idempotent
    assert not functions["square"].tool.read_only


def test_progress_is_no_argument_of_the_tool() -> None:
    for name in ("count_in_process", "count_in_thread"):
        [count] = load_functions([f"{SAMPLES}:{name}"])
        assert count.tool.input_schema["properties"] == {"to": {"type": "integer"}}


def test_a_function_named_twice_is_offered_once() -> None:
    assert len(load_functions([f"{SAMPLES}:city", f"{SAMPLES}:city"])) == 1


def test_every_name_that_cannot_be_used_is_complained_of_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(tmp_path, monkeypatch, "broken_one", "1 / 0")
    module(tmp_path, monkeypatch, "leaving_one", "raise SystemExit(3)")
    module(tmp_path, monkeypatch, "wanting_one", "import not_installed_anywhere")
    module(tmp_path, monkeypatch, "bare_one", "number = 5\nclass Thing: pass\n")
    told = complaints(
        "no_such_module:f", "tests.tools.python.no_such:f", "broken_one", "leaving_one:f", "wanting_one:f",
        "bare_one", "bare_one:number", "bare_one:absent", "bare_one:Thing", f"{SAMPLES}:absent", "a b:c", ":f", "",
    )  # fmt: skip
    assert told.splitlines()[1:-6] == [
        "  'no_such_module:f': there is no module 'no_such_module'",
        "  'tests.tools.python.no_such:f': there is no module 'tests.tools.python.no_such'",
        "  'broken_one': importing it failed: ZeroDivisionError: division by zero",
        "  'leaving_one:f': importing it failed: SystemExit: 3",
        "  'wanting_one:f': importing it failed: No module named 'not_installed_anywhere'",
        "  'bare_one': no function in it is marked with @tool; name one as module:function",
        "  'bare_one:number': it is no function but a int",
    ]
    assert "'bare_one:absent': module 'bare_one' has no 'absent'" in told
    assert "'bare_one:Thing': it is a class, not a function" in told
    assert f"'{SAMPLES}:absent': module '{SAMPLES}' has no 'absent'; it has city, find, square" in told
    assert "'a b:c': write module:function, or module" in told


@pytest.mark.parametrize(
    ("function", "why"),
    [
        ("def f(*args: int): ...", "*args tells a planner nothing"),
        ("def f(**kwargs: int): ...", "**kwargs tells a planner nothing"),
        ("def f(a, b): ...", "'a' has no type hint: write one, JsonValue if it may be anything; parameter 'b'"),
        ("def f(a: int, /): ...", "'a' is positional only"),
        ("def f(a: 'Absent'): ...", "a type hint cannot be evaluated (NameError: name 'Absent' is not defined)"),
        ("class C: ...\ndef f(a: C): ...", "a type hint is not one that JSON can fill in"),
        ("from typing import Callable\ndef f(a: Callable[[], int]): ...", "a type hint has no JSON schema"),
        ("def f(a: int): yield a", "it yields: return a list"),
        ("async def f(a: int): yield a", "it yields: return a list"),
        ("@tool(run='process')\nasync def f(a: int): ...", "runs on the event loop only, not in a process"),
        ("@tool(run='loop')\ndef f(a: int): ...", 'run="loop" is for "async def" only'),
        ("@tool(run='moon')\ndef f(a: int): ...", "run='moon' is none of 'loop', 'thread', 'process'"),
        ("f = dict.fromkeys", "'iterable' is positional only"),
    ],
)
def test_a_function_that_cannot_be_a_tool_is_refused_with_the_reason(
    function: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"from agentic_search.functions import tool\n{function}\n"
    assert why in complaints(f"{module(tmp_path, monkeypatch, 'odd_one', text)}:f")


def test_two_tools_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module(tmp_path, monkeypatch, "second_one", "def city(name: str): ...")
    told = complaints(f"{SAMPLES}:city", "second_one:city")
    assert f"'second_one:city': '{SAMPLES}' has a tool 'city' too; rename one" in told


def test_hints_may_be_strings_and_names_may_be_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from __future__ import annotations\ndef f(json: int, _x: str = 'a', model_config: bool = True): ...\n"
    [function] = load_functions([f"{module(tmp_path, monkeypatch, 'future_one', text)}:f"])
    assert function.signature.read({"json": "1", "_x": "b"}) == {"json": 1, "_x": "b"}
    properties = function.signature.schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == ["json", "_x", "model_config"]


@pytest.mark.parametrize(
    ("given", "names"),
    [("a:b, c ,", ("a:b", "c")), ('["a:b", "c"]', ("a:b", "c")), ("", ())],
)
def test_the_setting_is_a_json_list_or_names_with_commas(
    given: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_FUNCTIONS", given)
    assert Settings().functions == names


def test_a_setting_that_is_half_a_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTIC_SEARCH_FUNCTIONS", '["a:b"')
    with pytest.raises(ValueError, match="functions"):
        Settings()

"""Draws requests that bring a plan: right ones, nearly right ones, and wild ones; as JSON text."""

import json
from random import Random
from typing import Any, TypeAlias, cast

from tests.fuzz.fuzzed_server import SCHEMAS
from tests.fuzz.mutation import ODD_VALUES, mutated_value

Json: TypeAlias = dict[str, Any]

_TEXTS = (
    "",
    "lamp",
    "Straße ё İ",
    "日本語",
    "\u202eabc",
    "\0",
    "\ud800",
    "🚀" * 20,
    "x" * 3_000,
    "${t1}",
    "$${",
    "}",
    "1e999",
)
_TOOLS = (*SCHEMAS, *(f"fuzzed.{name}" for name in SCHEMAS), "calculate", "current_time", "ask_model")
_WILD_TOOLS = ("", "nothing", "fuzzed.", ".echo", "fuzzed.nothing", "écho", "\ud800", "x" * 300, "*", 5, None, ["echo"])
_EXPRESSIONS = (
    "{t}", "{t}.given", "{t}.given.value", "{t}.numbers[0].n", "{t}.numbers[*].name", "length({t}.numbers)",
    "{t}.numbers[?n > `1`]", "to_string({t})", "{t}.nothing.at.all", "{t}.numbers[-1]", "[{t}, {t}]", "{{a: {t}}}",
    "join(', ', {t}.numbers[].name)", "sort_by({t}.numbers, &n)", "max_by({t}.numbers, &n).n", "not_null({t}, `1`)",
    "{t}.numbers | [0]", "abs({t})", "length({t}.tool)", "{t}.\"given\"", "keys({t})", "{t} == `null`", "!{t}",
)  # fmt: skip
_WILD_EXPRESSIONS = (
    "", " ", "{t}[", "{t}.", "nobody.x", "`1`", "{t}" + "[0]" * 400, "(" * 500 + "{t}", "[@,@]|" * 20 + "{t}",
    "{t}.*.*.*", "{t} || `\"\\ud800\"`", "{t} || `NaN`",
    "item", "item.n", "inputs.x", "{t} ${{{t}}}", "\ud800", "{t}[99999999999999999999]", "{t}[::0]", "unknown({t})",
    "to_number('1e999')", "{t}.given[?@ > `{{}}`]", "@", "sum({t}.numbers)", "map(&x, {t})",
    "{t}[*" + "].a[*" * 90 + "]",
    "ceil(to_number('1e999')) || {t}", "[{t}, to_number('1e999')]", "join({t}, {t})", "reverse({t}.numbers)",
)  # fmt: skip
_NUMBERS = (
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-0",
    "1e-400",
    "9" * 400,
    "9" * 5_000,
    "0.1",
    "-1",
    "true",
    "null",
    '""',
)
"""What stands in JSON text for numbers, right or not."""


def request(chance: Random) -> str:
    """The body of a POST /search."""
    asked: Json = {"query": chance.choice(("What is there?", "Straße", "?", "lamp " * 50)), "plan": _plan(chance)}
    asked |= _options(chance)
    for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 2))):
        asked = _as_object(mutated_value(asked, chance), asked)
    text = json.dumps(asked, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.1:
        text = _with_odd_number(text, chance)
    return text if chance.random() < 0.99 else _deep(chance)


def _as_object(value: Any, otherwise: Json) -> Json:
    return cast(Json, value) if isinstance(value, dict) else otherwise


def _options(chance: Random) -> Json:
    options: Json = {
        "deadline": chance.choice((5, 2, 0.3, 0.001, 0, -1, 1e300)),
        "tools": chance.choice((None, ["*"], ["fuzzed.*", "count"], [], ["nothing*"], ["["])),
        "approve": chance.choice(([], ["*"], ["erase"], ["fuzzed.erase"], [""])),
        "model": chance.choice((None, "offline", "", "no-such-model")),
        "rounds": chance.choice((1, 1, 2, 11)),
        "batch": chance.choice((True, False)),
        "preview": chance.choice((True, False, None)),
        "thread_id": chance.choice((None, "a", "shared", "not allowed", "ü")),
    }
    return {name: value for name, value in options.items() if chance.random() < 0.07}


def _plan(chance: Random) -> Any:
    most = chance.choice((1, 2, 3, 5, 8, 20))
    tasks = [_task(number, chance) for number in range(1, chance.randint(1, most) + 1)]
    if chance.random() < 0.05:
        chance.shuffle(tasks)
    return tasks if chance.random() < 0.05 else {"tasks": tasks}


def _task(number: int, chance: Random) -> Json:
    is_wild = chance.random() < 0.02
    tool = chance.choice(_WILD_TOOLS if is_wild else _TOOLS)
    before = [f"t{other}" for other in range(1, number)]
    task: Json = {"id": f"t{number}", "tool": tool, "arguments": _arguments(str(tool), before, chance)}
    if chance.random() < 0.05:
        del task["id"]
    if before and chance.random() < 0.3:
        task["depends_on"] = chance.sample(before, k=1)
    if before and chance.random() < 0.15:
        task["for_each"] = _reference(before, chance)
    if before and chance.random() < 0.15:
        task["when"] = _reference(before, chance)
    if is_wild:
        task |= _wild_fields(number, chance)
    return task | {name: value for name, value in _extras(chance).items() if chance.random() < 0.1}


def _extras(chance: Random) -> Json:
    return {
        "purpose": chance.choice(_TEXTS),
        "priority": chance.choice((-1, 5, 10**30)),
        "timeout": chance.choice((0.01, 1, 60, 1e300)),
    }


def _wild_fields(number: int, chance: Random) -> Json:
    fields: Json = {
        "id": chance.choice(("t1", "item", "inputs", "", "1", "a b", f"t{number + 1}")),
        "depends_on": chance.choice(([f"t{number}"], [f"t{number + 1}"], ["nobody"], "t1", [None], ["t1"] * 500)),
        "for_each": chance.choice(("${item}", "t1", "${t1} ${t1}", "", f"${{t{number}}}")),
        "when": chance.choice(("${", "x", 5, "${nobody}")),
        "timeout": chance.choice((0, -1, "1", float("nan"), float("inf"))),
        "odd": chance.choice(ODD_VALUES),
    }
    return {name: value for name, value in fields.items() if chance.random() < 0.3}


def _arguments(tool: str, before: list[str], chance: Random) -> Any:
    if chance.random() < 0.02:
        return chance.choice(ODD_VALUES)
    right: dict[str, Json] = {
        "echo": {"value": _value(before, chance, depth=chance.choice((1, 2, 4)))},
        "say": {"text": _text(before, chance)},
        "count": {"to": chance.choice((0, 1, 3, 20, "${length(t1.numbers)}"))},
        "either": {"what": chance.choice((5, "a", None, ["x", True]))},
        "tree": {"node": {"child": {"child": {}}}},
        "pattern": {"name": chance.choice(("aaa", "a" * 40 + "b"))},
        "numbers": {"n": chance.choice((0.3, 7, 0.1 + 0.2))},
        "wörter": {"ключ": _text(before, chance)},
        "calculate": {"expression": chance.choice(("1+1", "9**9**9", "1/0", "2^-1", "(" * 99, _text(before, chance)))},
        "current_time": {"timezone": chance.choice(("UTC", "Europe/Berlin", "Nowhere", "\ud800"))},
        "ask_model": {"prompt": _text(before, chance)},
    }
    return right.get(tool.removeprefix("fuzzed."), {})


def _value(before: list[str], chance: Random, *, depth: int) -> Any:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice((*ODD_VALUES, _text(before, chance), _text(before, chance)))
    if chance.random() < 0.5:
        return [_value(before, chance, depth=depth - 1) for _ in range(chance.randrange(3))]
    return {chance.choice(("a", "b", "ключ", "", "\ud800")): _value(before, chance, depth=depth - 1) for _ in range(2)}


def _text(before: list[str], chance: Random) -> str:
    if before and chance.random() < 0.6:
        return chance.choice(("{}", "See {} and so on", "{0}{0}")).format(_reference(before, chance))
    return chance.choice(_TEXTS)


def _reference(before: list[str], chance: Random) -> str:
    expressions = _WILD_EXPRESSIONS if chance.random() < 0.03 else _EXPRESSIONS
    return f"${{{chance.choice(expressions).replace('{t}', chance.choice(before))}}}".replace("{{", "{").replace(
        "}}", "}"
    )


def _with_odd_number(text: str, chance: Random) -> str:
    """One number of the text replaced by a form of numbers that is seldom seen."""
    places = [place for place, sign in enumerate(text) if sign in "0123456789" and text[place - 1] in " ["]
    if not places:
        return text
    start = chance.choice(places)
    end = start
    while end < len(text) and text[end] in "0123456789.e+-":
        end += 1
    return text[:start] + chance.choice(_NUMBERS) + text[end:]


def _deep(chance: Random) -> str:
    """An argument of many levels."""
    levels = chance.choice((50, 150, 250, 900, 5_000, 200_000))
    value = "[" * levels + "]" * levels if chance.random() < 0.5 else '{"a":' * levels + "1" + "}" * levels
    return f'{{"query": "deep", "plan": {{"tasks": [{{"tool": "echo", "arguments": {{"value": {value}}}}}]}}}}'

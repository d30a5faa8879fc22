"""Changes right messages by chance, as broken programs do: bytes, keys, types, ids, lines that end too early."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, cast

ODD_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, -(2**63), 1e308, "", " ", "\0", "é", "🚀", "\u2028", "\ud800", "x" * 5_000,
    "${t1}", "${", "NaN", "<script>", [], {}, [None], [[[[[[]]]]]], {"": None}, {"type": "text"}, float("nan"),
    float("inf"), float("-inf"),
)  # fmt: skip
"""Values that are seldom expected; the last three are no JSON, though many programs write them."""


def mutated_line(line: bytes, chance: Random) -> bytes:
    """The line with one to three changes; it may be longer, shorter, several or none."""
    for _ in range(chance.randint(1, 3)):
        line = chance.choice(_WAYS)(line, chance)
    return line


def mutated_value(value: Any, chance: Random) -> Any:
    """A JSON value with one change, somewhere in it; the value given stays as it is."""
    match value:
        case dict() if value and chance.random() < 0.8:
            fields = cast("dict[str, Any]", value)
            name = chance.choice(list(fields))
            return _mutated_field(fields, name, chance)
        case list() if value and chance.random() < 0.8:
            items = cast("list[Any]", value)
            place = chance.randrange(len(items))
            changed = [mutated_value(items[place], chance)] if chance.random() < 0.8 else []
            return [*items[:place], *changed, *items[place + 1 :]]
        case _:
            return chance.choice(ODD_VALUES)


def _mutated_field(fields: dict[str, Any], name: str, chance: Random) -> dict[str, Any]:
    others = {key: value for key, value in fields.items() if key != name}
    match chance.randrange(6):
        case 0:
            return others
        case 1:
            return {**others, name[:-1] or "x": fields[name]}
        case 2:
            return {**fields, "odd": chance.choice(ODD_VALUES)}
        case _:
            return {**fields, name: mutated_value(fields[name], chance)}


def _value(line: bytes, chance: Random) -> bytes:
    try:
        return json.dumps(mutated_value(json.loads(line), chance)).encode() + b"\n"
    except ValueError:
        return line


def _bytes(line: bytes, chance: Random) -> bytes:
    changed = bytearray(line)
    for _ in range(max(1, len(changed) // 10)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _one_byte(line: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(line) + 1)
    return line[:place] + bytes([chance.randrange(256)]) + line[place + 1 :]


def _cut(line: bytes, chance: Random) -> bytes:
    return line[: chance.randrange(len(line) + 1)]


def _cut_line(line: bytes, chance: Random) -> bytes:
    return _cut(line, chance) + b"\n"


def _twice(line: bytes, chance: Random) -> bytes:
    return line * 2


def _among_others(line: bytes, chance: Random) -> bytes:
    other = chance.choice((b"\n", b"null\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"log: ready\n", b'{"jsonrpc": "2.0"}\n'))
    return other + line


_WAYS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _value, _value, _value, _bytes, _one_byte, _cut, _cut_line, _twice, _among_others,
)  # fmt: skip

"""Values that must be texts in the end: words of a command, and texts by name as in `env` and `headers`."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from agentic_search.tools.config.entry.notes import EntryNotes


def as_text(value: JsonValue) -> str | None:
    """Text, or a number or boolean as JSON writes it; None for what is neither."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case _:
            return None


def words_of(key: str, value: JsonValue, notes: EntryNotes) -> list[str]:
    """The arguments; a text is split as a shell does."""
    if isinstance(value, str):
        words = split_line(value)
        if words is None:
            notes.complain(key, "must be a list of texts: its quotation marks do not fit together")
            return []
        notes.warn(key, f"is text, read as {len(words)} arguments: better write a list")
        return words
    if not isinstance(value, list):
        notes.complain(key, 'must be a list of texts, as in ["-y", "some-server"]')
        return []
    read: list[str] = []
    for index, each in enumerate(value):
        if (word := as_text(each)) is None:
            notes.complain(f"{key}[{index}]", "must be text")
        else:
            read.append(word)
    return read


def split_line(line: str) -> list[str] | None:
    """The words of a command line; None where its quotation marks do not fit together."""
    try:
        return shlex.split(line)
    except ValueError:
        return None


def is_whole_line(command: str) -> bool:
    """Whether a command seems to have its arguments in it; a path with blanks does not."""
    if " " not in command.strip() or "\\" in command or "${" in command:
        return False
    try:
        return not Path(command).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # too long, or with what no path has
        return True


@dataclass(slots=True)
class NamedTexts:
    """Texts by name, and names without a text: variables of the service's own environment."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    names: list[str] = field(default_factory=list[str])


def named_texts(key: str, value: JsonValue, sign: str, notes: EntryNotes) -> NamedTexts:
    """An object of texts; a list of `NAME=value`, or of objects with name and value, is one, too."""
    read = NamedTexts()
    for name, each in _pairs(key, value, sign, read, notes):
        if each is None:
            notes.warn(f"{key}.{name}", "is empty, not used")
        elif (text := as_text(each)) is None:
            notes.complain(f"{key}.{name}", "must be text")
        else:
            read.texts[name] = text
    return read


def _pairs(key: str, value: JsonValue, sign: str, read: NamedTexts, notes: EntryNotes) -> list[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        return list(value.items())
    pairs: list[tuple[str, JsonValue]] = []
    for each in value if isinstance(value, list) else [value]:
        match each:
            case str() if sign in each:
                name, _, text = each.partition(sign)
                pairs.append((name.strip(), text.strip()))
            case str() if isinstance(value, list) and sign == "=":
                read.names.append(each)
            case {"name": str(name), "value": text} | {"key": str(name), "value": text}:
                pairs.append((name, text))
            case _:
                notes.complain(key, 'must be an object of texts, {"NAME": "value"}')
    return pairs

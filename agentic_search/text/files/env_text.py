"""Reads the text of a `.env` file, and says of each line that cannot be read what is wrong and how to write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from dotenv.parser import Binding, parse_stream

_MOST_BYTES = 1_048_576
_NAME = re.compile(r"\s*(?:export\s+|set\s+)?['\"]?([A-Za-z_][\w.-]{0,99})")


@dataclass(frozen=True, slots=True)
class EnvLine:
    """One line, or several that a quotation spans."""

    number: int
    """Of the first line, from 1."""
    name: str
    """Of the variable; empty where no name begins the line."""
    value: str
    problem: str | None = None
    """What is wrong with it, and what to do; no value is repeated there, for it may be a secret."""
    is_read: bool = True
    """Whether it sets the variable nevertheless."""

    def told(self, file: str) -> str:
        """The problem, and where it is."""
        return f"{file}, line {self.number}: {self.problem}"


def load_env(path: Path) -> list[EnvLine]:
    """The file's lines. Raises OSError, and ValueError for what is no text of a bounded size."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("it is larger than 1 MB: keep in it what sets variables, and nothing else")
    return read_env(content.decode("utf-8-sig"))


def read_env(text: str) -> list[EnvLine]:
    """Every line that sets something, or fails to. Raises ValueError for text that is none."""
    if "\0" in text:
        raise ValueError("it holds NUL bytes, as text in UTF-16 does: save it as UTF-8")
    return list(_lines(text))


def _lines(text: str) -> Iterator[EnvLine]:
    lines: dict[str, int] = {}
    for binding in parse_stream(StringIO(text)):
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())]
        number = binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))
        name = binding.key or (found[1] if (found := _NAME.match(written)) else "")
        if binding.key is None and not binding.error:
            continue  # a comment, or nothing
        before = lines.setdefault(name, number)
        unread = _why_unread(binding, name)
        twice = f"{name} stands in line {before} already, and this one holds: take one of them out"
        yield EnvLine(
            number, name, binding.value or "", unread or (twice if before != number else None), is_read=not unread
        )


def _why_unread(binding: Binding, name: str) -> str | None:
    if binding.error:
        return _fault(binding.original.string.strip(), name)
    if '"' in name:
        return "the name is in quotation marks: take them away"
    return f"{name} has no value: write {name}=value, or take the line out" if binding.value is None else None


def _fault(written: str, name: str) -> str:
    """Why the parser could not read a statement."""
    left, equals, value = written.partition("=")
    quote, first_line = value.lstrip()[:1], value.lstrip()[1:].split("\n")[0]
    if not name:
        return "no name begins the line: write NAME=value, or # before what is a comment"
    if not equals or not re.fullmatch(rf"(?:export\s+)?{re.escape(name)}\s*", left):
        return f"it is not of the form NAME=value: write {name}=value"
    if quote in ("'", '"') and quote not in first_line:
        return f"the quotation mark that opens the value of {name} is not closed: write {name}={quote}value{quote}"
    return (
        f"something follows the value of {name} behind its quotation mark: write {name}={quote}value{quote}, "
        f"with \\{quote} for a quotation mark inside"
    )

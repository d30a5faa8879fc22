"""The steps of a script: what the double does, one step after another, when a model is called."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, TypeAdapter
from pydantic.dataclasses import dataclass

_PIECE = re.compile(r"\s*\S{1,6}|\s+")


@dataclass(frozen=True)
class Say:
    """One token of answer, in a frame of its own, after `delay` seconds."""

    text: str
    delay: float = 0.0
    kind: Literal["say"] = "say"


@dataclass(frozen=True)
class Think:
    """One token of thinking, told apart from the answer."""

    text: str
    delay: float = 0.0
    kind: Literal["think"] = "think"


@dataclass(frozen=True)
class Silent:
    """One token that is counted but not shown, such as the mark that begins thinking."""

    kind: Literal["silent"] = "silent"


@dataclass(frozen=True)
class Call:
    """One tool call."""

    name: str
    arguments: dict[str, JsonValue]
    kind: Literal["call"] = "call"


@dataclass(frozen=True)
class Fail:
    """An error: with a status of its own before the first frame, else as a last line of the stream."""

    text: str
    status: int = 500
    kind: Literal["fail"] = "fail"


@dataclass(frozen=True)
class Raw:
    """One line as it stands, whatever it is: no Ollama says it."""

    line: str
    kind: Literal["raw"] = "raw"


@dataclass(frozen=True)
class Drop:
    """The connection is reset."""

    kind: Literal["drop"] = "drop"


@dataclass(frozen=True)
class Hang:
    """Nothing more comes, and the connection stays open until the client leaves."""

    kind: Literal["hang"] = "hang"


@dataclass(frozen=True)
class NoDone:
    """The stream ends properly for HTTP, but without the frame that says the model is done."""

    kind: Literal["no_done"] = "no_done"


@dataclass(frozen=True)
class Length:
    """The model is cut off here, as if `num_predict` had been reached."""

    kind: Literal["length"] = "length"


Step = Say | Think | Silent | Call | Fail | Raw | Drop | Hang | NoDone | Length
Reply = tuple[Step, ...]

_Written = str | Annotated[Step, Field(discriminator="kind")]
_SCRIPT = TypeAdapter(list[list[_Written]])


def written(text: str) -> Reply:
    """A text cut into tokens of a few characters."""
    return tuple(Say(piece) for piece in _PIECE.findall(text))


def reply(steps: Sequence[str | Step]) -> Reply:
    """A reply from steps, where a plain text is one token of answer."""
    return tuple(Say(step) if isinstance(step, str) else step for step in steps)


def read_script(path: Path) -> list[Reply]:
    """A script file: a JSON list of replies, each a list of texts and of steps such as `{"kind": "drop"}`."""
    return [reply(steps) for steps in _SCRIPT.validate_json(path.read_bytes())]

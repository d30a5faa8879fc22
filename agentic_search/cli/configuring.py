"""`config`: each setting with its value and where that comes from; no secret is shown."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from agentic_search.cli.listing import table
from agentic_search.plain_json import json_bytes
from agentic_search.serving.configuration import PREFIX, given_by_source
from agentic_search.settings import Settings
from agentic_search.text.controls import MASK, without_secrets

_KEY_OF_MODEL_SERVER = re.compile(r"models_\w+_key")


def show(settings: Settings, *, as_json: bool) -> int:
    """Print them; the exit status."""
    rows = list(_rows(settings))
    if as_json:
        print(
            json_bytes([{"setting": name, "value": value, "source": source} for name, value, source in rows]).decode()
        )
    else:
        table(("setting", "value", "from"), [(name, _text(value), source) for name, value, source in rows])
    return 0


def _rows(settings: Settings) -> Iterator[tuple[str, object, str]]:
    given = given_by_source()
    for name in Settings.model_fields:
        variable = "OLLAMA_HOST" if name == "ollama_host" else f"{PREFIX}{name.upper()}"
        yield variable, masked(getattr(settings, name)), _source(name, settings, given)


def _source(name: str, settings: Settings, given: list[tuple[str, dict[str, str]]]) -> str:
    if name not in settings.model_fields_set:
        return "default"
    for source, there in given:
        if name in there or (name == "models" and any(map(_KEY_OF_MODEL_SERVER.fullmatch, there))):
            return source
    return "environment"  # OLLAMA_HOST has no prefix


def masked(value: Any) -> object:
    """As plain data in which nothing secret stands."""
    match value:
        case SecretStr():
            return MASK if value.get_secret_value() else ""
        case BaseModel():
            return {name: masked(getattr(value, name)) for name in type(value).model_fields}
        case dict():
            return {str(name): masked(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - any settings
        case list() | tuple() | set() | frozenset():
            return [masked(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - any settings
        case str():
            return without_secrets(value)
        case _:
            return to_jsonable_python(value, fallback=str)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()

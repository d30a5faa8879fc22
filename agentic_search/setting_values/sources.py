"""Where settings stand besides plain variables: model servers in variables of several names, keys, files, TOML."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import from_json
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, TomlConfigSettingsSource

_SERVER_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KEY_VARIABLE = re.compile(r"agentic_search_models_(\w+)_key")
_KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SHORTEST_KEY, _LONGEST_KEY = 20, 200
_UNREAD = "="
"""Begins the entries of the table of model servers that variables make and that are read last: no name does."""


class ModelServerAddress(BaseModel):
    """Where a model server is, beside Ollama."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    """What `/chat/completions` follows: `https://openrouter.ai/api/v1`."""

    key: SecretStr = SecretStr("")
    """What the server asks for, sent to it alone; empty for none."""


class ModelServerVariables(PydanticBaseSettingsSource):
    """`AGENTIC_SEARCH_MODELS` and `AGENTIC_SEARCH_MODELS_<NAME>_KEY`, of the environment or a `.env`, as one table."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str | None]) -> None:
        super().__init__(settings_cls)
        self._variables = variables

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Part of the base class's contract; nothing is asked by field."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The table, as far as these variables tell it."""
        keys = ((_KEY_VARIABLE.fullmatch(name), value) for name, value in self._variables.items())
        table: dict[str, object] = {f"{_UNREAD}{found[1]}": key for found, key in keys if found and key}
        if text := self._variables.get("agentic_search_models"):
            table[_UNREAD] = text
        return {"models": table} if table else {}


class TomlFile(TomlConfigSettingsSource):
    """The TOML file, also as editors on Windows write it: with a byte order mark."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return tomllib.loads(file_path.read_text(encoding="utf-8-sig"))


def sources(
    settings_cls: type[BaseSettings],
    env: PydanticBaseSettingsSource,
    dotenv: PydanticBaseSettingsSource,
    secrets: dict[str, str | None],
) -> Iterator[PydanticBaseSettingsSource]:
    """What holds settings, strongest first; of variables, model servers are a table of their own."""
    files = EnvSettingsSource(settings_cls)
    files.env_vars = secrets
    for variables in (env, dotenv, files):
        yield ModelServerVariables(settings_cls, cast(EnvSettingsSource, variables).env_vars)
        yield variables
    yield TomlFile(settings_cls)


def secret_files(folder: Path) -> dict[str, str | None]:
    """What is in the files of a folder that are named as our variables are, by their names in small letters."""
    if not folder.is_dir():
        return {}
    ours = [path for path in folder.iterdir() if path.name.lower().startswith("agentic_search_") and path.is_file()]
    return {path.name.lower(): path.read_text(encoding="utf-8-sig").strip() for path in ours}


def model_servers(given: Mapping[str, Any]) -> dict[str, Any]:
    """The table of model servers, with what stands in variables read into it."""
    table = {name: _as_entry(entry) for name, entry in given.items() if not name.startswith(_UNREAD)}
    for name, entry in _named_urls(str(given.get(_UNREAD, ""))).items():
        # A key of the file belongs to the file's URL, and is not sent to another.
        table[name] = {**table.get(name, {}), **entry} if table.get(name, {}).get("url") == entry["url"] else entry
    for name, key in given.items():
        if name.startswith(_UNREAD) and name != _UNREAD:
            server = name.removeprefix(_UNREAD)
            table[server] = {**table.get(server, {}), "key": key}
    for name, entry in table.items():
        _check_server(name, entry)
    return table


def api_keys(given: object) -> dict[str, Any]:
    """The table of keys: of `name=KEY` with commas between, of a list of those, or of a table each."""
    if isinstance(given, str):
        given = from_json(given) if given.lstrip().startswith("[") else given.split(",")
    if isinstance(given, list):
        given = dict(_named_key(str(part).strip()) for part in cast("list[object]", given) if str(part).strip())
    table: dict[str, dict[str, Any]] = {
        name: cast("dict[str, Any]", entry) if isinstance(entry, dict) else {"key": entry}
        for name, entry in cast("dict[str, object]", given or {}).items()
    }
    for name, entry in table.items():
        if not _KEY_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be a key's name: letters, digits, '.', '_' and '-' make one")
        if not _SHORTEST_KEY <= len(str(entry.get("key", ""))) <= _LONGEST_KEY:
            raise ValueError(
                f"the key {name!r} must have {_SHORTEST_KEY} to {_LONGEST_KEY} characters, none of which can be"
                ' guessed: python -c "import secrets; print(secrets.token_urlsafe(32))" makes one'
            )
    return table


def _named_key(text: str) -> tuple[str, str]:
    """A key may end in `=`, too."""
    name, _, key = text.partition("=")
    if len(key) >= _SHORTEST_KEY and _KEY_NAME.fullmatch(name):
        return name, key
    return f"key-{sha256(text.encode()).hexdigest()[:8]}", text


def _as_entry(given: object) -> dict[str, Any]:
    if isinstance(given, str):
        return {"url": given}
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {}


def _named_urls(text: str) -> dict[str, Any]:
    """`lab=http://box:8080/v1, router=https://openrouter.ai/api/v1` as a table."""
    table: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, url = (piece.strip() for piece in part.partition("="))
        if not equals or "://" in name:
            raise ValueError("a URL has no name: write name=https://host/v1, with commas between servers")
        if name in table:
            raise ValueError(f"there are two servers named {name!r}: give each a name of its own")
        table[name] = {"url": url}
    return table


def _check_server(name: str, entry: Mapping[str, Any]) -> None:
    if not _SERVER_NAME.fullmatch(name) or name == "ollama":
        raise ValueError(
            f"{name!r} cannot be a server's name: small letters, digits and _ make one, and ollama is taken"
        )
    if not entry.get("url"):
        raise ValueError(f"{name!r} has no URL: write {name}=https://host/v1 in AGENTIC_SEARCH_MODELS")
    if more := entry.keys() - ModelServerAddress.model_fields.keys():
        raise ValueError(f"{name!r} has {', '.join(sorted(more))}: a server has a url and a key, nothing else")

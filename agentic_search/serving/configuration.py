"""Reads the settings before anything starts: what cannot be used is told in a sentence, what nobody reads is named."""

import logging
import re
import tomllib
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from agentic_search.errors import ConfigurationError
from agentic_search.setting_values.sources import secret_files
from agentic_search.settings import ENV_FILE, TOML_FILE, Settings, environment, secrets_folder
from agentic_search.text.files.env_text import EnvLine, load_env

PREFIX = "AGENTIC_SEARCH_"
_OF_OTHERS = frozenset({"cache", "stories", "python_docs_recheck", "key"})
"""Variables that bundled servers read, and the terminal."""
_KEY_OF_MODEL_SERVER = re.compile(r"models_\w+_key")
_OF_OURS = re.compile(rf"{PREFIX}|OLLAMA_HOST", re.IGNORECASE)
_MOST_TOLD = 5
"""Lines of the `.env` that are of other programs."""


def read_settings() -> Settings:
    """The settings; raises ConfigurationError, a line for each thing that must be corrected."""
    logging.getLogger("dotenv").setLevel(logging.ERROR)  # its warnings are told here in our words
    try:
        _check_env()
        settings = Settings()
    except ValidationError as invalid:
        raise ConfigurationError(_complaints(invalid)) from invalid
    except SettingsError as broken:
        raise ConfigurationError(_not_json(broken)) from broken
    except UnicodeDecodeError as broken:
        raise ConfigurationError(_not_utf8()) from broken
    except (ValueError, RecursionError) as broken:  # also for a number of thousands of digits, and for deep nesting
        raise ConfigurationError(f"{TOML_FILE} cannot be read: {broken}.") from broken
    except OSError as broken:
        raise ConfigurationError(f"A file of settings cannot be read: {broken}.") from broken
    return settings


def unread_settings() -> list[str]:
    """A sentence for each setting that is given and that nothing reads: misspelt, not there yet, or written wrongly."""
    given = _given()
    doubtful = [line.told(ENV_FILE) for line in _of_env() if line.problem]
    more = [f"{ENV_FILE} has {len(doubtful) - _MOST_TOLD} more such lines"] if len(doubtful) > _MOST_TOLD else []
    no_file = [f"{ENV_FILE} is a folder: nothing is read from it"] if Path(ENV_FILE).is_dir() else []
    return [
        *no_file,
        *doubtful[:_MOST_TOLD],
        *more,
        *_misspelt(given),
    ]


def given_by_source() -> list[tuple[str, dict[str, str]]]:
    """Where settings are given, strongest first, and those that are: by names in small letters without the prefix."""
    folder = secrets_folder()
    return [
        ("environment", _ours(environment().items())),
        (ENV_FILE, _ours((line.name, line.value) for line in _of_env() if line.is_read)),
        (str(folder), _ours((name, value or "") for name, value in secret_files(folder).items())),
        (TOML_FILE, {name: str(value) for name, value in _of_file().items()}),
    ]


def _given() -> dict[str, str]:
    """Every setting that is given, as text."""
    given: dict[str, str] = {}
    for _, settings in given_by_source():
        given = {**settings, **given}
    return given


def _ours(variables: Iterable[tuple[str, str]]) -> dict[str, str]:
    prefix = PREFIX.lower()
    return {name.lower().removeprefix(prefix): value for name, value in variables if name.lower().startswith(prefix)}


def _check_env() -> None:
    """A line for another program may be as it likes."""
    if wrong := [line for line in _of_env() if not line.is_read and _OF_OURS.search(line.name)]:
        raise ConfigurationError("\n".join(f"{line.told(ENV_FILE)}." for line in wrong))


def _of_env() -> list[EnvLine]:
    """Raises ConfigurationError for what is no such file."""
    path = Path(ENV_FILE)
    if not path.exists() or path.is_dir():
        return []
    try:
        return load_env(path)
    except UnicodeDecodeError:
        raise
    except ValueError as problem:
        raise ConfigurationError(f"{ENV_FILE} cannot be read: {problem}.") from problem


def _of_file() -> dict[str, object]:
    path = Path(TOML_FILE)
    return tomllib.loads(path.read_text(encoding="utf-8-sig")) if path.is_file() else {}


def _misspelt(given: Iterable[str]) -> Iterator[str]:
    known = Settings.model_fields.keys() | _OF_OTHERS
    for name in sorted(given):
        if name in known or _KEY_OF_MODEL_SERVER.fullmatch(name):
            continue
        near = get_close_matches(name, known, n=1)
        meant = f"did you mean {PREFIX}{near[0].upper()}?" if near else "docs/configuration.md lists what there is"
        yield f"There is no setting {PREFIX}{name.upper()}: {meant}"


def _complaints(invalid: ValidationError) -> str:
    lines = [f"  {_variable(str(bad['loc'][0]))}: {bad['msg']}" for bad in invalid.errors()]
    return "Settings that cannot be used:\n" + "\n".join(lines)


def _not_json(broken: SettingsError) -> str:
    found = re.search(r'field "(\w+)"', str(broken))
    name = _variable(found[1]) if found else "A setting"
    return f"{name} is not JSON ({broken.__cause__}): write a table as in docs/configuration.md, or in {TOML_FILE}."


def _not_utf8() -> str:
    """Which of the files it is."""
    for name in (ENV_FILE, TOML_FILE, *sorted(secrets_folder().glob("*"))):
        try:
            Path(name).read_text(encoding="utf-8")
        except UnicodeDecodeError as broken:
            return f"{name} is not UTF-8 (byte {broken.start + 1}): save it as UTF-8."
        except OSError:
            continue
    return f"{ENV_FILE} or {TOML_FILE} is not UTF-8: save it as UTF-8."


def _variable(name: str) -> str:
    return "OLLAMA_HOST" if name in {"ollama_host", "OLLAMA_HOST"} else f"{PREFIX}{name.upper()}"

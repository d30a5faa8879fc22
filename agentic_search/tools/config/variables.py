"""`${VAR}` and `${VAR:-default}` in the servers file, filled from the environment."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class MissingVariable(LookupError):
    """A variable that is neither set nor given a default; its text is the variable's name."""


def fill(text: str, environment: Mapping[str, str]) -> str:
    """`text` with every variable replaced, once: a value that looks like a variable stays as it is.

    As in a shell, the default also stands in for a variable that is set but empty. Raises MissingVariable.
    """
    return _VARIABLE.sub(lambda found: _value(found[1], found[2], environment), text)


def _value(name: str, default: str | None, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if default is not None:
        return value or default
    if value is None:
        raise MissingVariable(name)
    return value

"""What messages must hide: the values that a server's entry holds for it alone are written as `***`."""

import re
from collections.abc import Iterator

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch

MASK = "***"
_SHORTEST = 6
"""Characters: a shorter value is in too many words that have nothing to do with it."""
_HARMLESS = re.compile(r"PATH$|_DIR$|_HOME$|^HOME$|^LANG$|^LC_|^TZ$|_LEVEL$|^NODE_ENV$|^PYTHON|^TMPDIR$|^DEBUG$", re.I)
"""Names of variables whose values are no secrets, and may be what a message is about."""
_SCHEME = re.compile(r"(?:bearer|basic|token)\s+(?=\S)", re.I)


class SecretMask:
    """Hides one server's secrets in text."""

    def __init__(self, config: ServerConfig) -> None:
        found = {secret for secret in _secrets(config) if len(secret) >= _SHORTEST}
        longest_first = sorted(found, key=lambda secret: (-len(secret), secret))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __repr__(self) -> str:
        return f"<SecretMask {'of some' if self._pattern else 'of no'} secrets>"

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text


def _secrets(config: ServerConfig) -> Iterator[str]:
    yield from config.secrets
    match config.reach:
        case StdioLaunch(env=env):
            yield from (value for name, value in env.items() if not _HARMLESS.search(name))
        case HttpEndpoint(headers=headers):
            for value in headers.values():
                yield value
                yield _SCHEME.sub("", value, count=1)

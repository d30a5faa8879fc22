"""Which values of a server's entry are secret, and a mask that writes them as `***` in messages."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch

MASK = "***"
SHORTEST_SECRET = 6
"""Characters: a shorter value is in too many words that have nothing to do with it."""
_HARMLESS = re.compile(r"PATH$|_DIR$|_HOME$|^HOME$|^LANG$|^LC_|^TZ$|_LEVEL$|^NODE_ENV$|^PYTHON|^TMPDIR$|^DEBUG$", re.I)
"""Names of variables whose values are no secrets, and may be what a message is about."""


def secrets_of(reach: StdioLaunch | HttpEndpoint) -> Iterator[str]:
    """Values of its environment, its headers and its URL, of any length."""
    match reach:
        case StdioLaunch(env=env):
            yield from (value for name, value in env.items() if not _HARMLESS.search(name))
        case HttpEndpoint(headers=headers):
            for value in headers.values():
                yield value
                yield value.partition(" ")[2]  # without `Bearer`
            yield from _secrets_of_url(reach.url)


def _secrets_of_url(url: str) -> Iterator[str]:
    """Its password, and the values of its query."""
    try:
        parts = urlsplit(url)
        yield parts.password or ""
        yield from (value for _, value in parse_qsl(parts.query))
    except ValueError:
        return


class SecretMask:
    """Hides one server's secrets in text."""

    def __init__(self, config: ServerConfig) -> None:
        found = {each for each in (*config.secrets, *secrets_of(config.reach)) if len(each) >= SHORTEST_SECRET}
        longest_first = sorted(found, key=lambda secret: (-len(secret), secret))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __repr__(self) -> str:
        return f"<SecretMask {'of some' if self._pattern else 'of no'} secrets>"

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        return self._pattern.sub(MASK, text) if self._pattern else text

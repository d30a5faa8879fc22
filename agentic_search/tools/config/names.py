"""Names of servers that plans can use, made from whatever a file calls them."""

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from agentic_search.tools.config.server_config import SERVER_NAME

_LONGEST = 64
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]+")


def usable_names(written: Iterable[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """A name for each name as the file writes it, unlike all others and those `taken`.

    A name that can be used stays as it is; one made from another depends on no other entry, unless they are alike.
    """
    names = list(written)
    made = {name: name for name in names if SERVER_NAME.fullmatch(name)}
    used = {*made, *taken}
    for name in names:
        if name not in made:
            made[name] = _unlike(_plain(name), name, used)
            used.add(made[name])
    return made


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NOT_ALLOWED.sub("_", letters).strip("_-")
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 7]}_{_mark(name)}"


def _unlike(plain: str, name: str, used: set[str]) -> str:
    if plain and plain not in used:
        return plain
    return f"{plain[: _LONGEST - 7] or 'server'}_{_mark(name)}"


def _mark(name: str) -> str:
    """Six characters that tell one name from another, the same at every start."""
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:6]

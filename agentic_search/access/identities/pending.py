"""A sign-in under way: what its browser keeps in a cookie until it comes back, so that any process can go on with it.

The cookie ties the sign-in to the browser that began it; what is in it is no secret from that browser's owner.
"""

import base64
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest

LIFETIME = 600
"""Seconds for which a browser may be away."""
_SEPARATOR = "."
_PART = re.compile(r"[\w-]{40,60}")
_PLACE = re.compile(r"[\w~%&=?#+-][\w~%&=?#+./-]{0,500}")
"""Behind the page's own address; nothing in it leads elsewhere, whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Pending:
    """One sign-in."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Comes back with the browser."""
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Stands in the token."""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Is worth the code; the provider knows its hash."""
    place: str = ""
    """Where on the page it goes on."""

    @property
    def challenge(self) -> str:
        """The verifier's hash (RFC 7636)."""
        return base64.urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    @property
    def cookie(self) -> str:
        """What its browser keeps."""
        place = base64.urlsafe_b64encode(self.place.encode()).decode().rstrip("=")
        return _SEPARATOR.join((self.state, self.nonce, self.verifier, place))


def pending_in(cookie: str, state: str) -> Pending | None:
    """The sign-in that this browser began and comes back from; None where it did not."""
    *parts, place = cookie.split(_SEPARATOR)
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        return None
    if not compare_digest(parts[0].encode(), state.encode()):
        return None
    try:
        to = base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)).decode()
    except ValueError:
        return None
    return Pending(parts[0], parts[1], parts[2], place_on_page(to))


def place_on_page(given: str) -> str:
    """Where on the page somebody wants to go: a path, query or fragment behind its address; empty for anything else."""
    is_one = _PLACE.fullmatch(given) and "//" not in given and ".." not in given
    return given if is_one else ""

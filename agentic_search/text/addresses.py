"""Addresses as they may be shown: a user and a password can stand before a URL's host, and a key in its query."""

import re

MASK = "********"
_USER = re.compile(r"(?<=://)[^\s,]*(?=@)")
_QUERY = re.compile(r"(://[^\s,?]*\?)[^\s,'\"]+")


def without_secrets(text: str) -> str:
    """The text, in whose URLs no user, no password and no query stand any more."""
    return _QUERY.sub(rf"\1{MASK}", _USER.sub(MASK, text)) if "://" in text else text

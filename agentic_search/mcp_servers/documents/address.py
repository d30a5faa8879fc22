"""Path and anchor ⇄ the address that an answer cites: `documents:guide.md#installing`."""

from urllib.parse import unquote

SCHEME = "documents:"


def address(path: str, anchor: str = "") -> str:
    """Only what would be mistaken for the address's own marks is escaped."""
    escaped = path.replace("%", "%25").replace("#", "%23")
    return f"{SCHEME}{escaped}#{anchor}" if anchor else f"{SCHEME}{escaped}"


def split_address(text: str) -> tuple[str, str]:
    """Path and anchor of an address; what is no address is a path, without an anchor."""
    if not text.startswith(SCHEME):
        return text, ""
    path, _, anchor = text.removeprefix(SCHEME).partition("#")
    return unquote(path), anchor

"""What must not be shown of a text: what steers a terminal or turns a line around, and secrets in addresses.

Escape sequences, control characters and overrides hide or reorder what a reader sees; a colour code of which only the
first character is removed leaves `[31m` behind.
"""

import re

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, movements of the cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]{0,2000}(?:\x07|\x1b\\|\x9c)"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates; left-to-right and right-to-left marks only help, and stay."""

MASK = "********"
# Both match whatever follows, so that no text is looked through twice: a stranger may have written it.
_ADDRESS = re.compile(r"://[^\s,]*")
_UP_TO_QUERY = re.compile(r"(://[^\s,?]*)(?:\?([^\s,'\"]*))?")


def without_secrets(text: str) -> str:
    """`text`, in whose URLs no user, no password and no query stand any more."""
    return _UP_TO_QUERY.sub(_without_query, _ADDRESS.sub(_without_user, text)) if "://" in text else text


def _without_user(address: re.Match[str]) -> str:
    _, at, place = address[0].rpartition("@")
    return f"://{MASK}@{place}" if at else address[0]


def _without_query(address: re.Match[str]) -> str:
    return f"{address[1]}?{MASK}" if address[2] else address[0]


def without_controls(text: str) -> str:
    """`text` without escape sequences, control characters and overrides; tabs and line ends stay."""
    if text.isascii() and text.isprintable():
        return text
    return without_overrides(_CONTROLS.sub("", _ESCAPES.sub("", text)))


def without_overrides(text: str) -> str:
    """`text` without bidirectional overrides: also right for pieces of a text, as each is one character."""
    return text if text.isascii() else _OVERRIDES.sub("", text)

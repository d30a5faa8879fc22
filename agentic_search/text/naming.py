"""What names were probably meant, and what people call kinds of JSON values; for complaints."""

from collections.abc import Iterable
from difflib import get_close_matches

_CUTOFF = 0.6
LONGEST_NAME = 200
"""Characters: comparing names longer than this costs more than the hint is worth."""
_MOST_NAMES = 1_000
"""Names that are compared, for the same reason."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'search_stories'?`, or nothing when no known name is near."""
    names = sorted(set(known) - {name})
    meant = _same_tool_elsewhere(name, names) or get_close_matches(
        name[:LONGEST_NAME], names[:_MOST_NAMES], n=1, cutoff=_CUTOFF
    )
    return f"; did you mean {' or '.join(map(repr, meant))}?" if meant else ""


def _same_tool_elsewhere(name: str, names: list[str]) -> list[str]:
    """`server.search` for `search`, and the other way round."""
    own = name.rpartition(".")[2]
    return [known for known in names if own and known.rpartition(".")[2] == own][:3]


def json_kind(value: object) -> str:
    """What people call a JSON value's type."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"

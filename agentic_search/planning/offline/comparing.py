"""Finds the two things that a question compares."""

import re
from collections.abc import Sequence

_SIDE = r"(?:the\s+|a\s+|an\s+|der\s+|die\s+|das\s+|dem\s+|den\s+|l['’]|la\s+|le\s+|les\s+)?(?P<{}>[^?!;]{{1,80}}?)"
_END = r"(?=[?!;.]*\s*$|[?!;]|\.\s|\s+(?:in|for|when|of|bei|für|in|dans|pour|en)\s)"
_ONE, _OTHER = _SIDE.format("one"), _SIDE.format("other") + _END
_COMPARED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:differences?|unterschiede?|différences?)\b.{{0,20}}?\b(?:between|zwischen|entre)\s+{_ONE}\s+(?:and|und|et)\s+{_OTHER}",
        rf"\b(?:compare|vergleiche|comparez?|comparer)\s+{_ONE}\s+(?:and|with|to|against|und|mit|et|avec|à)\s+{_OTHER}",
        rf"\b(?:comparison)\s+(?:of|between)\s+{_ONE}\s+(?:and|with|to)\s+{_OTHER}",
        rf"^(?:what\s+is\s+better,?\s*|which\s+is\s+better,?\s*)?{_ONE}\s+(?:vs\.?|versus)\s+{_OTHER}",
        rf"\b(?:how\s+(?:does|do|is|are))\s+{_ONE}\s+(?:differ(?:ent)?\s+from|compare\s+(?:to|with))\s+{_OTHER}",
        rf"\bshould\s+i\s+use\s+{_ONE}\s+or\s+{_OTHER}",
    )
)


def compared(text: str) -> Sequence[str]:
    """The two sides; none where nothing is compared."""
    for pattern in _COMPARED:
        if (found := pattern.search(" ".join(text.split()))) and len(text) < 500:
            sides = [found[name].strip(" ,.:'\"`") for name in ("one", "other")]
            return sides if all(sides) else ()
    return ()

"""How many generated cases a test tries: a fifth of its number, or all of them where ALL_CASES is set, say to yes."""

import os

_DIVISOR = 5


def cases(all_of_them: int) -> int:
    """A fifth of that number, or all."""
    return all_of_them if os.environ.get("ALL_CASES") else max(1, all_of_them // _DIVISOR)

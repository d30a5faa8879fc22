"""How many generated cases a test tries.

All of them by default; a fifth where FEWER_CASES is set, as .ci/run does for every interpreter but the first: what
generated cases find is seldom a matter of the interpreter.
"""

import os

_DIVISOR = 5


def cases(usual: int) -> int:
    """The usual number, or a fifth of it."""
    return max(1, usual // _DIVISOR) if os.environ.get("FEWER_CASES") else usual

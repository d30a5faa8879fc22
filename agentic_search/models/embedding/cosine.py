"""How near two vectors of one embedding model are to each other."""

import math
from collections.abc import Sequence


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """From -1 to 1; 0 where one is all zeros.

    Each number is divided first: products of numbers near the largest that there are would overflow.
    """
    length, length_of_other = math.hypot(*one), math.hypot(*other)
    if not length or not length_of_other:
        return 0.0
    return math.fsum(a / length * (b / length_of_other) for a, b in zip(one, other, strict=True))

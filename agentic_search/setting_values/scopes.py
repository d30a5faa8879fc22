"""What a key may be allowed to do."""

from typing import Literal, TypeAlias, get_args

Scope: TypeAlias = Literal["search", "read", "approve", "admin"]
"""`search` begins, stops and deletes runs of one's own, `read` reads them, `approve` lets tools change something.

`admin` is all of these, for everybody's runs, and what concerns the service itself: its servers, its keys.
"""
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
USUAL_RATE, USUAL_RUNS = 600, 32
"""Requests a minute, and runs that have not ended, unless a key says otherwise."""

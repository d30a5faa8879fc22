"""Who asks, and what they may do."""

from dataclasses import dataclass

from agentic_search.setting_values.scopes import SCOPES, Scope


@dataclass(frozen=True, slots=True)
class Caller:
    """A key's holder, somebody who has signed in, or anybody."""

    id: str | None
    """Whose the runs are that they begin; None where nobody is asked for a key."""
    name: str
    """What the audit log calls them."""
    scopes: frozenset[Scope]
    max_runs: int | None = None
    """Runs of theirs that have not ended, at most."""
    rate: int | None = None
    """Their requests a minute, at most."""

    def may(self, scope: Scope) -> bool:
        """Whether they may do what needs this scope."""
        return scope in self.scopes or "admin" in self.scopes

    @property
    def sees_only(self) -> str | None:
        """Whose runs they see alone; None: everybody's."""
        return None if "admin" in self.scopes else self.id or ""


ANYBODY = Caller(None, "", SCOPES)
"""Where nobody is asked for a key."""
STRANGER = Caller("", "", frozenset())
"""Who gives no key where one is needed."""

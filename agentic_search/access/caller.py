"""Who asks, and what they may do. Pure."""

from dataclasses import dataclass

from agentic_search.domain.query import Query
from agentic_search.errors import Forbidden
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


def need(caller: Caller, scope: Scope, doing: str) -> None:
    """Raises Forbidden where the caller's key does not have the scope."""
    if not caller.may(scope):
        raise Forbidden(f"This key may not {doing}: ask for one with the scope {scope!r}.")


def permitted(query: Query, caller: Caller) -> Query:
    """The question as the caller may ask it: who may not approve lets nothing run unasked that may change something.

    Raises Forbidden where it names tools that are to.
    """
    if caller.may("approve"):
        return query
    if query.approve:
        need(caller, "approve", "let tools run unasked that may change something ('approve')")
    return query.model_copy(update={"ask_first": True}) if query.brings_a_plan else query

"""What a scope allows, beyond whole routes. Pure."""

from agentic_search.domain.caller import Caller
from agentic_search.domain.query import Query
from agentic_search.errors import Forbidden
from agentic_search.setting_values.scopes import Scope


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

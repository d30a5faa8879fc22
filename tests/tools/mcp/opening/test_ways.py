"""Ways to open a session: what is told of them."""

from agentic_search.tools.mcp.opening.ways import BY_INITIALIZE, BY_OLDER_TRANSPORT, Ways


def test_each_way_is_new_once_also_when_what_was_learnt_is_forgotten() -> None:
    ways = Ways()
    assert ways.is_new(BY_INITIALIZE)
    ways.forget()
    assert not ways.is_new(BY_INITIALIZE)
    assert ways.is_new(BY_OLDER_TRANSPORT)

"""Events on their way to a listener: the bytes are the same, however many are sent at once."""

from agentic_search.api.sse import joined
from agentic_search.events import facts
from agentic_search.events.event import Event


def events(*lengths: int) -> list[Event]:
    """One of each length about."""
    return [Event(seq, "r", 0, facts.AnswerDelta(text="x" * length)) for seq, length in enumerate(lengths, 1)]


def test_events_that_come_together_are_sent_in_one_piece_as_they_are_alone() -> None:
    come = events(1, 2, 3)
    (piece,) = joined(come)
    assert piece == b"".join(message for event in come for message in joined([event]))
    assert piece.startswith(b"id: 1\nevent: answer.delta\ndata: {") and piece.count(b"\n\n") == 3


def test_large_events_are_sent_in_pieces_of_their_own() -> None:
    come = events(10, 100_000, 100_000, 10, 10)
    pieces = [*joined(come)]
    assert [piece.count(b"id: ") for piece in pieces] == [2, 1, 2]
    assert b"".join(pieces) == b"".join(message for event in come for message in joined([event]))


def test_nothing_is_sent_for_no_event() -> None:
    assert [*joined([])] == []

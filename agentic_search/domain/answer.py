"""What a run gives back: text whose every mark [n] is one of its sources."""

from agentic_search.domain.data import Frozen


class Source(Frozen):
    """A passage that an answer cites, under its number."""

    id: int
    """The n of the answer's marks [n]: 1, 2, 3 …"""

    title: str
    url: str
    """URL or address, exactly as the tool returned it."""

    snippet: str
    """The part of the passage that bears on the question."""

    task_id: str
    """The task that found it."""


class LeftOut(Frozen):
    """Something the answer had to do without."""

    what: str
    """A task or a passage, named for people."""

    why: str
    """Did not fit, failed, was skipped, came too late …"""


class Answer(Frozen):
    """The finished answer."""

    text: str
    """Markdown with marks [n]."""

    html: str
    """The same as sanitised HTML."""

    sources: tuple[Source, ...] = ()
    """The sources cited, by number."""

    left_out: tuple[LeftOut, ...] = ()
    """What it does without."""

"""What a run gives back: text whose every mark [n] is one of its sources."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from agentic_search.domain.data import Frozen
from agentic_search.text.controls import without_controls

LONGEST_SNIPPET = 2_000
"""Characters that are shown of a source: data without sentences would be one of any length."""


def _as_snippet(text: str) -> str:
    return without_controls(text[:LONGEST_SNIPPET])


Verdict = Literal["supported", "weak", "unsupported"]
"""How far a source's text says what a sentence that cites it says."""


class Source(Frozen):
    """A passage that an answer cites, under its number."""

    id: int
    """The n of the answer's marks [n]: 1, 2, 3 …"""

    title: str
    url: str
    """URL or address, exactly as the tool returned it."""

    snippet: Annotated[str, AfterValidator(_as_snippet)]
    """The part of the passage that bears on the question."""

    task_id: str
    """The task that found it; empty for one that an earlier answer of the conversation cites."""


class Support(Frozen):
    """What one source has for one sentence that cites it."""

    sentence: str
    """The sentence of the answer, without its marks."""

    source: int
    """The n of the mark [n]."""

    verdict: Verdict
    span: Annotated[str, AfterValidator(without_controls)] = ""
    """The part of the source's text that is nearest to the sentence, word for word; empty where there is none."""


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

    support: tuple[Support, ...] = ()
    """What each source has for each sentence that cites it, in the text's order."""

    nothing_found: bool = False
    """The answer says that nothing was found."""


class Turn(Frozen):
    """An earlier question of the same thread and its answer, as later planners and writers are given them."""

    query: str
    answer: str
    """Markdown with marks [n]; empty where there was none."""

    sources: tuple[Source, ...] = ()
    """The sources that the answer cites, by number."""

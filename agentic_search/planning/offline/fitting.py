"""Other tools than searches, called where a question names what they are for and gives what they need."""

from collections.abc import Sequence

from agentic_search.planning.offline.calls import OfflineCall, usable
from agentic_search.planning.offline.filling import fill
from agentic_search.planning.offline.question import Question
from agentic_search.planning.offline.tool_words import told_words, words
from agentic_search.planning.relevance import ScoredTool
from agentic_search.text.lexicon import terms

_MUCH = 0.5


def fitting(scored: Sequence[ScoredTool], question: Question, *, beside: int) -> list[OfflineCall]:
    """The best call."""
    asked = frozenset(terms(question.text))
    for each in scored:
        name = words(each.tool.name)
        if len(name & asked) < max(2, _MUCH * len(name)) and len(asked & told_words(each.tool)) <= _MUCH * len(asked):
            continue
        filling = fill(each.tool, question, freely=True)
        if usable(filling, each.tool):
            return [OfflineCall(each.tool, filling.arguments)]
    return []

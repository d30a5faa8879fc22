"""Says that nothing was found: where it was looked for, and what would help."""

from collections.abc import Iterator, Sequence

from agentic_search.synthesis.evidence.writer_input import WriterInput
from agentic_search.synthesis.extracts.best_sentence import Quoted
from agentic_search.synthesis.extracts.question_form import Need, need
from agentic_search.synthesis.markdown.escape import code_span, escape_inline
from agentic_search.text.lexicon import terms

NOTHING = "Nothing found."
"""What an answer begins with where nothing was found; models are told so, too."""

NO_WORDS = "The question holds nothing to search for: only words that every text has, or none."

_LISTED = 10
"""Servers, and notes of tools, named."""

_HELP: dict[Need, str] = {
    "greeting": "Ask a question, and the tools are searched for the answer.",
    "calculation": "A tool that calculates would help, or a language model.",
    "translation": "A language model would help: the tools here only search.",
}


def says_nothing_found(answer: str) -> bool:
    """Whether an answer begins with the words by which answers say so, as models are told to."""
    return answer.lstrip("*_#> \n").startswith(NOTHING.rstrip("."))


def nothing_paragraphs(writer_input: WriterInput, near: Sequence[Quoted], first: int) -> Iterator[str]:
    """Nothing found, the places that were searched, what would help, and near misses by their titles."""
    if terms(query := writer_input.query) or (need(query) and any(map(str.isalnum, query))):
        yield " ".join(filter(None, (f"**{NOTHING}**", _searched(writer_input), _help(query))))
    else:
        yield f"**{NO_WORDS}** Name the thing that it is about, or put its title into quotation marks."
    if near:
        yield "Nearest, though it answers something else:"
        yield "\n".join(f"- {item.name} [{number}]" for number, item in enumerate(near, start=first))
    if writer_input.notes:
        yield "\n".join(["What happened:\n", *(f"- {escape_inline(line)}" for line in writer_input.notes[:_LISTED])])


def _searched(writer_input: WriterInput) -> str:
    if not writer_input.searched:
        return "The tools returned nothing that answers this question."
    places = [escape_inline(place) for place in writer_input.searched[:_LISTED]]
    more = len(writer_input.searched) - _LISTED
    return f"Searched: {', '.join([*places, *([f'{more} more'] if more > 0 else [])])}; no text there answers this."


def _help(query: str) -> str:
    web = f"switched on at the start page or by {code_span('AGENTIC_SEARCH_WEB')}"
    general = f"Other words may help, or a search of the web ({web}), or a language model."
    return _HELP.get(need(query), general)

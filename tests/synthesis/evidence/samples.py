"""Evidence as tools give it, for the tests of synthesis."""

import asyncio
import inspect
import re
from html import unescape

from agentic_search.domain.outcome import Evidence, Passage
from agentic_search.synthesis.evidence.writer_input import WriterInput

ASYNCIO_QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"

ASYNCIO_NAMES = (
    "gather",
    "TaskGroup",
    "wait",
    "create_task",
    "as_completed",
    "wait_for",
    "Queue",
    "timeout",
    "Semaphore",
)


def numbered(*texts: str, task: str = "t1") -> tuple[Evidence, ...]:
    """One passage a text, titled `Title n` at https://docs.example/n."""
    return tuple(
        Evidence(n, Passage(title=f"Title {n}", url=f"https://docs.example/{n}", text=text), task)
        for n, text in enumerate(texts, start=1)
    )


def asyncio_docs() -> tuple[Evidence, ...]:
    """What a search of the Python documentation gives for the question about asyncio, in its order."""
    return tuple(
        Evidence(n, Passage(title=f"asyncio.{name}", url=f"https://docs.example/asyncio#{name}", text=_doc(name)), "t1")
        for n, name in enumerate(ASYNCIO_NAMES, start=1)
    )


def _doc(name: str) -> str:
    documented = getattr(asyncio, name)
    return f"{name}{inspect.signature(documented)}\n\n{inspect.getdoc(documented)}"


def writer_input(query: str, *texts: str) -> WriterInput:
    """A question with one passage a text."""
    return WriterInput(query, numbered(*texts))


def visible(html: str) -> str:
    """What a reader of the HTML sees."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def bare(text: str) -> str:
    """Text without white space and backticks: what is left when layout does not count."""
    return re.sub(r"[\s`]+", "", text)

"""Natural questions over the real standard library: what must be found is among the first five.

Only what has its documentation in source form is asked for. Some questions miss, so a share is asserted, not every row.
"""

import sys

import pytest

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.answers.answering import find
from tests.mcp_servers.python_docs.answers.questions import TUNED, UNSEEN, table


def titles(index: Index, question: str, limit: int = 5) -> list[str]:
    return [result.title for result in find(index, question, limit=limit, groups=None).results]


# The standard library of Python 3.14 has more that answers, such as the queue of concurrent.interpreters.
OF_TUNED = 0.92 if sys.version_info < (3, 14) else 0.89


@pytest.mark.parametrize(("lines", "share"), [(TUNED, OF_TUNED), (UNSEEN, 0.75)], ids=["tuned", "unseen"])
def test_most_questions_are_answered_among_the_first_five(standard_index: Index, lines: str, share: float) -> None:
    questions = table(lines)
    found = {question: titles(standard_index, question) for question, _ in questions}
    missed = [(question, found[question]) for question, wanted in questions if not wanted.intersection(found[question])]
    assert len(missed) <= (1 - share) * len(questions), missed


def test_the_ways_to_run_coroutines_at_once_are_all_among_the_first_five(standard_index: Index) -> None:
    question = "How do I run several coroutines at once in asyncio and wait for all of them?"
    assert {"asyncio.gather", "asyncio.TaskGroup", "asyncio.wait"} <= set(titles(standard_index, question))


@pytest.mark.parametrize(
    "name",
    [
        *("asyncio.gather", "asyncio.TaskGroup", "concurrent.futures.ThreadPoolExecutor", "json.JSONDecoder"),
        *("random.choice", "os.path.join", "datetime.datetime.fromisoformat", "decimal.Decimal", "io.TextIOWrapper"),
        *(
            "collections.abc.Mapping",
            "unittest.mock.patch",
            "urllib.parse.urlsplit",
            "str.partition",
            "logging.getLogger",
            "multiprocessing.Pool",
            "pathlib.Path.read_bytes",
            "argparse.ArgumentParser.add_argument",
            "ipaddress.IPv4Network.hosts",
            "asyncio.QueueEmpty",
            "re.compile",
        ),
    ],
)
def test_what_is_public_is_known_by_its_public_name(standard_index: Index, name: str) -> None:
    assert [entry.title for entry in standard_index.titled(name)][:1] == [name]


def test_nothing_private_has_got_into_the_index(standard_index: Index) -> None:
    private = [title for title in standard_index.titles() if any(part.startswith("_") for part in title.split("."))]
    assert [title for title in private if not title.startswith("object.__") and "__" not in title] == []

"""Follow-up questions get the subject of the one before; questions that stand by themselves are left as they are."""

import pytest

from agentic_search.conversation.follow_up import LONGEST_FOLLOW_UP, stand_alone
from agentic_search.domain.answer import Turn

LRU = "What does functools.lru_cache do?"


def after(query: str, *before: str) -> str:
    """`query` as it is understood after these questions."""
    return stand_alone(query, [Turn(query=each, answer="") for each in before])


@pytest.mark.parametrize(
    ("before", "query", "understood"),
    [
        ("How many people lived in Berlin in 2010?", "and in 2019?", "How many people lived in Berlin in 2019?"),
        ("What changed in Python 3.11?", "and in 3.12?", "What changed in Python 3.12?"),
        ("Wer war Konrad Zuse?", "Wann wurde er geboren?", "Wann wurde Konrad Zuse geboren?"),
        ("What is the capital of Peru?", "what is the weather there?", "what is the weather there (Peru)?"),
        ("Who won in 2018?", "and 2022?", "Who won in 2022?"),
        ("What are 3 examples of birds?", "and 5?", "What are 5 examples of birds?"),
        ("How do I cancel asyncio.gather?", "what about TaskGroup?", "How do I cancel TaskGroup?"),
        ("Which version of pydantic is installed?", "and fastapi?", "Which version of fastapi is installed?"),
        ("Which version of pydantic is installed?", "What about FastAPI?", "Which version of FastAPI is installed?"),
        ("How do I set a timeout in httpx?", "and in aiohttp?", "How do I set a timeout in aiohttp?"),
        ("Latest news about Rust", "and about Go?", "Latest news about Go?"),
        ("stories by mara_k", "and by tobiasw", "stories by tobiasw?"),
        ("How many stories mention Rust?", "what about Kubernetes?", "How many stories mention Kubernetes?"),
        ("What is the weather in Paris?", "in London?", "What is the weather in London?"),
        ("What is the population of France?", "And of Spain?", "What is the population of Spain?"),
        ("What is the default task timeout?", "and the deadline?", "What is the deadline?"),
        ("How do I read a CSV file?", "with pandas?", "How do I read a CSV file with pandas?"),
        ("Which stories mention Kubernetes?", "how many?", "how many stories mention Kubernetes?"),
        ("What is asyncio.TaskGroup?", "show me an example", "show me an example asyncio.TaskGroup?"),
        ("What is asyncio.TaskGroup?", "more details", "more details asyncio.TaskGroup?"),
        ("list my documents", "which is the newest?", "which is the newest my documents?"),
        (LRU, "who wrote it?", "who wrote functools.lru_cache?"),
        (LRU, "is that function fast?", "is functools.lru_cache fast?"),
        (LRU, "Where is its source?", "Where is its source (functools.lru_cache)?"),
        ("What is asyncio.run?", "How does it differ from gather?", "How does asyncio.run differ from gather?"),
        ("Who founded Helios Energy?", "What does this company make?", "What does Helios Energy make?"),
        ("Why was the plant postponed?", "why?", "why plant postponed?"),
        (
            "Which company postponed its battery plant in Leipzig?",
            "Why did they do it?",
            "Why did they do it (company postponed its battery plant in Leipzig)?",
        ),
        ("Wie viele Einwohner hat Berlin?", "und Hamburg?", "Wie viele Einwohner hat Hamburg?"),
        ("Wie ändere ich den Port?", "und den Host?", "Wie ändere ich den Host?"),
        ("Was macht asyncio.run?", "Und wie beende ich es?", "Und wie beende ich asyncio.run?"),
        ("Wie ist das Wetter in Paris?", "und in Rom?", "Wie ist das Wetter in Rom?"),
        ("Comment trier une liste ?", "et un dictionnaire ?", "Comment trier un dictionnaire?"),
        ("Quelle est la population de Lyon ?", "et de Nice ?", "Quelle est la population de Nice?"),
        ("¿Cuántas historias hay sobre Rust?", "¿y sobre Go?", "¿Cuántas historias hay sobre Go?"),
    ],
)  # fmt: skip
def test_a_follow_up_has_the_subject_of_the_question_before(before: str, query: str, understood: str) -> None:
    assert after(query, before) == understood


@pytest.mark.parametrize(
    "query",
    [
        "How do I open a file and read it?",
        "What is the capital of France?",
        "Is it possible to run two loops at once?",
        "List all packages installed",
        "How long does it take to fly to Mars?",
        "Are there limits on the size of a result?",
        "How much would it cost to rent a bike?",
        "How many days are between two dates?",
        "In Python, how do I read a JSON file?",
        "What does asyncio.gather do?",
        "Wie lese ich eine JSON-Datei in Python?",
        "Gibt es eine Geschichte über Brücken?",
        "Comment trier une liste de dictionnaires par clé ?",
        "Which function copies a tree so that its links stay?",
        "What time is it in Tokyo?",
        "Is there a way to freeze a dataclass?",
        "remove a directory and everything in it",
        "Does requests come with this installation?",
        "For which companies did people work that were laid off?",
        "hello",
        "How can a decorated function keep its name?",
        "Who is the author of the story about bees?",
        "Is there a function that sorts lists?",
        "What happens to a server that keeps failing?",
        "Qu'est-ce que asyncio ?",
        "¿Qué es asyncio?",
        "sqlite3 use row as dictionary",
        "And operator in Python",
        "With which setting do I change the port of the service?",
        "retry a function when it raises an exception",
        "Which events does the stream send?",
        "latest AI news",
        "What is 17 times 23?",
        "On Linux, where does pip keep its cache?",
        "difference between os.path.join and pathlib",
    ],
)
def test_a_question_that_stands_by_itself_is_left_alone(query: str) -> None:
    assert after(query, LRU) == query
    assert after(query, "Wie viele Einwohner hat Berlin?") == query


def test_the_subject_is_handed_on_from_follow_up_to_follow_up() -> None:
    turns = ["How many people lived in Berlin in 2010?", "and in 2019?"]
    assert after("and in 2023?", *turns) == "How many people lived in Berlin in 2023?"
    turns = ["Wie viele Einwohner hat Berlin?", "und München?"]
    assert after("what about Hamburg?", *turns) == "Wie viele Einwohner hat Hamburg?"


def test_the_first_question_of_a_thread_and_a_long_one_stand_by_themselves() -> None:
    assert after("and in 2019?") == "and in 2019?"
    long = "and it is " + "very " * LONGEST_FOLLOW_UP
    assert after(long, LRU) == long


@pytest.mark.parametrize(
    "query", ["?", "   ", "and", "and?", "🎉", "it", "…", "`", "a" * 8_000, "(" * 190, "und " * 40]
)
def test_any_text_is_answered_and_none_takes_long(query: str) -> None:
    assert isinstance(after(query, LRU, query, query), str)

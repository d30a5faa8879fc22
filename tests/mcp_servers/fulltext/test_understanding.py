"""What is read into a question whose words the index does not have."""

from collections.abc import Iterator

import pytest

from agentic_search.mcp_servers.fulltext import Entry, Index, Understood
from agentic_search.mcp_servers.fulltext.spelling import distance, variants

TEXTS = {
    "timeout": "Set a timeout for each request.",
    "postgres": "How we cut our Postgres bill.",
    "dictionary": "Sort a list of dictionaries by a key.",
    "file": "Read a JSON file.",
    "laid": "Aurora lays off people. Sellers sold much and the children wrote of it.",
    "german": "Viele Bibliotheken leihen Häuser aus Papier.",
    "russian": "Ёлки стоят в лесу, книги лежат дома.",
    "chinese": "今天北京天气很好，适合去公园散步。",
    "glued": "gb东京word",
    "turkish": "İstanbul'da yağmur, Straße und Łódź",
    "dogs": "Evde köpek besleyenler, odunu kuru yerde saklar.",
    "tea": "我喜欢喝绿茶。",
    "miller": "Frau Mueller fährt nach Koeln.",
    "thai": "คนไทยชอบกินข้าวเหนียวมะม่วงในหน้าร้อน",
    "polish": "W bibliotekach szczepionych drzew nie ma.",
    "concurrency": "Concurrent executors run functions.",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index(tmp_path_factory.mktemp("index") / "words.sqlite3") as made:
        made.replace("texts", "1", (Entry(name, "", body) for name, body in TEXTS.items()))
        yield made


def best(index: Index, question: str) -> str | None:
    found = index.search(index.understood(question).text, limit=1)
    return found[0].entry.address if found else None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("timeut", "timeout"),
        ("tiemout", "timeout"),
        ("timmeout", "timeout"),
        ("reqest", "timeout"),
        ("postgress costs", "postgres"),
        ("Potsgres", "postgres"),
        ("dictionnaires", "dictionary"),
        ("concurent exectuors", "concurrency"),
        ("Biblioteken", "german"),
        ("кинги", "russian"),
        ("laid off", "laid"),
        ("laying", "laid"),
        ("selling", "laid"),
        ("child", "laid"),
        ("written", "laid"),
        ("Wie lese ich eine JSON-Datei?", "file"),
        ("如何读取文件", "file"),
        ("Comment trier une liste par clé ?", "dictionary"),
        ("¿Cómo ordenar una lista?", "dictionary"),
        ("Bibliothek", "german"),
        ("Wo ist das Haus?", "german"),
        ("книгу", "russian"),
        ("елка", "russian"),
        ("ЁЛКА", "russian"),
        ("北京", "chinese"),
        ("北京天气怎么样", "chinese"),
        ("東京 东京", "glued"),
        ("gb word", "glued"),
        ("İSTANBUL", "turkish"),
        ("istanbul", "turkish"),
        ("ISTANBUL", "turkish"),
        ("strasse", "turkish"),
        ("lodz", "turkish"),
        ("Köpekler ne yer?", "dogs"),
        ("Odunlar nasıl saklanır?", "dogs"),
        ("茶", "tea"),
        ("Müller", "miller"),
        ("Köln", "miller"),
        ("ข้าวเหนียว", "thai"),
        ("Gdzie są biblioteki drzew?", "polish"),
    ],
)
def test_a_question_finds_what_it_means(index: Index, question: str, wanted: str) -> None:
    assert best(index, question) == wanted


def test_what_was_read_into_a_question_is_told(index: Index) -> None:
    assert index.understood("set a timeut").note == 'Searched "timeout" for "timeut".'
    assert index.understood("Wie lese ich eine Datei?").note == 'Searched "read" for "lese"; "file" for "Datei".'
    assert index.understood("timeout").note == ""


@pytest.mark.parametrize("question", ["?", "🎉", "the of and", "…"])
def test_a_question_without_words_says_so(index: Index, question: str) -> None:
    assert "no words to search for" in index.understood(question).note


@pytest.mark.parametrize(
    "question", ["bread", "What is the capital of France?", "Paris", "asdkjh qwoeiu", "weather in Berlin", "x", "b2b"]
)
def test_what_is_no_misspelling_is_left_alone(index: Index, question: str) -> None:
    assert index.understood(question).read == {}


@pytest.mark.parametrize("question", ["q" * 8_000, " ".join(f"w{letter}rdxyz" for letter in "abcdefgh") * 900])
def test_a_question_as_long_as_allowed_is_read_within_bounds(index: Index, question: str) -> None:
    understood = index.understood(question)
    assert isinstance(understood, Understood)
    assert len(understood.read) <= 24


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("lock", "lokc", 1),
        ("lock", "lock", 0),
        ("request", "reqest", 1),
        ("dictionnair", "dictionari", 2),
        ("a", "abcd", 3),
    ],
)
def test_edits_are_counted_up_to_a_bound(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 2) == distance(other, one, 2) == edits


def test_the_first_letter_is_kept_save_for_an_exchange() -> None:
    assert {word[0] for word in variants("gather")} == {"g", "a"}
    assert "agther" in variants("gather")
    assert "break" not in variants("bread")


def test_function_words_of_a_known_language_are_not_searched_for(index: Index) -> None:
    assert index.understood("Wie wird das Papier gelesen?").text.startswith("Papier gelesen?")
    assert index.understood("¿Qué es un file?").text.split()[0] != "¿Qué"


@pytest.mark.parametrize("question", ["la la land", "how to use mit in a file", "Wer ist das?", "del"])
def test_words_that_may_be_meant_stay(index: Index, question: str) -> None:
    assert index.understood(question).text.startswith(question)

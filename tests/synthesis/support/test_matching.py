"""How far a source says what a sentence says: words, quantities, names and denials all count."""

import pytest

from agentic_search.domain.answer import Verdict
from agentic_search.synthesis.support.matching import LONGEST_SPAN, SourceText

SOURCE = SourceText(
    "The client waits 60 seconds for an answer by default. It can be raised to 1,500 s.\n"
    "Ada Lovelace wrote the first program in 1843 for Charles Babbage.\n"
    "Connections are not thread-safe. The cache is enabled unless a server forbids it.\n"
    "- A queue keeps at most twenty jobs\n",
    "Waiting in client",
)


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("The client waits 60 seconds for an answer by default.", "supported"),
        ("By default, clients wait 60 s for answers.", "supported"),
        ("By default the client waits one minute for an answer.", "supported"),
        ("By default the client waits ６０ seconds for an answer.", "supported"),
        ("By default the client waits 30 seconds for an answer.", "unsupported"),
        ("By default the client waits 60 minutes for an answer.", "unsupported"),
        ("By default the client waits 60 ms for an answer.", "unsupported"),
        ("The client's wait for an answer can be raised to 1500 s.", "supported"),
        ("Ada Lovelace wrote the first program in 1843.", "supported"),
        ("Grace Hopper wrote the first program in 1843.", "unsupported"),
        ("Ada Lovelace wrote the first program in 1852.", "unsupported"),
        ("Ada Lovelace wrote the last program in 1843.", "unsupported"),
        ("Connections are thread-safe.", "unsupported"),
        ("Connections are not thread-safe.", "supported"),
        ("The cache is disabled unless a server forbids it.", "unsupported"),
        ("A queue keeps at most 20 jobs.", "supported"),
        ("A queue keeps at most thirty jobs.", "unsupported"),
        ("Waiting in client: A queue keeps at most twenty jobs", "supported"),
        ("Bananas ripen faster in warm rooms.", "unsupported"),
        ("", "weak"),
        ("Yes.", "weak"),
        ("60 s", "supported"),
        ("45 s", "unsupported"),
    ],
)
def test_what_a_source_states_otherwise_or_lacks_counts_against_a_sentence(sentence: str, verdict: Verdict) -> None:
    assert SOURCE.match(sentence).verdict == verdict


@pytest.mark.parametrize(
    ("text", "sentence", "verdict"),
    [
        ("Die Vorgabe beträgt 60 Sekunden.", "Die Vorgabe beträgt 60 Sekunden.", "supported"),
        ("Die Vorgabe für Antworten beträgt 60 s.", "Die Vorgabe beträgt 30 s.", "unsupported"),
        ("默认超时为六十秒，之后连接关闭。", "默认超时之后连接关闭。", "supported"),
        ("Use asyncio.timeout to cancel.", "Use asyncio.wait_for to cancel.", "unsupported"),
        ("", "Anything at all.", "unsupported"),
    ],
)
def test_other_languages_and_names_of_programs(text: str, sentence: str, verdict: Verdict) -> None:
    assert SourceText(text).match(sentence).verdict == verdict


def test_the_span_is_the_sources_own_text_and_bounded() -> None:
    text = "Nothing here. " * 50 + "The  answer\tis " + "very " * 200 + "long."
    match = SourceText(text).match("The answer is very long.")
    assert match.span in text
    assert 0 < len(match.span) <= LONGEST_SPAN
    assert SOURCE.match("Bananas ripen faster.").span == ""


def test_two_neighbouring_sentences_may_support_one() -> None:
    source = SourceText("The pool opens at start. It keeps eight workers alive. Unrelated words follow.")
    match = source.match("The pool opens at start and keeps eight workers alive.")
    assert match.verdict == "supported"
    assert match.span == "The pool opens at start. It keeps eight workers alive."


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Why ferries are late", "supported"),
        ("Why ferries are late (2023-12-12)", "supported"),
        ("Why ferries are late: The bus waits for the ferry.", "supported"),
        ("Why ferries are late (2024-01-09)", "unsupported"),
        ("Why ferries are late and ferrymen are rich", "unsupported"),
        ("", "weak"),
    ],
)
def test_a_title_names_its_source_and_says_nothing_of_itself(sentence: str, verdict: str) -> None:
    text = "The bus waits for the ferry.\ncreated_at: 2023-12-12T09:00:00Z"
    assert SourceText(text, "Why ferries are late").match(sentence).verdict == verdict

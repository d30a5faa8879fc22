"""Questions become MATCH expressions that SQLite takes, whatever was typed."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentic_search.mcp_servers.fulltext import compounds, match_expression, terms


@pytest.mark.parametrize(
    ("question", "expression"),
    [
        ("How do I parse a date?", '"parse" OR "date"'),
        ("parse PARSE parse", '"parse"'),
        ('say "hello" AND (run)', '"say" OR "hello" OR "run"'),
        ("title:NEAR(a b) ^x*", '"title" OR "near" OR "b" OR "x"'),
        ("asyncio.gather", '"asyncio.gather" OR "asyncio" OR "gather"'),
        ("utf-8", '"utf-8" OR "utf" OR "8"'),
        ("parse_qs", '"parse_qs"'),
        ("Größe naïve 東京", '"größe" OR "naïve" OR "東京"'),
        ("what is this", ""),
        ("What's Ann's vitamin D?", '"ann" OR "vitamin" OR "d"'),
        ("", ""),
        ("\x00 ''\" ;-- * ^ ___", ""),
    ],
)
def test_a_question_becomes_quoted_terms_joined_by_or(question: str, expression: str) -> None:
    assert match_expression(question) == expression


def test_a_question_as_long_as_allowed_becomes_a_bounded_expression() -> None:
    words = " ".join(f"word{number}" for number in range(1_500))
    assert len(terms(words)) == 64
    assert len(compounds(words.replace(" ", "-"))) == 1


@given(st.text(max_size=300))
def test_sqlite_takes_the_expression_of_any_question(question: str) -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (body)")
        connection.execute("INSERT INTO words VALUES ('some text')")
        expression = match_expression(question)
        if expression:
            connection.execute("SELECT * FROM words WHERE words MATCH ?", (expression,)).fetchall()
    finally:
        connection.close()

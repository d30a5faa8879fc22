"""References are rewritten where they read a task, and nowhere else; what is too large to evaluate is refused."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.references import BadReference, parse_reference, renamed


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("${t2}", "${t1}"),
        ("about ${t2.t2.x} and t2, ${t3}", "about ${t1.t2.x} and t2, ${t3}"),
        ("${t2[?t2 == 't2'].id}", "${t1[?t2 == 't2'].id}"),
        ("${join('-', [t2.a, t2.b, item.t2])}", "${join('-', [t1.a, t1.b, item.t2])}"),
        ('${"t2".x}', "${t1.x}"),
        ("${a-b.c}", "${t9.c}"),
        ("${t20}", "${t20}"),
        ("${t2", "${t2"),
        ("no reference to t2", "no reference to t2"),
    ],
)
def test_only_names_of_tasks_are_rewritten(text: str, rewritten: str) -> None:
    value: JsonValue = {"t2": [text, 2, None]}
    assert renamed(value, {"t2": "t1", "a-b": "t9"}) == {"t2": [rewritten, 2, None]}


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 500 + "t1" + ")" * 500,
        "t1" + "|t1" * 500,
        "t1" + ".a" * 200 + "|b" * 200,
        "!" * 600 + "t1",
        "not_null(" * 300 + "t1" + ")" * 300,
        "{a:" * 300 + "t1" + "}" * 300,
        "t1[?" * 200 + "a" + "]" * 200,
        "`" + "[" * 1_900 + "]" * 1_900 + "`|t1",
        "`" + "[" * 101 + "]" * 101 + "`|t1",
    ],
)
def test_an_expression_that_is_nested_too_deep_is_refused(expression: str) -> None:
    with pytest.raises(BadReference, match="nested too deep") as refused:
        parse_reference(expression)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("expression", ["[t1, t1]" + "|[@, @]" * 20, "{a: t1, b: t1}" + "|{a: @, b: @}" * 20])
def test_an_expression_that_multiplies_what_it_reads_is_refused(expression: str) -> None:
    with pytest.raises(BadReference, match="repeats what it reads"):
        parse_reference(expression)


@pytest.mark.parametrize("expression", ["a" * 4_000_000, "t1." + "b-" * 5_000, "(" * 1_000_000])
def test_an_expression_that_is_too_long_is_refused_unread(expression: str) -> None:
    with pytest.raises(BadReference, match="longer than 4,000 characters"):
        parse_reference(expression)


@pytest.mark.parametrize("expression", ["ceil(to_number('1e999')) || t1", "t1[::0]", "sort_by(t1, &@)", "abs(t1)"])
def test_what_jmespath_itself_trips_over_is_a_bad_reference(expression: str) -> None:
    with pytest.raises(BadReference, match="cannot be evaluated"):
        parse_reference(expression).resolve({"t1": [1, "a", None]})


def test_half_of_a_surrogate_pair_in_a_literal_is_replaced() -> None:
    assert parse_reference(r'`"\ud800!"` || t1').resolve({"t1": 1}) == "\ufffd!"


@pytest.mark.parametrize("expression", ["[" * 25 + "t1" + "]" * 25, "{a: " * 25 + "t1" + "}" * 25])
def test_an_expression_that_buries_what_it_reads_is_refused(expression: str) -> None:
    with pytest.raises(BadReference, match="nested too deep"):
        parse_reference(expression)

"""Arguments filled from values: types kept, text joined, results never read for references."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.references import BadReference, parse_reference, split_template, whole_reference
from agentic_search.scheduler.references import NothingFound, fill, is_true

VALUES: dict[str, JsonValue] = {
    "t1": {"n": 3, "rows": [{"id": "a"}, {"id": "b"}], "s": "text", "empty": None},
    "my-task": [1],
    "t2": "${t1.s}",
    "nothing": None,
}


@pytest.mark.parametrize(
    ("argument", "filled"),
    [
        ("${t1.n}", 3),
        (" ${t1.n}", " 3"),
        ("${t1.rows[*].id}", ["a", "b"]),
        ("ids: ${t1.rows[*].id}!", 'ids: ["a","b"]!'),
        ("${t1.empty}", None),
        ("${nothing}", None),
        ('${"nothing"}', None),
        ("${my-task}", [1]),
        ("${length(t1.rows)}", 2),
        ("${t2}", "${t1.s}"),
        ("${ {first: t1.rows[0].id, n: t1.n} }", {"first": "a", "n": 3}),
        ("$5 and {braces} and $", "$5 and {braces} and $"),
        ({"deep": ["${t1.s}", {"er": "<${t1.s}>"}]}, {"deep": ["text", {"er": "<text>"}]}),
        (7, 7),
        (None, None),
    ],
)
def test_an_argument_takes_values_with_their_types_and_text_joins_them(argument: JsonValue, filled: JsonValue) -> None:
    assert fill({"x": argument}, VALUES, required=("x",)) == {"x": filled}


@pytest.mark.parametrize(
    ("argument", "instead"),
    [
        ("${t1.nowhere}", "t1 has 'n', 'rows', 's', 'empty'"),
        ("${t1.nowhere.deep}", "t1 has 'n', 'rows', 's', 'empty'"),
        ("x${t1.nowhere}", "t1 has 'n'"),
        ("${t1.rows[7].id}", "t1 has 'n'"),
        ("${my-task[3]}", "my-task is a list of 1"),
        ("${t2.title}", "t2 is text"),
        ("${nothing.title}", "nothing has no result"),
        (["${t1.nowhere}"], "t1 has 'n'"),
        ({"deep": {"er": "${t1.nowhere}"}}, "t1 has 'n'"),
    ],
)
def test_a_required_argument_that_finds_nothing_is_told_with_what_is_there(argument: JsonValue, instead: str) -> None:
    with pytest.raises(NothingFound, match="finds nothing") as caught:
        fill({"x": argument}, VALUES, required=("x",))
    assert instead in str(caught.value)


DESCRIBED: list[tuple[JsonValue, str]] = [
    ({}, "t1 is an empty object"),
    ([], "t1 is an empty list"),
    ([1, 2], "t1 is a list of 2"),
    ([{}], "t1 is a list of 1"),
    ([{"id": 1}, 2], "t1 is a list of 2, the first with 'id'"),
    ("", "t1 is empty text"),
    ("x", "t1 is text"),
    (None, "t1 has no result"),
    (True, "t1 is true"),
    (1.5, "t1 is 1.5"),
]


@pytest.mark.parametrize(("value", "described"), DESCRIBED)
def test_what_is_there_instead_is_described_in_a_few_words(value: JsonValue, described: str) -> None:
    with pytest.raises(NothingFound) as caught:
        fill({"x": "${t1.nowhere}"}, {"t1": value}, required=("x",))
    assert str(caught.value) == f"${{t1.nowhere}} finds nothing: {described}"


def test_every_task_that_a_reference_reads_is_described_in_their_order() -> None:
    names = [f"t{number}" for number in range(1, 8)]
    reference = f"${{{' || '.join(f'{name}.x' for name in reversed(names))}}}"
    with pytest.raises(NothingFound) as caught:
        fill({"x": reference}, {**dict.fromkeys(names, "text"), "other": 1}, required=("x",))
    described = "; ".join(f"{name} is text" for name in names)
    assert str(caught.value) == f"{reference} finds nothing: {described}"


@pytest.mark.parametrize(("fields", "listed"), [(12, "'f11'"), (13, "'f11' …")])
def test_of_many_fields_twelve_are_named(fields: int, listed: str) -> None:
    value: JsonObject = {f"f{number}": 0 for number in range(fields)}
    with pytest.raises(NothingFound) as caught:
        fill({"x": "${t1.nowhere}"}, {"t1": value}, required=("x",))
    assert str(caught.value).endswith(f", {listed}")


def test_an_optional_argument_that_finds_nothing_is_left_out() -> None:
    arguments: JsonObject = {"a": "${t1.nowhere}", "b": "in ${t1.nowhere}", "c": "${t1.n}"}
    assert fill(arguments, VALUES, required=("c",)) == {"c": 3}


def test_half_an_optional_argument_is_not_left_out() -> None:
    with pytest.raises(NothingFound):
        fill({"filter": {"by": "${t1.nowhere}", "n": 1}}, VALUES, required=())


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("t1.stories[:3]", {"t1"}),
        ("t1.a[?id == 'x'].b", {"t1"}),
        ("length(t1) > length(t2)", {"t1", "t2"}),
        ("sort_by(t1.rows, &name)[0]", {"t1"}),
        ("my-task.rows[0]", {"my-task"}),
        ("t1.rows | [0]", {"t1"}),
        ("item.id", {"item"}),
        ("'my-task' == t1.name", {"t1"}),
    ],
)
def test_the_tasks_that_an_expression_reads_are_known_before_it_is_evaluated(expression: str, names: set[str]) -> None:
    assert parse_reference(expression).names == names


@pytest.mark.parametrize("text", ["${", "${}", "${t1", "${t1..x}", "${`1`}", "${'x'}", "a ${t1.x", "${t1 x}"])
def test_a_reference_that_cannot_be_read_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadReference, match=r"\$\{|brace"):
        split_template(text)


@pytest.mark.parametrize("text", ["t1", "${t1} and ${t2}", "x ${t1}", ""])
def test_a_condition_or_list_must_be_one_whole_reference(text: str) -> None:
    with pytest.raises(BadReference, match="one whole reference"):
        whole_reference(text)


@pytest.mark.parametrize(
    ("value", "holds"), [(0, True), (False, False), ("", False), ([], False), ({}, False), ([0], True)]
)
def test_only_false_null_and_empty_are_untrue(value: JsonValue, holds: bool) -> None:
    assert is_true(value) is holds

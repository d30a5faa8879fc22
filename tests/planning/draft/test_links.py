"""How tasks hang on each other: references anywhere in the arguments are found; a task is in one cycle at most."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from agentic_search.domain.plan import Task
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check
from agentic_search.planning.draft.links import cycles, links
from tests.planning.schemas import tool
from tests.support.effort import cases


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("${t1", "a"),
        (["fine", "${t1"], "a[1]"),
        ({"b": "${t1"}, "a.b"),
        ({"b": [{"c": [1, None, True, "${t1"]}]}, "a.b[0].c[3]"),
    ],
)
def test_a_bad_reference_is_named_with_its_path_however_deep_it_stands(value: JsonValue, path: str) -> None:
    [complaint] = links(Task(id="t2", tool="now", arguments={"a": value})).complaints
    assert complaint.startswith(f"argument {path!r}: ")


def test_references_are_read_in_lists_and_objects_in_the_order_of_writing() -> None:
    arguments: dict[str, JsonValue] = {"a": ["${t3}", {"b": "${t1.x} ${inputs.who}"}], "c": "${t3.y}"}
    found = links(Task(id="t4", tool="now", arguments=arguments, when="${t2}"))
    assert (found.reads, found.inputs, found.complaints) == (("t3", "t1", "inputs", "t2"), ("who",), ())


def test_only_what_is_read_of_inputs_must_be_an_input() -> None:
    draft: JsonValue = {"tasks": [{"tool": "now"}, {"tool": "now", "with": {"a": "${t1.name} ${inputs.who}"}}]}
    assert check(draft, [tool("now")], inputs={"who": "she"}).tasks[1].depends_on == ("t1",)
    with pytest.raises(PlanRefused, match="reads the input 'who', which the workflow does not have"):
        check(draft, [tool("now")], inputs={"name": "x"})


@given(st.dictionaries(st.integers(0, 8), st.lists(st.integers(0, 8), max_size=3), max_size=9))
@settings(max_examples=cases(200), deadline=None)
def test_a_cycle_is_named_exactly_where_there_is_one(edges: dict[int, list[int]]) -> None:
    needs = {str(node): [str(other) for other in others if other in edges] for node, others in edges.items()}
    found = list(cycles(needs))
    for cycle in found:
        assert cycle[0] == cycle[-1]
        assert all(after in needs[before] for before, after in pairwise(cycle))
    assert bool(found) == has_cycle(needs)


def has_cycle(needs: dict[str, list[str]]) -> bool:
    """Whether something is left when tasks that wait for nothing are taken away again and again."""
    left = dict(needs)
    while free := [node for node, others in left.items() if not any(other in left for other in others)]:
        for node in free:
            del left[node]
    return bool(left)


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3), max_size=7))
@settings(max_examples=cases(200), deadline=None)
def test_an_id_is_named_in_one_cycle_at_most(edges: dict[int, list[int]]) -> None:
    needs = {str(node): [str(other) for other in others if other in edges] for node, others in edges.items()}
    named = [each for cycle in cycles(needs) for each in cycle[:-1]]
    assert len(named) == len(set(named))


def test_looking_for_cycles_takes_time_in_proportion_to_the_plan() -> None:
    layers, followed = 200, 0

    class Following(list[str]):
        """What an id waits for; it counts the ids that are followed."""

        def __iter__(self) -> Iterator[str]:
            nonlocal followed
            for each in super().__iter__():
                followed += 1
                yield each

    needs = {
        f"{layer}{side}": Following([f"{layer + 1}a", f"{layer + 1}b"]) for layer in range(layers) for side in "ab"
    }
    needs |= {f"{layers}a": Following(), f"{layers}b": Following()}
    assert list(cycles(needs)) == []
    assert followed == 4 * layers, "there are 2^200 ways through it"

"""What is added to a plan: it may refer to earlier tasks, its ids go on, and it may be nothing."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.errors import PlanRefused
from agentic_search.models.ollama.grammar import OLLAMA_GRAMMAR
from agentic_search.planning.draft.check import check_added
from agentic_search.planning.planner import next_number
from agentic_search.planning.schema.plan_schema import plan_schema
from tests.planning.schemas import tool

READ = tool("read_story", {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]})
TOOLS = [READ, tool("now")]
EARLIER = ("t1", "t2", "t3")


def allowed(schema: JsonObject, draft: JsonValue) -> bool:
    return cast("bool", cast("Any", Draft202012Validator(schema)).is_valid(draft))


def test_ids_go_on_and_references_reach_back() -> None:
    draft: JsonValue = {
        "tasks": [{"tool": "read_story", "with": {"id": "${t2.id}"}}, {"tool": "now", "depends_on": ["t4", "t1"]}]
    }
    first, second = check_added(draft, TOOLS, earlier=EARLIER)
    assert (first.id, first.depends_on) == ("t4", ("t2",))
    assert (second.id, second.depends_on) == ("t5", ("t1", "t4"))


def test_nothing_can_be_added_to_a_plan_but_a_plan_is_not_nothing() -> None:
    assert check_added({"tasks": []}, TOOLS, earlier=EARLIER) == ()
    with pytest.raises(PlanRefused, match="at least one is needed"):
        check_added({"tasks": []}, TOOLS, earlier=())


def test_an_id_of_an_earlier_task_is_taken_and_an_unknown_one_is_no_task() -> None:
    draft: JsonValue = {"tasks": [{"id": "t2", "tool": "now"}, {"tool": "read_story", "with": {"id": "${t9.id}"}}]}
    with pytest.raises(PlanRefused) as refused:
        check_added(draft, TOOLS, earlier=EARLIER)
    assert any("2 tasks have the id 't2'" in complaint for complaint in refused.value.complaints)
    assert any("reads 't9', which is no task of the plan" in complaint for complaint in refused.value.complaints)


def test_a_cycle_among_added_tasks_is_found() -> None:
    draft: JsonValue = {"tasks": [{"tool": "now", "depends_on": ["t5"]}, {"tool": "now", "depends_on": ["t4", "t1"]}]}
    with pytest.raises(PlanRefused, match="t4 → t5"):
        check_added(draft, TOOLS, earlier=EARLIER)


@given(st.lists(st.from_regex(r"t[0-9]{1,3}|[a-z]{1,3}", fullmatch=True), max_size=8, unique=True))
def test_the_id_of_the_next_number_is_free_and_so_are_those_after_it(earlier: list[str]) -> None:
    number = next_number(earlier)
    assert not {f"t{later}" for later in range(number, number + 20)} & set(earlier)


def test_the_grammar_of_what_is_added_knows_the_earlier_ids_and_allows_nothing() -> None:
    schema = plan_schema(TOOLS, OLLAMA_GRAMMAR, most_tasks=2, earlier=EARLIER)
    assert allowed(schema, {"tasks": []})
    assert allowed(schema, {"tasks": [{"now": {}, "depends_on": ["t3"]}, {"now": {}, "depends_on": ["t4"]}]})
    assert allowed(schema, {"tasks": [{"read_story": {"id": "${t2.id}"}}]})
    assert not allowed(schema, {"tasks": [{"now": {}, "depends_on": ["t4"]}]})
    assert not allowed(schema, {"tasks": [{"now": {}}, {"now": {}}, {"now": {}}]})


def test_even_a_round_of_one_task_may_wait_for_earlier_ones() -> None:
    schema = plan_schema(TOOLS, OLLAMA_GRAMMAR, most_tasks=1, earlier=EARLIER)
    assert allowed(schema, {"tasks": [{"now": {}, "depends_on": ["t3"]}]})
    assert not allowed(schema, {"tasks": [{"now": {}, "depends_on": ["t4"]}]})

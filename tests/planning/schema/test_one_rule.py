"""What is legal is said once: any plan that the grammar allows is accepted by the check, as it is."""

import json
import re
from collections.abc import Sequence
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
from agentic_search.planning.draft.forms import as_task
from agentic_search.planning.schema.plan_schema import plan_schema
from tests.planning.schema.test_plan_schema import SEARCH, SLOW
from tests.planning.schemas import KEEPABLE, input_schemas, instances, tool

MOST_TASKS = 4
READ: JsonObject = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "parts": {"type": "array", "items": {"enum": ["title", "${none}", "text"]}},
        "note": {"type": "string", "maxLength": 300},
    },
    "required": ["id"],
}
TOOLS = [tool("search", SEARCH), tool("now"), tool("read", READ), tool("when", READ)]
ABOUT_REFERENCES = re.compile(
    r"reads '|depends on|names no task|needs a 'for_each'|arguments only|closing brace|not a JMESPath|\{\} is empty"
)


@given(data=st.data(), earlier=st.sampled_from([(), ("t1",), ("t2", "first-one", "x_1")]), linked=st.booleans())
@SLOW
def test_a_plan_that_the_grammar_allows_is_accepted_as_it_is(
    data: st.DataObject, earlier: Sequence[str], *, linked: bool
) -> None:
    schema = plan_schema(TOOLS, OLLAMA_GRAMMAR, most_tasks=MOST_TASKS, earlier=earlier, linked=linked)
    draft = cast("dict[str, Any]", data.draw(instances(schema, schema)))
    tasks = check_added({"tasks": [as_task(task) for task in draft["tasks"]]}, TOOLS, earlier=earlier)
    assert len(tasks) == len(draft["tasks"])
    if not linked:
        assert not any(task.depends_on or task.for_each for task in tasks)


@given(data=st.data(), input_schema=input_schemas(KEEPABLE))
@SLOW
def test_whatever_the_tools_are_no_reference_of_the_grammar_is_refused(
    data: st.DataObject, input_schema: JsonObject
) -> None:
    tools = [tool("any", input_schema), *TOOLS]
    schema = plan_schema(tools, OLLAMA_GRAMMAR, most_tasks=3)
    draft = cast("dict[str, Any]", data.draw(instances(schema, schema)))
    try:
        check_added({"tasks": [as_task(task) for task in draft["tasks"]]}, tools, earlier=())
    except PlanRefused as refused:  # what no grammar can keep of a tool's own schema is another matter
        assert [complaint for complaint in refused.complaints if ABOUT_REFERENCES.search(complaint)] == []


REFERRING: list[tuple[list[JsonValue], bool]] = [
    ([{"read": {"id": "${t1.id}"}}], False),
    ([{"search": {"query": "about ${t1}"}}], False),
    ([{"search": {"query": 'costs $5, {braces} and \\"quotes\\"'}}], True),
    ([{"for_each": "${t1.list}", "search": {"query": "a"}}], False),
    ([{"now": {}}, {"read": {"id": "${t1.id}"}}], True),
    ([{"now": {}}, {"read": {"id": "${t2.id}"}}], False),
    ([{"now": {}}, {"read": {"id": "${item.id}"}}], False),
    ([{"now": {}}, {"for_each": "${t1.list[:3]}", "read": {"id": "${item.id}"}}], True),
    ([{"now": {}}, {"for_each": "${item.list}", "read": {"id": "${item.id}"}}], False),
    ([{"now": {}}, {"for_each": "${t2.list}", "read": {"id": "${item.id}"}}], False),
    ([{"now": {}}, {"search": {"query": "about ${t1.title}, more"}, "depends_on": ["t1"]}], True),
    ([{"now": {}}, {"search": {"query": "about ${t2.title}"}}], False),
    ([{"now": {}}, {"now": {}, "depends_on": ["t2"]}], False),
    ([{"now": {}}, {"now": {}, "depends_on": ["t3"]}, {"now": {}}], False),
    ([{"read": {"id": 1, "parts": ["${none}"]}}], False),
]


@pytest.mark.parametrize(("tasks", "allowed"), REFERRING)
def test_a_task_refers_to_what_was_written_before_it(tasks: list[JsonValue], *, allowed: bool) -> None:
    rules: Any = Draft202012Validator(plan_schema(TOOLS, OLLAMA_GRAMMAR, most_tasks=MOST_TASKS))
    assert rules.is_valid({"tasks": tasks}) is allowed


def test_the_grammar_of_many_tools_and_tasks_stays_small() -> None:
    many = [tool(f"search_{number}", SEARCH) for number in range(40)]
    assert len(json.dumps(plan_schema(many, OLLAMA_GRAMMAR, most_tasks=12))) < 500_000
    assert len(json.dumps(plan_schema(many, OLLAMA_GRAMMAR, most_tasks=12, linked=False))) < 20_000

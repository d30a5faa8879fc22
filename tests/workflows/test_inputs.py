"""What a workflow declares, what it is given, and what its plan reads of that."""

import pytest

from agentic_search.domain.data import JsonObject
from agentic_search.domain.references import parse_reference
from agentic_search.domain.tool import Tool
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.check import check
from agentic_search.scheduler.commands import CallGranted, OfferCall, PlanSealed, StartCall, TasksAdded
from agentic_search.scheduler.machine import Machine
from agentic_search.workflows.inputs import filled_inputs, schema_of
from agentic_search.workflows.workflow import Workflow

WORKFLOW = Workflow(
    name="rows",
    inputs={
        "topic": {"type": "string", "maxLength": 20, "description": "What about"},
        "count": {"type": "integer", "default": 3, "minimum": 1},
        "kind": {"type": "string", "enum": ["long", "short"], "default": "long"},
        "names": {"type": "array", "items": {"type": "string"}, "default": []},
    },
    tasks=[{"tool": "rows"}],
)
ROWS = Tool(
    name="rows",
    server="slow",
    remote_name="rows",
    input_schema={"type": "object", "properties": {"n": {"type": "integer"}, "text": {"type": "string"}}},
)


def refused(given: JsonObject) -> tuple[str, ...]:
    """What is said of the inputs."""
    with pytest.raises(PlanRefused) as refusal:
        filled_inputs(WORKFLOW, given, question="?")
    return tuple(complaint.removeprefix("workflow 'rows': ") for complaint in refusal.value.complaints)


def planned(inputs: JsonObject, **arguments: str) -> list[JsonObject]:
    """The arguments that the calls of a plan of one task start with."""
    plan = check({"tasks": [{"tool": "rows", "arguments": {**arguments}}]}, [ROWS], inputs=inputs)
    machine = Machine()
    commands = [*machine.handle(TasksAdded(plan.tasks, inputs), 0.0), *machine.handle(PlanSealed(), 0.0)]
    offers = [each.call for each in commands if isinstance(each, OfferCall)]
    begun = [each for call in offers for each in machine.handle(CallGranted(call), 0.0)]
    return [each.arguments for each in begun if isinstance(each, StartCall)]


def plan_refused(inputs: JsonObject, *tasks: JsonObject) -> tuple[str, ...]:
    """What is said of a plan."""
    with pytest.raises(PlanRefused) as refusal:
        check({"tasks": [*tasks]}, [ROWS], inputs=inputs)
    return refusal.value.complaints


def test_what_is_not_given_has_its_default_and_the_question_is_always_there() -> None:
    assert filled_inputs(WORKFLOW, {"topic": "tea"}, question="Why?") == {
        "topic": "tea",
        "count": 3,
        "kind": "long",
        "names": [],
        "query": "Why?",
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "the input 'topic' is missing (string: What about)"),
        ({"topic": 3}, "input 'topic' must be text, not a whole number"),
        ({"topic": "x" * 21}, "input 'topic' must have at most 20 characters, not 21"),
        ({"topic": "a", "count": "3"}, "input 'count' must be a whole number, not text"),
        ({"topic": "a", "count": 0}, "input 'count' must be at least 1, not 0"),
        ({"topic": "a", "kind": "lnog"}, "input 'kind' must be one of 'long', 'short', not 'lnog'"),
        ({"topic": "a", "names": ["a", 2]}, "input 'names[1]' must be text, not a whole number"),
        ({"topic": "a", "cuont": 2}, "there is no input 'cuont'; did you mean 'count'?"),
        ({"topic": "a", "zzz": 2}, "there is no input 'zzz'; there are: topic, count, kind, names"),
        ({"topic": "a", "query": "x"}, "the input 'query' is the question itself; leave it out of the inputs"),
    ],
)
def test_an_input_that_is_wrong_is_named(given: JsonObject, said: str) -> None:
    assert refused(given) == (said,)


def test_every_wrong_input_is_named_at_once() -> None:
    assert len(refused({"count": "x", "kind": 3, "tpoic": "a"})) >= 4


def test_the_schema_of_all_inputs_says_which_are_needed() -> None:
    schema = schema_of(WORKFLOW.inputs)
    assert schema["required"] == ["topic"] and schema["additionalProperties"] is False


def test_a_whole_reference_keeps_the_type_and_inside_text_becomes_text() -> None:
    inputs: JsonObject = {"n": 3, "topic": "tea"}
    assert planned(inputs, n="${inputs.n}", text="${inputs.topic} × ${inputs.n}") == [{"n": 3, "text": "tea × 3"}]


@pytest.mark.parametrize("text", ["${t1}", "${inputs.n}", "${", "a ${item} b", "${t1"])
def test_a_reference_in_the_value_of_an_input_stays_text(text: str) -> None:
    assert planned({"topic": text}, text="${inputs.topic}") == [{"text": text}]
    assert planned({"topic": text}, text="<${inputs.topic}>") == [{"text": f"<{text}>"}]


def test_an_input_of_the_wrong_type_for_the_tool_is_complained_about_before_anything_runs() -> None:
    said = plan_refused({"n": "three"}, {"tool": "rows", "arguments": {"n": "${inputs.n}"}})
    assert said == ("task 't1': argument 'n' must be a whole number, not text",)


def test_an_input_that_nobody_declared_is_named_with_the_nearest() -> None:
    said = plan_refused({"topic": "a"}, {"tool": "rows", "arguments": {"text": "${inputs.topci}"}})
    assert said == ("task 't1': reads the input 'topci', which the workflow does not have; did you mean 'topic'?",)


def test_no_task_of_a_workflow_can_be_called_inputs() -> None:
    assert "inputs" in plan_refused({}, {"id": "inputs", "tool": "rows"})[0]


def test_a_plan_that_is_no_workflow_has_no_inputs() -> None:
    with pytest.raises(PlanRefused, match="reads 'inputs', which is no task of the plan"):
        check({"tasks": [{"tool": "rows", "arguments": {"text": "${inputs.topic}"}}]}, [ROWS])


def test_a_plan_that_is_no_workflow_may_have_a_task_called_inputs() -> None:
    tasks: list[JsonObject] = [{"id": "inputs", "tool": "rows"}, {"tool": "rows", "arguments": {"n": "${inputs.n}"}}]
    plan = check({"tasks": [*tasks]}, [ROWS])
    assert plan.tasks[1].depends_on == ("inputs",)


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("inputs.topic", {"topic"}),
        ("inputs.a.b", {"a"}),
        ("inputs.list[0].x | y", {"list"}),
        ("length(inputs.a)", {"a"}),
        ("[inputs.a, inputs.b]", {"a", "b"}),
        ("inputs.my-name", {"my-name"}),
        ("t1[?inputs.x].y", set[str]()),
        ("t1[*].inputs.x", set[str]()),
        ("inputs", set[str]()),
    ],
)
def test_a_reference_knows_which_inputs_it_reads(expression: str, fields: set[str]) -> None:
    assert {field for owner, field in parse_reference(expression).fields if owner == "inputs"} == fields

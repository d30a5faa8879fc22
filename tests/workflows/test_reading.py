"""A workflow file's text: what is read of it, and what is said of what cannot be."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.workflows.reading import BadWorkflow, read_workflow
from tests.support.effort import cases

TASKS = "tasks:\n  - {tool: rows, arguments: {n: 3}}\n"


def complaints(text: str) -> tuple[str, ...]:
    """What is wrong with a file's text."""
    with pytest.raises(BadWorkflow) as refused:
        read_workflow(text, stem="file")
    return refused.value.complaints


def test_a_file_is_a_name_a_description_inputs_and_tasks() -> None:
    text = "name: rows-of\ndescription: Some rows\ninputs:\n  n: {type: integer, default: 2}\n" + TASKS
    workflow = read_workflow(text, stem="file")
    assert (workflow.name, workflow.description) == ("rows-of", "Some rows")
    assert workflow.inputs == {"n": {"type": "integer", "default": 2}}
    assert workflow.plan == {"tasks": [{"tool": "rows", "arguments": {"n": 3}}]}


def test_a_file_without_a_name_is_called_as_the_file() -> None:
    assert read_workflow(TASKS, stem="my-rows").name == "my-rows"


def test_a_date_stays_the_text_that_was_written() -> None:
    workflow = read_workflow("tasks:\n  - {tool: rows, arguments: {since: 2025-06-30}}\n", stem="file")
    assert workflow.tasks[0]["arguments"] == {"since": "2025-06-30"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tasks: [\n  - a", "line 2, column 3: "),
        ("tasks:\n\t- a", "line 2, column 1: "),
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: 'a' stands here twice"),
        ("a: \x07", "line 1: "),
        ("a: !!python/object:os.system x", "line 1, column 4: "),
        ("a: &x [*x]", "it is no plain data: "),
        ("a: !!int x", "it is no plain data: "),
        ("? [a, b]\n: c\n", "line 1, column 3: a key must be text"),
        ("a: {<<: 3}", "line 1"),
        ("a: b\n---\nc: d\n", "line 2, column 1: "),
        ("[" * 2_000, "it is no plain data: it is nested too deep"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text: str, said: str) -> None:
    (complaint,) = complaints(text)
    assert complaint.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a workflow must be an object with 'tasks', not null"),
        ("- a", "a workflow must be an object with 'tasks', not a list"),
        ("description: none", "'tasks' must be a list of one task or more, not null"),
        ("tasks: []", "'tasks' must be a list of one task or more, not an empty one"),
        ("tasks: [a]", "task number 1 must be an object, not text"),
        ("name: a b\n" + TASKS, "'name' must be letters, digits, '_', '-' or '.', as in 'my-research'"),
        ("name: [a]\n" + TASKS, "'name' must be letters, digits, '_', '-' or '.', as in 'my-research'"),
        ("description: 3\n" + TASKS, "'description' must be text"),
        ("inputs: [a]\n" + TASKS, "'inputs' must be an object of inputs by name, not a list"),
        ("inputs: {a: string}\n" + TASKS, "input 'a': it must be an object such as {type: string}, not text"),
        ("inputs: {query: {type: string}}\n" + TASKS, "input 'query': it is always there, as the question itself"),
        ("inputs: {a b: {type: string}}\n" + TASKS, "input 'a b': its name must begin with a letter"),
        ("inputs: {a: {}}\n" + TASKS, "input 'a': its 'type' must be one of string, integer, number, boolean"),
        ("inputs: {a: {type: text}}\n" + TASKS, "input 'a': its 'type' must be one of string, integer"),
        (
            "inputs: {a: {type: integer, defualt: 1}}\n" + TASKS,
            "input 'a': unknown key 'defualt'; did you mean 'default'?",
        ),
        ("inputs: {a: {type: integer, minimum: x}}\n" + TASKS, "input 'a': it is no JSON Schema: "),
        (
            "inputs: {a: {type: integer, default: x}}\n" + TASKS,
            "input 'a': its default: input 'a' must be a whole number, not text",
        ),
    ],
)
def test_what_is_no_workflow_is_told(text: str, said: str) -> None:
    assert any(complaint.startswith(said) for complaint in complaints(text)), complaints(text)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = complaints("taks: []\ndescription: 3\ninputs: {a: {type: x}, b: 2}\n")
    assert told[0] == "unknown key 'taks'; did you mean 'tasks'?"
    assert len(told) == 5


@given(st.text())
def test_any_text_is_a_workflow_or_a_complaint(text: str) -> None:
    try:
        read_workflow(text, stem="file")
    except BadWorkflow as refused:
        assert refused.complaints


@settings(max_examples=cases(40), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda kind: st.lists(kind) | st.dictionaries(st.text(), kind),
    )
)
def test_any_inputs_are_a_workflow_or_a_complaint(inputs: object) -> None:
    try:
        read_workflow(yaml.safe_dump({"inputs": inputs, "tasks": [{"tool": "a"}]}), stem="file")
    except BadWorkflow as refused:
        assert refused.complaints

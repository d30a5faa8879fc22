"""Reads the text of a workflow file: a Workflow, or every complaint about it at once."""

import re
from collections.abc import Iterator

from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import DEFAULT_PLAN_LIMITS, PlanLimits
from agentic_search.plain_json import well_formed
from agentic_search.text.files.yaml_text import BadYaml, read_yaml
from agentic_search.text.naming import did_you_mean, json_kind
from agentic_search.workflows.inputs import complaints_about
from agentic_search.workflows.workflow import QUESTION, Workflow

_KEYS = ("name", "description", "inputs", "tasks")
_TYPES = ("string", "integer", "number", "boolean", "array", "object")
_SCHEMA_KEYS = {*Draft202012Validator.VALIDATORS, "default", "description", "examples", "format", "title"}
_NAME = re.compile(r"[\w.-]{1,200}")
_INPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class BadWorkflow(ValueError):
    """A file that is no workflow; `complaints` says everything that is wrong."""

    def __init__(self, name: str, complaints: tuple[str, ...]) -> None:
        super().__init__("; ".join(complaints))
        self.name = name
        self.complaints = complaints


def read_workflow(text: str, *, stem: str, limits: PlanLimits = DEFAULT_PLAN_LIMITS) -> Workflow:
    """Read a file's text; one that has no `name` is called `stem`. Raises BadWorkflow."""
    try:
        written: JsonValue = well_formed(read_yaml(text, limits.yaml_nodes))
    except BadYaml as problem:
        raise BadWorkflow(stem, (str(problem),)) from problem
    if not isinstance(written, dict):
        raise BadWorkflow(stem, (f"a workflow must be an object with 'tasks', not {json_kind(written)}",))
    name = written.get("name", stem)
    complaints = tuple(_complaints(written, name, limits.check_seconds))
    if complaints:
        raise BadWorkflow(name if isinstance(name, str) else stem, complaints)
    return Workflow.model_validate({**written, "name": name, "inputs": written.get("inputs") or {}})


def _complaints(written: JsonObject, name: JsonValue, seconds: float) -> Iterator[str]:
    for key in written:
        if key not in _KEYS:
            yield f"unknown key {key!r}{did_you_mean(key, _KEYS)}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield "'name' must be letters, digits, '_', '-' or '.', as in 'my-research'"
    if not isinstance(written.get("description", ""), str):
        yield "'description' must be text"
    yield from _about_inputs(written.get("inputs") or {}, seconds)
    yield from _about_tasks(written.get("tasks"))


def _about_tasks(tasks: JsonValue) -> Iterator[str]:
    if not isinstance(tasks, list) or not tasks:
        yield f"'tasks' must be a list of one task or more, not {json_kind(tasks) if tasks != [] else 'an empty one'}"
        return
    for number, task in enumerate(tasks, start=1):
        if not isinstance(task, dict):
            yield f"task number {number} must be an object, not {json_kind(task)}"


def _about_inputs(inputs: JsonValue, seconds: float) -> Iterator[str]:
    if not isinstance(inputs, dict):
        yield f"'inputs' must be an object of inputs by name, not {json_kind(inputs)}"
        return
    for name, schema in inputs.items():
        yield from (f"input {name!r}: {complaint}" for complaint in _about_input(name, schema, seconds))


def _about_input(name: str, schema: JsonValue, seconds: float) -> Iterator[str]:
    if name == QUESTION:
        yield "it is always there, as the question itself; leave it out"
    elif not _INPUT_NAME.fullmatch(name):
        yield "its name must begin with a letter or '_' and go on with at most 63 letters, digits, '_' or '-'"
    if not isinstance(schema, dict):
        yield f"it must be an object such as {{type: string}}, not {json_kind(schema)}"
        return
    for key in schema:
        if key not in _SCHEMA_KEYS:
            yield f"unknown key {key!r}{did_you_mean(key, _SCHEMA_KEYS)}"
    if schema.get("type") in _TYPES:
        yield from _about_schema(name, schema, seconds)
    else:
        yield f"its 'type' must be one of {', '.join(_TYPES)}"


def _about_schema(name: str, schema: JsonObject, seconds: float) -> Iterator[str]:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as problem:
        yield f"it is no JSON Schema: {problem.message}"
        return
    if "default" in schema:
        breaches = complaints_about({name: schema["default"]}, {name: schema}, seconds)
        yield from (f"its default: {complaint}" for complaint in breaches)

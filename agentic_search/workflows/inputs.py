"""Compares what a workflow declares with what it was given: the value of every input, or every complaint at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from referencing.exceptions import Unresolvable

from agentic_search.domain.data import JsonObject
from agentic_search.domain.limits import DEFAULT_PLAN_LIMITS
from agentic_search.errors import PlanRefused
from agentic_search.planning.draft.argument_complaints import breaches
from agentic_search.text.naming import did_you_mean
from agentic_search.tools.json_schema import CheckTooLong, in_time, validator_of
from agentic_search.workflows.workflow import QUESTION, Workflow


def filled_inputs(
    workflow: Workflow,
    given: JsonObject,
    *,
    question: str,
    check_seconds: float = DEFAULT_PLAN_LIMITS.check_seconds,
) -> JsonObject:
    """The value of every input: the given one, else its default, and the question; raises PlanRefused."""
    complaints = tuple(complaints_about(given, workflow.inputs, check_seconds))
    if complaints:
        raise PlanRefused(tuple(f"workflow {workflow.name!r}: {complaint}" for complaint in complaints))
    defaults = {name: schema["default"] for name, schema in workflow.inputs.items() if "default" in schema}
    return {**defaults, **given, QUESTION: question}


def schema_of(inputs: Mapping[str, JsonObject]) -> JsonObject:
    """The schema of the object that holds all inputs."""
    return {
        "type": "object",
        "properties": dict(inputs),
        "required": [name for name, schema in inputs.items() if "default" not in schema],
        "additionalProperties": False,
    }


def complaints_about(given: JsonObject, inputs: Mapping[str, JsonObject], check_seconds: float) -> Iterator[str]:
    """Every input that is unknown, missing or not as declared; each is checked for `check_seconds` at most."""
    for name in given:
        if name == QUESTION:
            yield f"the input {QUESTION!r} is the question itself; leave it out of the inputs"
        elif name not in inputs:
            yield f"there is no input {name!r}{_instead(name, inputs)}"
    for name, schema in inputs.items():
        if name in given:
            yield from _broken(name, given, schema, check_seconds)
        elif "default" not in schema:
            yield f"the input {name!r} is missing ({_kind(schema)})"


def _instead(name: str, inputs: Mapping[str, JsonObject]) -> str:
    return did_you_mean(name, inputs) or (f"; there are: {', '.join(inputs)}" if inputs else "; it takes none")


def _kind(schema: JsonObject) -> str:
    return f"{schema.get('type')}: {schema['description']}" if "description" in schema else str(schema.get("type"))


def _broken(name: str, given: JsonObject, schema: JsonObject, seconds: float) -> Iterator[str]:
    validator: Any = validator_of({"properties": {name: schema}})
    try:
        with in_time(seconds):
            errors: list[ValidationError] = list(validator.iter_errors({name: given[name]}))
    except (Unresolvable, RecursionError, CheckTooLong) as problem:
        yield f"the input {name!r} cannot be checked: {problem}"
        return
    for error in errors:
        yield from (sentence.replace("argument", "input", 1) for sentence in breaches(error, f"input {name}"))

"""A function's signature as the JSON schema of its arguments, and the check of each call's arguments against it."""

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from agentic_search.domain.data import JsonObject
from agentic_search.errors import ToolFailed
from agentic_search.workers.progress import Progress

_JSON_OBJECT: TypeAdapter[JsonObject] = TypeAdapter(JsonObject)


class BadSignature(ValueError):
    """A function that cannot be offered as a tool; the text says what to change."""


class Signature:
    """What a function takes: `schema` for planners, `read` for each call."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Raises BadSignature with every complaint."""
        taken = _parameters(function)
        self.progress = tuple(each.name for each in taken if _is_progress(each.annotation))
        """Parameters that are given a Progress."""
        plain = [each for each in taken if each.name not in self.progress]
        if complaints := [complaint for each in plain for complaint in _complaints(each)]:
            raise BadSignature("; ".join(complaints))
        self._names = {f"p{index}": each.name for index, each in enumerate(plain)}
        self._model = _model(self._names, plain)
        self.schema = _schema(self._model)
        """JSON Schema of the arguments: an object."""

    def read(self, arguments: JsonObject) -> dict[str, Any]:
        """The arguments as the function wants them; what is not given is left to its defaults.

        Raises ToolFailed with every complaint.
        """
        try:
            read = self._model.model_validate(arguments)
        except ValidationError as invalid:
            raise ToolFailed("bad arguments: " + "; ".join(_complaints_about(invalid))) from invalid
        return {self._names[field]: getattr(read, field) for field in self._names if field in read.model_fields_set}


class _Schema(GenerateJsonSchema):
    """Titles that only repeat a name cost a planner tokens; a default that JSON cannot have is not worth a warning."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own form

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def _parameters(function: Callable[..., object]) -> list[Parameter]:
    try:
        return list(inspect.signature(function, eval_str=True).parameters.values())
    except (TypeError, ValueError) as problem:
        raise BadSignature(f"it has no signature that can be read ({problem})") from problem
    except Exception as problem:  # evaluating an annotation runs anybody's code
        raise BadSignature(f"a type hint cannot be evaluated ({type(problem).__name__}: {problem})") from problem


def _complaints(parameter: Parameter) -> Iterator[str]:
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
        stars = "*" if parameter.kind is Parameter.VAR_POSITIONAL else "**"
        yield f"{stars}{parameter.name} tells a planner nothing: name the parameters"
    elif parameter.kind is Parameter.POSITIONAL_ONLY:
        yield f"parameter {parameter.name!r} is positional only, but arguments are given by name"
    elif parameter.annotation is Parameter.empty:
        yield f"parameter {parameter.name!r} has no type hint: write one, JsonValue if it may be anything"


def _is_progress(annotation: object) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return Progress in get_args(annotation)
    return annotation is Progress


def _model(names: dict[str, str], parameters: list[Parameter]) -> type[BaseModel]:
    """Fields have neutral names, since a parameter may have one that pydantic keeps for itself: `json`, `_x`."""
    fields: dict[str, Any] = {}
    for field, parameter in zip(names, parameters, strict=True):
        default = ... if parameter.default is Parameter.empty else parameter.default
        fields[field] = (parameter.annotation, Field(default=default, alias=parameter.name))
    try:
        return create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields)
    except (PydanticUserError, TypeError, ValueError) as problem:
        raise BadSignature(f"a type hint is not one that JSON can fill in ({_first_line(problem)})") from problem


def _schema(model: type[BaseModel]) -> JsonObject:
    try:
        schema: JsonSchemaValue = model.model_json_schema(schema_generator=_Schema)
    except PydanticUserError as problem:
        raise BadSignature(f"a type hint has no JSON schema ({_first_line(problem)})") from problem
    schema.pop("title", None)
    return _JSON_OBJECT.validate_python(schema)


def _complaints_about(invalid: ValidationError) -> Iterator[str]:
    for error in invalid.errors(include_url=False, include_context=False):
        where = ".".join(str(step) for step in error["loc"])
        match error["type"]:
            case "missing":
                yield f"{where!r} is missing"
            case "extra_forbidden":
                yield f"there is no {where!r}"
            case _:
                yield f"{where!r}: {error['msg']}"


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)

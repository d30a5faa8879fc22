"""What Ollama refuses, with the error texts recorded from a real one."""

import json
import re

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.wire import JSON

ENGINE = "application/json"
"""The content type of errors that come from the engine rather than from Ollama's own checks."""
_THINK_LEVELS = ("high", "medium", "low", "max")
_GRAMMAR_REPETITIONS = 2000
_JSON_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_UNKNOWN_MODEL = {
    "/api/show": "model '{full}' not found",
    "/api/embed": 'model "{name}" not found, try pulling it first',
}


class Refused(Exception):
    """An answer with an error status."""

    def __init__(self, status: int, text: str, content_type: str = JSON) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.content_type = content_type


def parse(body: bytes) -> JsonObject:
    """The body as a JSON object."""
    if not body:
        raise Refused(400, "missing request body")
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Refused(400, "invalid character 'b' looking for beginning of object key string") from error
    if not isinstance(value, dict):
        raise Refused(400, "json: cannot unmarshal into Go value of type api.ChatRequest")
    return value  # pyright: ignore[reportUnknownVariableType] - what json gives is JSON


def check_name(path: str, body: JsonObject) -> str:
    """The model's name, as far as it could be one."""
    name = body.get("model") or body.get("name") or ""
    if not isinstance(name, str):
        raise Refused(400, "json: cannot unmarshal into Go struct field .model of type string")
    if not name and path != "/api/embed":
        raise Refused(400, "model is required")
    if re.search(r"[ !]", name):
        raise Refused(400, "invalid model name")
    if name.endswith((":cloud", "-cloud")):
        raise Refused(403, "ollama cloud is disabled: remote model is unavailable")
    return name


def check_values(body: JsonObject) -> None:
    """Values that Ollama checks before it looks for the model."""
    keep_alive = body.get("keep_alive")
    if isinstance(keep_alive, str) and not re.fullmatch(r"-?([\d.]+(ns|us|ms|s|m|h))+", keep_alive):
        raise Refused(400, f'time: invalid duration "{keep_alive}"')
    think = body.get("think")
    if isinstance(think, str) and think not in _THINK_LEVELS:
        levels = ", ".join(f'"{level}"' for level in _THINK_LEVELS)
        raise Refused(400, f'invalid think value: "{think}" (must be {levels}, true, or false)')
    if not isinstance(body.get("input", ""), str | list):
        raise Refused(400, "invalid input type")


def check_model(path: str, name: str, models: dict[str, Model]) -> Model:
    """The model of that name."""
    full = name if ":" in name else f"{name}:latest"
    if full not in models:
        raise Refused(404, _UNKNOWN_MODEL.get(path, "model '{name}' not found").format(name=name, full=full))
    return models[full]


def check_abilities(name: str, model: Model, body: JsonObject) -> None:
    """What is asked of a chat model, against what it can do."""
    # Recorded for true only; stricter here, so that a test sees any `think` sent where it does not belong.
    if body.get("think") is not None and "thinking" not in model.capabilities:
        raise Refused(400, f'"{name}" does not support thinking')
    if "completion" not in model.capabilities:
        raise Refused(400, f'"{name}" does not support chat')
    if body.get("tools") and "tools" not in model.capabilities:
        raise Refused(400, f"registry.ollama.ai/library/{model.full_name} does not support tools")


def check_format(format_: JsonValue) -> None:
    """`format`: a schema the engine can make a grammar of."""
    if format_ in (None, "", "json"):
        return
    if not isinstance(format_, dict):
        shown = json.dumps(json.dumps(format_))
        raise Refused(500, f'invalid format: {shown}; expected "json" or a valid JSON Schema object', ENGINE)
    kind = format_.get("type", "object")
    if isinstance(kind, str) and kind not in _JSON_TYPES:
        message = f"JSON schema conversion failed:\nJSON schema error at #: unrecognized type {kind}"
        raise Refused(400, _engine_error(f"Field 'json_schema': \"json_schema\": {message}"), ENGINE)
    least = re.findall(r'"min(?:Length|Items)": (\d+)', json.dumps(format_))
    if any(int(number) > _GRAMMAR_REPETITIONS for number in least):
        raise Refused(400, _engine_error("Failed to initialize samplers: failed to parse grammar"), ENGINE)


def check_num_ctx(options: JsonObject) -> None:
    """`num_ctx`: a number."""
    if not isinstance(options.get("num_ctx", 0), int | float):
        raise Refused(500, 'option "num_ctx" must be of type integer')


def too_long(prompt_tokens: int, num_ctx: int) -> Refused:
    """The engine's refusal of a prompt that must not be truncated."""
    message = (
        f"request ({prompt_tokens} tokens) exceeds the available context size ({num_ctx} tokens), try increasing it"
    )
    counts = {"n_prompt_tokens": prompt_tokens, "n_ctx": num_ctx}
    return Refused(400, _engine_error(message, "exceed_context_size_error", counts), ENGINE)


def _engine_error(message: str, kind: str = "invalid_request_error", more: dict[str, int] | None = None) -> str:
    """The engine's own error, which Ollama passes on as JSON inside its error text."""
    return json.dumps({"error": {"code": 400, "message": message, "type": kind, **(more or {})}}, separators=(",", ":"))

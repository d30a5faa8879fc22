"""What a model says without a script: to a request with a schema a small valid plan, to any other a cited answer."""

import json
import re

from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.steps import Reply, Silent, Think, written

_QUERY_NAMES = frozenset({"query", "q", "question", "search", "text", "term", "terms", "topic", "keywords", "prompt"})
_TASKS_AT_MOST = 3
_TAGGED_QUESTION = re.compile(r"<(?:question|query)>\s*(.+?)\s*</(?:question|query)>", re.I | re.S)
_LABELLED_QUESTION = re.compile(r"^\W*(?:question|query)\W*:[ \t]*(.+)$", re.I | re.M)
_FIRST_SOURCE = re.compile(r"\[1\]\s*(.+)")
_HEEDS_SCHEMA_UNTHINKING = (0, 31, 2)


def improvise(body: JsonObject, model: Model, version: tuple[int, ...]) -> Reply:
    """A reply to the request; it breaks where an Ollama of that version breaks."""
    thinks = "thinking" in model.capabilities and body.get("think") is not False
    thoughts = (Silent(), Think("Let me "), Think("think."), Silent()) if thinks else ()
    schema = body.get("format")
    prompt = last_user_message(body)
    schema_lost = body.get("think") is False and version < _HEEDS_SCHEMA_UNTHINKING
    if not isinstance(schema, dict) or schema_lost:
        return (*thoughts, *written(_answer(prompt)))
    plan = Example(schema, question_of(prompt)).make(schema)
    return (*thoughts, *written(json.dumps(plan, ensure_ascii=False, sort_keys=model.sorts_keys)))


def last_user_message(body: JsonObject) -> str:
    """The text of the last message by the user, or the prompt of /api/generate."""
    messages = body.get("messages")
    texts = [
        str(message.get("content") or "")
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict) and message.get("role") == "user"
    ]
    return texts[-1] if texts else str(body.get("prompt") or "")


def question_of(prompt: str) -> str:
    """The question in a prompt: what is marked as one, else the last line."""
    lines = [line.strip() for line in prompt.splitlines() if line.strip()]
    marked: list[str] = _TAGGED_QUESTION.findall(prompt) or _LABELLED_QUESTION.findall(prompt)
    return (marked or lines or ["anything"])[-1].strip()[:200]


def _answer(prompt: str) -> str:
    source = _FIRST_SOURCE.search(prompt)
    words = (source.group(1) if source else question_of(prompt)).split()[:25]
    return f"In short: {' '.join(words)} [1]."


class Example:
    """Makes a small JSON value that a schema allows; where it wants a text, that is the question."""

    def __init__(self, root: JsonObject, question: str) -> None:
        self._root = root
        self._question = question

    def make(self, schema: JsonValue, name: str = "", index: int = 0) -> JsonValue:
        """A value for the property `name`, which is the `index`-th of its kind."""
        schema = self._resolve(schema, index)
        if "const" in schema:
            return schema["const"]
        if isinstance(choices := schema.get("enum"), list):
            return choices[index % len(choices)]
        match _type(schema):
            case "object":
                return self._object(schema, index)
            case "array":
                return self._array(schema, name)
            case "string":
                return self._string(schema, name, index)
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case _:
                return None

    def _resolve(self, schema: JsonValue, index: int) -> JsonObject:
        """The schema itself, behind references and, where there are alternatives, the best of them."""
        if not isinstance(schema, dict):
            return {}
        if "$ref" in schema:
            return self._resolve(self._referred(schema), index)
        if alternatives := self._alternatives(schema):
            return alternatives[index % len(alternatives)]
        return schema

    def _referred(self, schema: JsonValue) -> JsonValue:
        """What the schema's reference leads to; the schema itself where it is none."""
        if not isinstance(schema, dict) or not isinstance(reference := schema.get("$ref"), str):
            return schema
        found: JsonValue = self._root
        for key in reference.removeprefix("#/").split("/"):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def _alternatives(self, schema: JsonObject) -> list[JsonObject]:
        """The alternatives that a question can fill, or all if none is such."""
        branches = schema.get("anyOf") or schema.get("oneOf")
        resolved = [self._resolve(branch, 0) for branch in branches] if isinstance(branches, list) else []
        if lists := [branch for branch in resolved if "prefixItems" in branch]:
            kinds = self._kinds(self._referred(_places(lists[0])[0]))
            return [[each for each in lists if len(_places(each)) <= kinds][-1]]
        resolved = [branch for branch in resolved if branch.get("type") != "null"]
        return [branch for branch in resolved if self._fillable(branch)] or resolved

    def _fillable(self, task: JsonObject) -> bool:
        """Whether a task's arguments need a question and nothing else."""
        properties = task.get("properties")
        told = properties if isinstance(properties, dict) else {}
        keyed = next((part for name, part in told.items() if task.get("required") == [name]), None)
        arguments = self._resolve(told.get("arguments") or told.get("with") or keyed, 0)
        required = arguments.get("required")
        return isinstance(required, list) and required != [] and all(name in _QUERY_NAMES for name in required)

    def _object(self, schema: JsonObject, index: int) -> JsonObject:
        properties, required = schema.get("properties"), schema.get("required")
        if not isinstance(properties, dict):
            return {}
        wanted = required if isinstance(required, list) else []
        return {
            name: self.make(part, name, index)
            for name, part in properties.items()
            if name in wanted or name in _QUERY_NAMES
        }

    def _array(self, schema: JsonObject, name: str) -> list[JsonValue]:
        if "prefixItems" in schema:
            return [self.make(place, name, index) for index, place in enumerate(_places(schema))]
        items = schema.get("items")
        item = self._resolve(items, 0)
        least, most = schema.get("minItems", 0), schema.get("maxItems", _TASKS_AT_MOST)
        count = self._kinds(items) if _type(item) == "object" else 0
        count = min(max(count, int(str(least))), int(str(most)))
        return [self.make(items, name, index) for index in range(count)]

    def _kinds(self, items: JsonValue) -> int:
        """How many different tasks there are to make: one a tool, within reason."""
        tools = self._alternatives(items) if isinstance(items, dict) else []
        properties = self._resolve(items, 0).get("properties")
        tool = properties.get("tool") if isinstance(properties, dict) else None
        names = tool.get("enum") if isinstance(tool, dict) else None
        return min(max(len(tools), len(names) if isinstance(names, list) else 1), _TASKS_AT_MOST)

    def _string(self, schema: JsonObject, name: str, index: int) -> str:
        text = f"t{index + 1}" if name == "id" else self._question
        longest, shortest = schema.get("maxLength"), schema.get("minLength")
        text = text[: longest if isinstance(longest, int) else None]
        return text.ljust(shortest if isinstance(shortest, int) else 0, ".")


def _places(schema: JsonObject) -> list[JsonValue]:
    """The schema of each element of a list that names them one by one."""
    places = schema["prefixItems"]
    assert isinstance(places, list)
    return places


def _type(schema: JsonObject) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "null")
    kinds = kind if isinstance(kind, list) else [kind]
    return str(next((one for one in kinds if one != "null"), "null"))

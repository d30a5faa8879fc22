"""Reads a file's bytes as plain data; the format is known by what is written, never by the file's name."""

import json
import re
import tomllib
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from agentic_search.plain_json import well_formed
from agentic_search.text.files.yaml_text import MOST_NODES, BadYaml, read_yaml
from agentic_search.tools.config.formats.json_text import JsonObjectRead, plain_json, read_json

Format = Literal["JSON", "YAML", "TOML"]

_MOST_BYTES = 8_388_608
"""Of a file; a host's whole settings may stand in it."""
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
_TOML_DATA: TypeAdapter[dict[str, object]] = TypeAdapter(dict[str, object])
"""Writes dates and times as text."""
_FENCE = re.compile(r"\A\s*```[a-z0-9]*\n(.*?)\n```\s*\Z", re.DOTALL)
_TOML = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:\[{1,2}[\w.\"'@/ -]+\]{1,2}\s*(?:#.*)?$|[\w.\"'-]+\s*=)", re.MULTILINE)
_FRAGMENT = re.compile(r"""\s*["'][^"'\n]*["']\s*:""")
_LOOKS_LIKE_JSON = re.compile(r"""\s*["'\[{]""")
_JAVASCRIPT = re.compile(r"Expecting (?:property name|value|',' delimiter)")
_BACKSLASH = re.compile(r"Invalid \\escape|Unescaped '\\\\'|Invalid hex value|Invalid \\u")
_TYPOGRAPHIC = "“”„‟‘’‚‛«»"


_HALF_PAIR = re.compile(r"\\[uU](?:0000)?[dD][89a-fA-F]")
"""How the half of a surrogate pair may be written, which is no character: nothing can be made of it outside."""


class BadDocument(ValueError):
    """What is wrong with a file, where, and what to do."""


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file holds."""

    value: JsonValue
    """None for an empty file."""
    format: Format = "JSON"


def read_document(content: bytes, most_nodes: int = MOST_NODES) -> ParsedFile:
    """Read a whole file, where it is YAML of at most `most_nodes` values; raises BadDocument."""
    if len(content) > _MOST_BYTES:
        raise BadDocument(f"it is larger than {_MOST_BYTES // 1_048_576} MB: keep only the servers in it")
    text = _text(content)
    if found := _FENCE.match(text):
        text = found[1]
    try:
        read = _read(text, most_nodes)
        return replace(read, value=_whole_characters(read.value)) if _HALF_PAIR.search(text) else read
    except RecursionError:
        raise BadDocument("it is nested too deep: remove what is not about servers") from None


def _whole_characters(value: JsonValue) -> JsonValue:
    """The same with U+FFFD for each half of a pair; what stands twice in an object is still known."""
    match value:
        case JsonObjectRead():
            made = JsonObjectRead({well_formed(name): _whole_characters(each) for name, each in value.items()})
            made.twice = value.twice
            return made
        case list():
            return [_whole_characters(each) for each in value]
        case _:
            return well_formed(value)


def _text(content: bytes) -> str:
    try:
        return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        raise BadDocument(f"it cannot be read as text ({problem}): save it as UTF-8") from None


def _read(text: str, most_nodes: int) -> ParsedFile:
    if not (plain := plain_json(text)).strip():
        return ParsedFile(None)
    if not _LOOKS_LIKE_JSON.match(plain) or _TOML.match(text):
        return _toml(text) if _TOML.match(text) and not _is_json(text) else _yaml(text, most_nodes)
    if _FRAGMENT.match(plain):
        plain = plain_json(f"{{{plain.rstrip().removesuffix(',')}}}")
    try:
        return ParsedFile(read_json(plain))
    except json.JSONDecodeError as problem:
        return _loose(plain, problem, most_nodes)
    except ValueError as problem:
        raise BadDocument(f"it is not JSON: {problem}") from None


def _is_json(text: str) -> bool:
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def _loose(plain: str, problem: json.JSONDecodeError, most_nodes: int) -> ParsedFile:
    """Bare names, single quotes and comments after #, which YAML knows, are read as YAML; anything else is told."""
    bare = plain[problem.pos : problem.pos + 1]
    if _JAVASCRIPT.match(problem.msg) and (bare in {"'", "#"} or bare.isidentifier()):
        try:
            return ParsedFile(read_yaml(plain, most_nodes))
        except BadYaml:
            pass
    where = f"line {problem.lineno}, column {problem.colno}"
    raise BadDocument(f"it is not JSON: {where}: {problem.msg}; {_advice(problem.msg, bare)}") from None


def _advice(complaint: str, character: str) -> str:
    """What to do about it."""
    if _BACKSLASH.search(complaint):
        return r"write \\ for each \, as in C:\\Users\\me, or /"
    if complaint.startswith("Invalid control character"):
        return r"write \n for the end of a line in a text, and \t for a tab"
    if character in _TYPOGRAPHIC and character:
        return f'write straight quotation marks, ", in place of {character}'
    return "correct it there"


def _toml(text: str) -> ParsedFile:
    try:
        return ParsedFile(_JSON.validate_python(_TOML_DATA.dump_python(tomllib.loads(text), mode="json")), "TOML")
    except tomllib.TOMLDecodeError as problem:
        raise BadDocument(f"it is not TOML: {problem}; {_advice(str(problem), '')}") from None


def _yaml(text: str, most_nodes: int) -> ParsedFile:
    try:
        return ParsedFile(read_yaml(text, most_nodes), "YAML")
    except BadYaml as problem:
        raise BadDocument(f"it is not JSON, YAML or TOML; as YAML: {problem}; correct it there") from None

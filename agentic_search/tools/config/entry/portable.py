"""An entry of any host in our own words, with its variables as they are: what can be written into a file of ours."""

import re
from dataclasses import fields

from pydantic import JsonValue
from pydantic.alias_generators import to_camel

from agentic_search.domain.data import JsonObject
from agentic_search.tools.config.entry.translation import Translated, translate
from agentic_search.tools.config.hosts.host import Host
from agentic_search.tools.config.server_config import OAuthRules

_DOLLAR = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)|%([A-Za-z_][A-Za-z0-9_]*)%")
_KINDS = {"http": "streamable-http", "sse": "sse"}


def portable_entry(entry: JsonValue, host: Host, *, switched_off: bool = False) -> JsonObject:
    """What is empty is left out; an entry that is none is empty."""
    if not isinstance(entry, dict):
        return {}
    made = translate(entry, host)
    written: dict[str, JsonValue] = {
        **{name: value for name, value in made.values.items() if value not in ([], "", None)},
        **({"args": [*made.args]} if made.args else {}),
        **({"env": _environment(made)} if made.env or made.passed_on else {}),
        **({"headers": dict[str, JsonValue](made.headers)} if made.headers else {}),
        **({"type": _KINDS[made.kind]} if made.kind in _KINDS else {}),
        **({"auth": _auth(made.auth)} if made.auth else {}),
        **({"disabled": True} if switched_off else {}),
    }
    ordered = {name: written[name] for name in ("command", "args", "env", "url", "headers") if name in written}
    whole: JsonObject = {**ordered, **written}
    return {name: _in_braces(value) for name, value in whole.items()} if host.dollar else whole


def _environment(made: Translated) -> dict[str, JsonValue]:
    return {**{name: f"${{{name}:-}}" for name in made.passed_on}, **made.env}


def _auth(rules: OAuthRules) -> dict[str, JsonValue]:
    said = {field.name: getattr(rules, field.name) for field in fields(rules)}
    return {to_camel(name): [*value] if isinstance(value, tuple) else value for name, value in said.items() if value}


def _in_braces(value: JsonValue) -> JsonValue:
    """`$NAME` and `%NAME%` as any host's file may write them: `${NAME}`."""
    match value:
        case str():
            return _DOLLAR.sub(lambda found: f"${{{found[1] or found[2]}}}", value)
        case list():
            return [_in_braces(each) for each in value]
        case dict():
            return {name: _in_braces(each) for name, each in value.items()}
        case _:
            return value

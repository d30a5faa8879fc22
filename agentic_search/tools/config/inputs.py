"""What a server's entry asks the user for: placeholders in its texts, until the values are given."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from agentic_search.errors import RequestError
from agentic_search.tools.config.server_config import HttpEndpoint, ServerConfig, StdioLaunch, is_web_address

_LONGEST = 16_384
_PLACEHOLDER = re.compile("\0([^\0]+)\0")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def placeholder(name: str) -> str:
    """What stands for an input's value; no file's text and no variable holds NUL."""
    return f"\0{name}\0"


def header_problem(name: str, value: str) -> str:
    """Why a header cannot be sent so; empty where it can, once placeholders are filled."""
    if not _HEADER_NAME.fullmatch(name):
        return f'"headers": {name!r} is no name of a header: correct it'
    if not _HEADER_VALUE.fullmatch(_PLACEHOLDER.sub("", value)):
        return f'"headers.{name}": has a character that no header can have: remove or encode what is not plain ASCII'
    return ""


def with_inputs(server: ServerConfig, given: Mapping[str, str]) -> ServerConfig:
    """The server with the values in place; raises RequestError for what is missing, or not to be chosen from."""
    values: dict[str, str] = {}
    for asked in server.inputs:
        value = given.get(asked.id, asked.default)
        if not value:
            raise RequestError(f"{server.name!r} needs a value for {asked.id!r}")
        if asked.options and value not in asked.options:
            raise RequestError(f"{asked.id!r} must be one of: {', '.join(asked.options)}")
        if len(value) > _LONGEST or "\0" in value:
            raise RequestError(f"{asked.id!r} must be text of at most {_LONGEST} characters, without NUL")
        values[asked.id] = value
    reach = _filled(server.reach, values)
    if isinstance(reach, HttpEndpoint) and not is_web_address(reach.url):
        raise RequestError(f"the address of {server.name!r} is no http:// or https:// address with these values")
    if isinstance(reach, HttpEndpoint):
        for problem in filter(None, (header_problem(name, value) for name, value in reach.headers.items())):
            raise RequestError(f"{server.name!r}: {problem}")
    return replace(server, reach=reach, inputs=(), secrets=(*server.secrets, *values.values()))


def _filled(reach: StdioLaunch | HttpEndpoint, values: Mapping[str, str]) -> StdioLaunch | HttpEndpoint:
    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: values[found[1]], text)

    if isinstance(reach, HttpEndpoint):
        headers = {name: fill(value) for name, value in reach.headers.items()}
        return replace(reach, url=fill(reach.url), headers=headers)
    return StdioLaunch(
        command=fill(reach.command),
        args=tuple(map(fill, reach.args)),
        env={name: fill(value) for name, value in reach.env.items()},
        cwd=Path(fill(str(reach.cwd))) if reach.cwd is not None else None,
    )

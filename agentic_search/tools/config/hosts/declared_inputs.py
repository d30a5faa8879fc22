"""What a servers file declares to ask the user for: VS Code's `inputs`."""

from collections.abc import Mapping

from pydantic import JsonValue

from agentic_search.domain.tool import ServerInput


def inputs_of(beside: Mapping[str, JsonValue]) -> dict[str, ServerInput | str]:
    """The inputs that stand beside the servers, by name; text says why one cannot be asked for."""
    listed = beside.get("inputs")
    made: dict[str, ServerInput | str] = {}
    for each in listed if isinstance(listed, list) else ():
        match each:
            case {"id": str(name), "type": "promptString" | "pickString"}:
                made[name] = _input(name, each)
            case {"id": str(name), "type": kind}:
                made[name] = f"inputs of the type {kind!r} are not supported: write ${{NAME}} and set the variable NAME"
            case {"id": str(name)}:
                made[name] = _input(name, each)
            case _:
                pass
    return made


def _input(name: str, given: Mapping[str, JsonValue]) -> ServerInput:
    options = given.get("options")
    chosen = (
        [each.get("value") if isinstance(each, dict) else each for each in options or ()]
        if isinstance(options, list)
        else []
    )
    default, description = given.get("default"), given.get("description")
    return ServerInput(
        id=name,
        description=description if isinstance(description, str) else "",
        secret=given.get("password") is True,
        default=default if isinstance(default, str) else "",
        options=tuple(str(each) for each in chosen if isinstance(each, str | int | float)),
    )

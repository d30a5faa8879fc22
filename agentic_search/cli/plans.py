"""`run`: a plan's file in this process, or a saved plan of the service, with inputs as they are typed."""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue
from pydantic_core import from_json

from agentic_search.cli.asking import carried_out, end
from agentic_search.cli.connecting import connected, opened
from agentic_search.client.local import address_of, is_running
from agentic_search.client.options import QuestionOptions
from agentic_search.errors import ConfigurationError, NotFound
from agentic_search.settings import Settings
from agentic_search.text.naming import did_you_mean
from agentic_search.workflows.inputs import schema_of
from agentic_search.workflows.reading import BadWorkflow, read_workflow
from agentic_search.workflows.workflow import Workflow

_ENDINGS = {".yaml", ".yml", ".json"}


async def run(
    settings: Settings,
    plan: str,
    inputs: Sequence[str],
    question: str | None,
    *,
    server: str | None,
    as_json: bool,
    options: QuestionOptions,
) -> int:
    """Run it, show how it goes and print the answer; the exit status."""
    if Path(plan).suffix in _ENDINGS:
        return await _of_file(settings, Path(plan), inputs, question, as_json=as_json, options=options)
    async with connected(settings, server=server) as client:
        known = {each.name: each for each in (await client.workflows()).workflows}
        if plan not in known:
            raise NotFound(f"There is no saved plan {plan!r}{did_you_mean(plan, known)}, and no such file.")
        options["workflow"], options["inputs"] = plan, _values(inputs, known[plan].inputs or {})
        ended = await carried_out(client, question or known[plan].description or plan, quiet=as_json, **options)
    return end(ended, as_json=as_json)


async def _of_file(
    settings: Settings,
    path: Path,
    inputs: Sequence[str],
    question: str | None,
    *,
    as_json: bool,
    options: QuestionOptions,
) -> int:
    text, workflow = _read(path)
    options["workflow"], options["inputs"] = workflow.name, _values(inputs, schema_of(workflow.inputs))
    changes: dict[str, object] = {}
    if await is_running(address_of(settings)):
        # It has the database. The file's plan is none of its own, and may name tools that it does not have.
        changes["database_url"] = type(settings.database_url)("memory:")
        print("A service is running: this run is not kept in its history.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{workflow.name}.yaml").write_text(text, encoding="utf-8")
        here = settings.model_copy(update={**changes, "workflows": Path(folder)})
        async with opened(here) as client:
            asked = question or workflow.description or workflow.name
            ended = await carried_out(client, asked, quiet=as_json, **options)
    return end(ended, as_json=as_json)


def _read(path: Path) -> tuple[str, Workflow]:
    """A plan's file."""
    try:
        text = path.expanduser().read_text(encoding="utf-8-sig")
        return text, read_workflow(text, stem=path.stem)
    except BadWorkflow as problem:
        raise ConfigurationError(f"{path} is no plan: {problem}.") from problem
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"{path} cannot be read: {problem}.") from problem


def _values(inputs: Sequence[str], schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """`name=value` pairs; a value that is not to be text is read as JSON."""
    declared = schema.get("properties")
    kinds = {
        name: each.get("type")
        for name, each in (declared.items() if isinstance(declared, dict) else ())
        if isinstance(each, dict)
    }
    values: dict[str, JsonValue] = {}
    for pair in inputs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise ConfigurationError(f"--input {pair!r} has no name: write --input name=value.")
        text = _text(name, value)
        values[name] = text if kinds.get(name, "string") == "string" else _json(name, text)
    return values


def _text(name: str, value: str) -> str:
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"--input {name}: the file {value[1:]} cannot be read: {problem}.") from problem


def _json(name: str, text: str) -> JsonValue:
    try:
        return from_json(text)
    except ValueError as problem:
        raise ConfigurationError(f"--input {name} is not to be text: write JSON, as in 5, true or [1, 2].") from problem

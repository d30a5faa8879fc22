"""How a server is reached, with all variables filled in: a command with its environment, or an address with headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from agentic_search.text.files.env_text import load_env
from agentic_search.tools.config.entry.variables import Variables, is_shell
from agentic_search.tools.config.hosts.host import Host
from agentic_search.tools.config.inputs import header_problem
from agentic_search.tools.config.secrets import secrets_of
from agentic_search.tools.config.server_config import HttpEndpoint, StdioLaunch, is_web_address

_MOST_TOLD = 5
"""Lines of a `.env` file that are not as they should be."""


@dataclass(frozen=True, slots=True)
class WrittenReach:
    """As the entry writes it."""

    command: str | None
    args: tuple[str, ...]
    env: Mapping[str, str]
    env_file: str | None
    passed_on: tuple[str, ...]
    cwd: str | None
    url: str | None
    headers: Mapping[str, str]
    kind: str


def read_reach(
    written: WrittenReach, variables: Variables, host: Host, *, environment: Mapping[str, str]
) -> StdioLaunch | HttpEndpoint:
    """Fill it in; what is missing or wrong is among the complaints of `variables`."""
    env = {
        **{name: environment[name] for name in written.passed_on if name in environment},
        **(_env_file(written.env_file, variables) if written.env_file else {}),
        **{name: variables.fill(f"env.{name}", value) for name, value in written.env.items()},
    }
    for name in written.passed_on:
        if name not in environment:
            variables.warnings.append(f"the variable {name} is not set, and not passed on")
    variables.own(env)
    reach = (
        _launch(written, variables, env) if written.url is None else _endpoint(written.url, written, variables, host)
    )
    for value in secrets_of(reach):
        variables.keep(value)
    return reach


def _launch(written: WrittenReach, variables: Variables, env: Mapping[str, str]) -> StdioLaunch:
    command = variables.fill("command", written.command or "")
    shell = is_shell(command)
    args = (variables.fill(f"args[{index}]", value, shell=shell) for index, value in enumerate(written.args))
    cwd = variables.fill("cwd", written.cwd) if written.cwd else None
    return StdioLaunch(
        command=str(Path(command).expanduser()) if command.startswith("~/") else command,
        args=tuple(args),
        env=env,
        cwd=Path(cwd).expanduser() if cwd else None,
    )


def _endpoint(url: str, written: WrittenReach, variables: Variables, host: Host) -> HttpEndpoint:
    filled = variables.fill("url", url)
    if not variables.complaints and not (is_web_address(filled) or "\0" in filled):
        known = "WebSocket is not supported; give" if filled.startswith(("ws://", "wss://")) else "must be"
        variables.complaints.append(f'"url": {known} a whole http:// or https:// address')
    headers = {name: variables.fill(f"headers.{name}", value).strip() for name, value in written.headers.items()}
    if not variables.complaints:
        variables.complaints += filter(None, (header_problem(name, value) for name, value in headers.items()))
    return HttpEndpoint(url=filled, headers=headers, transport=_transport(written.kind, filled, host))


def _transport(kind: str, url: str, host: Host) -> Literal["http", "sse"]:
    if kind in {"http", "sse"}:
        return "sse" if kind == "sse" else "http"
    by_path = host.sse == "by_path" and is_web_address(url) and urlsplit(url).path.rstrip("/").endswith("/sse")
    return "sse" if by_path or host.sse == "always" else "http"


def _env_file(written: str, variables: Variables) -> dict[str, str]:
    """The variables of a `.env` file, as they stand there."""
    path = variables.folder / Path(variables.fill("envFile", written)).expanduser()
    try:
        lines = load_env(path)
    except (OSError, ValueError) as problem:
        variables.complaints.append(f'"envFile": {path} cannot be read ({problem}): correct the path, or use "env"')
        return {}
    variables.warnings += [f'"envFile": {line.told(str(path))}' for line in lines if line.problem][:_MOST_TOLD]
    return {line.name: line.value for line in lines if line.is_read}

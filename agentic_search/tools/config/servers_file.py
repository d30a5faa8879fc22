"""The servers file of any MCP host: reads which servers to connect to.

Nothing in it stops the service: a server that cannot be used says why in its `problem`, and so does the whole file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import JsonValue

from agentic_search.text.files.yaml_text import MOST_NODES
from agentic_search.text.naming import did_you_mean
from agentic_search.tools.config.entry.server_entry import read_entry
from agentic_search.tools.config.entry.variables import VariableScope
from agentic_search.tools.config.formats.document import BadDocument, read_document
from agentic_search.tools.config.hosts.containers import HostFile, NoServers, servers_of
from agentic_search.tools.config.names import usable_names
from agentic_search.tools.config.server_config import ServerConfig, StdioLaunch


def read_servers(
    path: Path,
    *,
    bundled: Sequence[ServerConfig] = (),
    environment: Mapping[str, str],
    may_be_missing: bool = True,
    most_yaml_nodes: int = MOST_NODES,
) -> tuple[ServerConfig, ...]:
    """The bundled servers and those of the file; of one name, the file's entry counts.

    An entry `{"disabled": true}` switches a bundled server off. Variables are read from `environment`. A file that
    may be missing and is leaves the bundled ones; so does one that cannot be read, as YAML of more than
    `most_yaml_nodes` values, which is shown as a server that cannot be used.
    """
    servers = {server.name: server for server in bundled}
    try:
        file = servers_of(read_document(path.read_bytes(), most_yaml_nodes))
    except FileNotFoundError:
        missing = f"{path.absolute()} is not there: correct AGENTIC_SEARCH_SERVERS_FILE, or make the file"
        return tuple(bundled) if may_be_missing else (*bundled, _file_itself(path, servers, problem=missing))
    except (OSError, BadDocument, NoServers) as problem:
        shown = _file_itself(path, servers, problem=f"{path} cannot be used: {problem}")
        return (*bundled, shown)
    scope = VariableScope(environment, path, file.inputs, dollar=file.host.dollar)
    names = usable_names(file.entries, taken=servers)
    for written, entry in file.entries.items():
        name = names[written]
        server = _server(name, entry, servers, file, scope)
        if server is not None:
            servers[name] = _named(server, written, file)
    notes = (_file_itself(path, servers, warnings=file.warnings),) if file.warnings else ()
    return (*servers.values(), *notes)


def _server(
    name: str, entry: JsonValue, known: Mapping[str, ServerConfig], file: HostFile, scope: VariableScope
) -> ServerConfig | None:
    if entry not in ({"disabled": True}, {"enabled": False}):
        return read_entry(name, entry, scope, file.host)
    if name in known:
        return replace(known[name], disabled=True)
    warning = f"there is no bundled server of this name to disable{did_you_mean(name, known)}"
    return ServerConfig(name, StdioLaunch(""), warnings=(warning,), disabled=True) if known else None


def _named(server: ServerConfig, written: str, file: HostFile) -> ServerConfig:
    title = "" if server.name == written else written.strip() or "(no name)"
    server = replace(server, title=title, disabled=server.disabled or written in file.switched_off)
    if written in file.twice:
        return replace(server, problem="is there twice in the file: rename or remove one")
    return server


def _file_itself(
    path: Path, taken: Mapping[str, ServerConfig], *, problem: str = "", warnings: tuple[str, ...] = ()
) -> ServerConfig:
    """The file in the list of servers, where there is something to say of it."""
    name = usable_names([path.name], taken=taken)[path.name]
    return ServerConfig(
        name, StdioLaunch(str(path)), title=path.name, problem=problem, warnings=warnings, disabled=not problem
    )

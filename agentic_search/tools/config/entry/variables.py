"""Fills in variables in the forms of all hosts: from the environment, a file, or with what the user is asked for."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentic_search.domain.tool import ServerInput
from agentic_search.tools.config.inputs import placeholder
from agentic_search.tools.config.secrets import SHORTEST_SECRET

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_FORM = re.compile(
    rf"""
      \$\{{\{{\s*(?P<expression>[^{{}}]*?)\s*\}}\}}
    | \{{\{{\s*(?P<moustache>{_NAME})\s*\}}\}}
    | \$\{{(?P<braces>(?:[^{{}}]|\{{[^{{}}]*\}})*)\}}
    | \$\{{(?P<open>[^{{}}]*)$
    | \{{(?P<kind>env|file):(?P<place>[^{{}}]+)\}}
    | \$env:(?P<powershell>{_NAME})
    | \$(?P<dollar>{_NAME})
    | %(?P<percent>{_NAME})%
    """,
    re.VERBOSE,
)
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .'-]*>|YOUR_[A-Z0-9_]+", re.ASCII)
"""What documents write where the reader's own value belongs."""
_EXPRESSION = re.compile(rf"(?:secrets|env|vars|inputs)\.({_NAME})")
_IN_BRACES = re.compile(
    rf"(?:(?P<kind>env|localEnv):)?(?P<name>{_NAME})(?:(?P<sign>:-|-|:)(?P<default>.*))?", re.DOTALL
)
_CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]{2,}")
_COPILOT = "COPILOT_MCP_"
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh", "fish", "cmd", "cmd.exe", "powershell", "pwsh"})
_LARGEST_FILE = 65_536
_NO_SECRETS = frozenset(
    {"HOME", "USER", "LOGNAME", "PATH", "PWD", "SHELL", "LANG", "TERM", "TMPDIR", "TEMP", "TMP", "APPDATA"}
)
"""Variables of every program's environment: their values may stand in messages."""


def is_shell(command: str) -> bool:
    """Whether a command fills in variables of its arguments itself."""
    return command.replace("\\", "/").rpartition("/")[2].lower() in _SHELLS


@dataclass(frozen=True, slots=True)
class VariableScope:
    """What variables of one file can mean."""

    environment: Mapping[str, str]
    file: Path
    """The servers file: relative paths start in its folder."""
    inputs: Mapping[str, ServerInput | str] = field(default_factory=dict[str, ServerInput | str])
    """What the file declares to ask the user for; text says why that cannot be."""
    dollar: bool = False
    """`$NAME` and `%NAME%` are variables in this host's files."""

    @property
    def folder(self) -> Path:
        """Where the file is."""
        return self.file.absolute().parent

    @property
    def workspace(self) -> Path:
        """The folder that the file is about: a host's own folder in it, as `.vscode`, does not count."""
        folder = self.folder
        return folder.parent if folder.name.startswith(".") and folder.parent != Path.home() else folder


class Variables:
    """Fills in the texts of one entry, and notes what it met."""

    def __init__(self, scope: VariableScope, *, asked: Mapping[str, ServerInput] | None = None) -> None:
        """`asked`: what this entry alone asks the user for, written as `{{NAME}}`."""
        self._scope = scope
        self._asked = asked or {}
        self._own: dict[str, str] = {}
        self.complaints: list[str] = []
        self.warnings: list[str] = []
        self.inputs: dict[str, ServerInput] = {}
        self.secrets: dict[str, None] = {}
        self._field, self._shell = "", False

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self._scope.folder

    def own(self, env: Mapping[str, str]) -> None:
        """Let later texts refer to the entry's own environment, too."""
        self._own = dict(env)

    def fill(self, field: str, text: str, *, shell: bool = False) -> str:
        """The text with all variables in place, each once: a value that looks like a variable stays as it is.

        `shell`: a shell reads the text, and fills in itself what is not known here.
        """
        if "\0" in text:
            self.complaints.append(f'"{field}": has a NUL character: remove it')
            return ""
        self._field, self._shell = field, shell
        if _PLACEHOLDER.fullmatch(text):
            self.warnings.append(f'"{field}": {text} looks like a placeholder, and is passed on: write the value')
        if text.startswith(_COPILOT) and re.fullmatch(_NAME, text):
            return self._variable(text, text)
        return _FORM.sub(self._value, text)

    def keep(self, value: str) -> None:
        """Note a value that must stand in no text that goes out."""
        if len(value) >= SHORTEST_SECRET and "\0" not in value:
            self.secrets[value] = None

    def _value(self, found: re.Match[str]) -> str:
        whole = found[0]
        match found.lastgroup:
            case "expression":
                inner = _EXPRESSION.fullmatch(found["expression"])
                return self._variable(inner[1], whole) if inner else self._unknown(whole)
            case "moustache":
                return self._moustache(found["moustache"], whole)
            case "braces":
                return self._braces(found["braces"], whole)
            case "open":
                return self._unknown(whole)
            case "place":
                is_file = found["kind"] == "file"
                return self._file(found["place"]) if is_file else self._variable(found["place"].strip(), whole)
            case "powershell":
                return self._variable(found["powershell"], whole)
            case _:
                return self._bare(found["dollar"] or found["percent"], whole)

    def _braces(self, inner: str, whole: str) -> str:
        if (known := self._place(inner)) is not None:
            return known
        if inner.startswith("input:"):
            return self._input(inner.removeprefix("input:").strip(), whole)
        read = _IN_BRACES.fullmatch(inner.strip())
        if read is None or (read["sign"] == ":" and read["kind"] is None):
            return self._unknown(whole)
        default = read["default"] if read["sign"] else None
        return self._variable(read["name"], whole, default)

    def _place(self, inner: str) -> str | None:
        """What an editor knows of folders."""
        scope = self._scope
        match inner:
            case "workspaceFolder" | "workspaceRoot" | "cwd":
                return str(scope.workspace)
            case "workspaceFolderBasename":
                return scope.workspace.name
            case "fileDirname" | "__dirname":
                return str(scope.folder)
            case "userHome" | "HOME" if inner not in scope.environment:
                return str(Path.home())
            case "pathSeparator" | "/":
                return os.sep
            case _:
                return None

    def _variable(self, name: str, whole: str, default: str | None = None) -> str:
        """As in a shell, the default also stands in for a variable that is set but empty."""
        value = self._own.get(name, self._scope.environment.get(name))
        if value is None and default is None:
            if not self._shell:
                self._missing(name)
            return whole
        if not value and default is not None:
            return _FORM.sub(self._value, default)
        if name not in _NO_SECRETS:
            self.keep(value or "")
        return value or ""

    def _missing(self, name: str) -> None:
        self.complaints.append(
            f'"{self._field}": the variable {name} is not set: set it, or write ${{{name}:-default}}'
        )

    def _bare(self, name: str, whole: str) -> str:
        """`$NAME` and `%NAME%`, which are variables in some hosts' files only."""
        if self._shell:
            return whole
        known = name in self._own or name in self._scope.environment
        if self._scope.dollar or name.startswith(_COPILOT):
            return self._variable(name, whole)
        if not _CAPITALS.fullmatch(name) or (whole.startswith("%") and not known and self._field == "url"):
            return whole
        if known:
            self.warnings.append(f'"{self._field}": {whole} is read as the variable {name}: better write ${{{name}}}')
            return self._variable(name, whole)
        self.warnings.append(f'"{self._field}": {whole} is passed on as it is: write ${{{name}}} for a variable')
        return whole

    def _moustache(self, name: str, whole: str) -> str:
        if asked := self._asked.get(name):
            self.inputs[name] = asked
            return placeholder(name)
        if _CAPITALS.fullmatch(name):
            return self._unknown(whole)
        self.warnings.append(f'"{self._field}": {whole} is passed on as it is')
        return whole

    def _input(self, name: str, whole: str) -> str:
        declared = self._scope.inputs.get(name)
        if isinstance(declared, str):
            self.complaints.append(f'"{self._field}": {whole}: {declared}')
            return whole
        if not name:
            return self._unknown(whole)
        self.inputs[name] = declared or ServerInput(id=name, secret=True)
        return placeholder(name)

    def _unknown(self, whole: str) -> str:
        if not self._shell:
            self.complaints.append(
                f'"{self._field}": {whole} cannot be filled in: write the value, or ${{NAME}} and set the variable NAME'
            )
        return whole

    def _file(self, place: str) -> str:
        path = self._scope.folder / Path(place.strip()).expanduser()
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST_FILE + 1)
            value = content.decode().strip()
        except (OSError, ValueError) as problem:
            self.complaints.append(f'"{self._field}": the file {path} cannot be read: {problem}')
            return ""
        if len(content) > _LARGEST_FILE or "\0" in value:
            self.complaints.append(f'"{self._field}": the file {path} holds more than a text of 64 KB: name another')
            return ""
        self.keep(value)
        return value

"""Lists of tools in the words of all hosts: which are offered, and which may be called unasked."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from agentic_search.tools.config.entry.keys import plain
from agentic_search.tools.config.entry.notes import EntryNotes

_ALL = frozenset({"*", "all", "always", "never", "approve", "auto"})
"""What says that no tool asks first: `never` is OpenAI's `require_approval`."""
_NONE = frozenset({"", "prompt", "ask", "onrequest", "untrusted"})
_KNOWN = ("allow", "deny")


@dataclass(slots=True)
class ToolLists:
    """The globs of one entry; `allow` is None where nothing says which tools are offered."""

    notes: EntryNotes
    allow: list[str] | None = None
    deny: list[str] = field(default_factory=list[str])
    approve: list[str] = field(default_factory=list[str])

    def read_tools(self, key: str, value: JsonValue) -> None:
        """`tools`: a list, allow and deny, or a setting for each tool."""
        if not isinstance(value, dict):
            self.read_allow(key, value)
            return
        for name, each in value.items():
            match plain(name), each:
                case "allow", list() | str():
                    self.read_allow(f"{key}.{name}", each)
                case "deny", list() | str():
                    self.read_deny(f"{key}.{name}", each)
                case (("allow" | "deny"), bool()):
                    (self.read_allow if plain(name) == "allow" else self.read_deny)(f"{key}.{name}", each)
                case _, dict() | bool():
                    self._one_tool(key, name, each)
                case (("allow" | "deny"), _):
                    self.notes.complain(f"{key}.{name}", "must be a list of names of tools")
                case _:
                    self.notes.unknown(name, _KNOWN, within=key)

    def read_allow(self, key: str, value: JsonValue) -> None:
        """Only these are offered."""
        if (globs := self._globs(key, value)) is None:
            return
        if not globs:
            self.notes.warn(key, "allows no tool")
        self.allow = [*(self.allow or []), *globs]

    def read_available(self, key: str, value: JsonValue) -> None:
        """Goose's list, which means all tools where it is empty."""
        if value:
            self.read_allow(key, value)

    def read_deny(self, key: str, value: JsonValue) -> None:
        """These are not offered."""
        self.deny += self._globs(key, value) or []

    def read_approve(self, key: str, value: JsonValue) -> None:
        """These may be called unasked."""
        match value:
            case str() if plain(value) in _NONE and value != "*":
                pass
            case str() if value in _ALL or plain(value) in _ALL:
                self.approve.append("*")
            case _:
                self.approve += self._globs(key, value) or []

    def _one_tool(self, key: str, tool: str, said: JsonValue) -> None:
        """Codex's settings of single tools."""
        match said:
            case False | {"enabled": False}:
                self.deny.append(tool)
            case {"approval_mode": "approve" | "auto"}:
                self.approve.append(tool)
            case True | {"enabled": True} | {"approval_mode": _}:
                pass
            case _:
                self.notes.unknown(tool, _KNOWN, within=key)

    def _globs(self, key: str, value: JsonValue) -> list[str] | None:
        """Of a name as `run(ls)`, which is about some calls only, the tool counts."""
        match value:
            case True:
                return ["*"]
            case False:
                return []
            case str():
                return [value]
            case [*each] if all(isinstance(glob, str) for glob in each):
                return [str(glob).partition("(")[0] for glob in each]
            case _:
                self.notes.complain(key, "must be true, false, or a list of names of tools")
                return None

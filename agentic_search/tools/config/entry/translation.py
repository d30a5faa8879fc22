"""An entry in any host's words becomes one in ours: keys by their meaning, values in the one form that is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from agentic_search.domain.tool import ServerInput
from agentic_search.tools.config.entry.auth import read_auth
from agentic_search.tools.config.entry.keys import meaning_of, plain
from agentic_search.tools.config.entry.notes import EntryNotes
from agentic_search.tools.config.entry.texts import as_text, is_whole_line, named_texts, split_line, words_of
from agentic_search.tools.config.entry.times import read_times
from agentic_search.tools.config.entry.tool_lists import ToolLists
from agentic_search.tools.config.formats.json_text import twice_in
from agentic_search.tools.config.hosts.host import Host
from agentic_search.tools.config.server_config import OAuthRules

_TRANSPORTS = {
    **dict.fromkeys(("stdio", "local", "command", "process"), "stdio"),
    **dict.fromkeys(("http", "https", "streamablehttp", "streamable", "httpstream", "httpstreamable"), "http"),
    **dict.fromkeys(("sse", "httpsse"), "sse"),
    **dict.fromkeys(("remote", "url"), "remote"),
}
_KINDS = "'stdio', 'streamable-http', 'sse'"
_REFUSED = {
    **dict.fromkeys(
        ("ws", "wss", "websocket", "websockets"), f"a connection by WebSocket is not supported: use one of {_KINDS}"
    ),
    **dict.fromkeys(
        ("builtin", "platform", "frontend", "inlinepython"), "it is a part of Goose, and cannot be started here"
    ),
}
_SAYS_NOTHING = frozenset({"", "mcp", "auto", "custom"})
_NAMES = frozenset({"name", "id", "serverlabel"})


@dataclass(slots=True)
class Translated:
    """An entry with our keys, and what was met on the way."""

    values: dict[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    notes: EntryNotes = field(default_factory=EntryNotes)
    args: list[str] = field(default_factory=list[str])
    env: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    passed_on: list[str] = field(default_factory=list[str])
    """Variables of the service's own environment that the server gets, where they are set."""
    asked: dict[str, ServerInput] = field(default_factory=dict[str, ServerInput])
    """LibreChat's `customUserVars`."""
    auth: OAuthRules | None = None
    kind: str = ""
    """stdio, http or sse, where the entry says so; remote is http or sse."""


def translate(entry: Mapping[str, JsonValue], host: Host) -> Translated:
    """Read an entry; whatever is wrong with it is in the result's notes."""
    translation = _Translation(host)
    for key in twice_in(entry):
        translation.notes.warn(key, "is there twice; the last one counts")
    for key, value in _unfolded(entry).items():
        if value is not None:
            translation.read(key, value)
    return translation.finish()


class _Translation:
    """Reads one key after another."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._made = Translated()
        self.notes = self._made.notes
        self._tools = tools = ToolLists(self.notes)
        self._by_meaning: Mapping[str, Callable[[str, JsonValue], None]] = {
            "command": self._command,
            "args": self._args,
            "env": self._env,
            "envvars": self._pass_on,
            "envkeys": self._env_keys,
            "headers": self._headers,
            "requestinit": self._request,
            "requestoptions": self._request,
            "authorizationtoken": lambda key, value: self._header(key, value, "Bearer {}"),
            "bearertoken": lambda key, value: self._header(key, value, "Bearer {}"),
            "apikey": lambda key, value: self._header(key, value, "Bearer {}"),
            "bearertokenenvvar": lambda key, value: self._header(key, value, "Bearer ${{{}}}"),
            "envhttpheaders": self._headers_of_variables,
            "url": lambda key, value: self._url(key, value, ""),
            "httpurl": lambda key, value: self._url(key, value, "http"),
            "sseurl": lambda key, value: self._url(key, value, "sse"),
            "type": self._type,
            "source": self._source,
            "disabled": lambda key, value: self._disabled(key, value, off=True),
            "enabled": lambda key, value: self._disabled(key, value, off=False),
            "isactive": lambda key, value: self._disabled(key, value, off=False),
            "active": lambda key, value: self._disabled(key, value, off=False),
            "tools": tools.read_tools,
            "allow": tools.read_allow,
            "availabletools": tools.read_available,
            "deny": tools.read_deny,
            "approve": tools.read_approve,
            "trust": tools.read_approve,
            "defaulttoolsapprovalmode": tools.read_approve,
            "requireapproval": tools.read_approve,
            "auth": self._auth,
            "requiresoauth": self._auth,
            "oauthclientid": lambda key, value: self._auth(key, {"client_id": value}),
            "oauthclientsecret": lambda key, value: self._auth(key, {"client_secret": value}),
            "oauthgranttype": lambda key, value: self._auth(key, {"kind": value}),
            "oauthscopes": lambda key, value: self._auth(key, {"scopes": value}),
            "scopes": lambda key, value: self._auth(key, {"scopes": value}),
            "customuservars": self._user_variables,
        }

    def read(self, key: str, value: JsonValue) -> None:
        if (found := meaning_of(key)) is None:
            self.notes.unknown(key)
            return
        meaning, unit = found
        if meaning in {"timeout", "startupTimeout"}:
            self._made.values |= read_times(key, value, meaning, unit, self._host, self.notes)
        elif handler := self._by_meaning.get(meaning):
            handler(key, value)
        elif meaning not in _NAMES:
            self._made.values[meaning] = value

    def finish(self) -> Translated:
        made, tools = self._made, self._tools
        command = made.values.get("command")
        if isinstance(command, str) and not made.args and is_whole_line(command) and (words := split_line(command)):
            made.values["command"], made.args = words[0], words[1:]
            self.notes.warn("command", f'is a whole line, read with {len(made.args)} arguments: better write "args"')
        if tools.allow is not None:
            made.values["allow"] = [*tools.allow]
        made.values["deny"], made.values["approve"] = [*tools.deny], [*tools.approve]
        return made

    def _command(self, key: str, value: JsonValue) -> None:
        match value:
            case [first, *rest] if (word := as_text(first)) is not None:
                self._made.values["command"] = word
                self._args(key, rest)
            case str():
                if value.strip():
                    self._made.values["command"] = value
            case _:
                self.notes.complain(key, 'must be text, as in "npx", or a list of the command and its arguments')

    def _args(self, key: str, value: JsonValue) -> None:
        self._made.args += words_of(key, value, self.notes)

    def _env(self, key: str, value: JsonValue) -> None:
        read = named_texts(key, value, "=", self.notes)
        self._made.env |= read.texts
        self._made.passed_on += read.names

    def _pass_on(self, key: str, value: JsonValue) -> None:
        for each in value if isinstance(value, list) else [value]:
            match each:
                case str(name) | {"name": str(name)}:
                    self._made.passed_on.append(name)
                case _:
                    self.notes.complain(key, "must be a list of names of variables")

    def _env_keys(self, key: str, value: JsonValue) -> None:
        """Goose's names of secrets, which it keeps elsewhere."""
        for name in words_of(key, value, self.notes):
            self._made.env[name] = f"${{{name}}}"

    def _headers(self, key: str, value: JsonValue) -> None:
        self._made.headers |= named_texts(key, value, ":", self.notes).texts

    def _request(self, key: str, value: JsonValue) -> None:
        """What is said of HTTP requests in an object of its own."""
        for name, each in value.items() if isinstance(value, dict) else ():
            if plain(name) == "headers":
                self._headers(f"{key}.{name}", each)
            elif plain(name) == "timeout":
                self._made.values |= read_times(f"{key}.{name}", each, "timeout", None, self._host, self.notes)
            else:
                self.notes.unknown(name, ("headers", "timeout"), within=key)

    def _header(self, key: str, value: JsonValue, form: str) -> None:
        if not isinstance(value, str) or not value:
            self.notes.complain(key, "must be text")
        else:
            self._made.headers["Authorization"] = form.format(value)

    def _headers_of_variables(self, key: str, value: JsonValue) -> None:
        for name, variable in named_texts(key, value, ":", self.notes).texts.items():
            self._made.headers[name] = f"${{{variable}}}"

    def _url(self, key: str, value: JsonValue, kind: str) -> None:
        if not isinstance(value, str):
            self.notes.complain(key, "must be text, an http:// or https:// address")
        elif value.strip():
            if self._made.values.get("url", value) != value:
                self.notes.warn(key, "is a second address" + ("; this one counts" if kind else ", not used"))
            if kind or "url" not in self._made.values:
                self._made.values["url"] = value.strip()
            self._made.kind = kind or self._made.kind

    def _type(self, key: str, value: JsonValue) -> None:
        name = plain(value) if isinstance(value, str) else "?"
        if reason := _REFUSED.get(name):
            self.notes.complain(key, reason)
        elif kind := _TRANSPORTS.get(name):
            if self._made.kind and kind not in {self._made.kind, "remote"}:
                self.notes.complain(key, f"says {kind}, and another key says {self._made.kind}: keep one")
            self._made.kind = self._made.kind or kind
        elif name not in _SAYS_NOTHING:
            self.notes.complain(key, f"must be one of {_KINDS}")

    def _source(self, key: str, value: JsonValue) -> None:
        if value == "extension":
            self.notes.complain(key, 'an extension of Zed starts it: give "command" to start it here')
        elif value != "custom":
            self.notes.unknown(key)

    def _disabled(self, key: str, value: JsonValue, *, off: bool) -> None:
        said = {"true": True, "false": False, "1": True, "0": False}.get((as_text(value) or "").lower())
        if said is None:
            self.notes.complain(key, "must be true or false")
        elif said is off:
            self._made.values["disabled"] = True

    def _auth(self, key: str, value: JsonValue) -> None:
        try:
            auth = read_auth(value, self.notes)
        except ValueError as bad:
            self.notes.complain(key, str(bad))
            return
        if isinstance(auth, str):
            self._made.headers["Authorization"] = auth
        elif auth is not None:
            said = {name: each for name in OAuthRules.__slots__ if (each := getattr(auth, name)) != _NO_RULES[name]}
            self._made.auth = replace(self._made.auth or OAuthRules(), **said)

    def _user_variables(self, key: str, value: JsonValue) -> None:
        if not isinstance(value, dict):
            self.notes.complain(key, "must be an object of variables, each with a title and a description")
            return
        for name, told in value.items():
            words = [told.get(part) for part in ("title", "description")] if isinstance(told, dict) else []
            text = ": ".join(word for word in words if isinstance(word, str))
            self._made.asked[name] = ServerInput(id=name, description=text, secret=True)


_NO_RULES = {name: getattr(OAuthRules(), name) for name in OAuthRules.__slots__}


def _unfolded(entry: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Put in what stands in an object of its own: Goose's `config`, Continue's `transport`, Zed's `command`."""
    whole = dict(entry)
    for key in ("config", "transport", "command"):
        inner = whole.get(key)
        if isinstance(inner, dict):
            del whole[key]
            part = {("command" if key == "command" and name == "path" else name): each for name, each in inner.items()}
            whole = {**part, **whole}
    return whole

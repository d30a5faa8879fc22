"""One entry of the servers file: its JSON is read as a ServerConfig, or with every complaint about it at once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from agentic_search.domain.limits import Limit, Rate
from agentic_search.tools.config.server_config import (
    SERVER_NAME,
    BreakerRules,
    CacheRules,
    HttpEndpoint,
    ServerConfig,
    StdioLaunch,
    ToolRules,
)

_RATE = re.compile(r"([1-9][0-9]*)\s*/\s*([smh])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0}
_HTTP_KINDS = {"http", "streamable-http", "sse"}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
"""`${VAR}` and `${VAR:-default}`, filled from the environment."""

Calls: TypeAlias = Annotated[int, Field(ge=1)]
WrittenRate: TypeAlias = Annotated[str, Field(pattern=rf"^{_RATE.pattern}$")]
Globs: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: {True: ("*",), False: ()}[given] if isinstance(given, bool) else given),
]
"""A list of globs over tool names; `true` is all of them, `false` none."""


class BadEntry(ValueError):
    """An entry that cannot be used; `complaints` lists everything wrong with it."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = complaints


class _MissingVariable(LookupError):
    """A variable that is neither set nor given a default; its text is the variable's name."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True)


class _Tools(_Form):
    allow: Globs = ("*",)
    deny: Globs = ()


class _Cache(_Form):
    max_age: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    max_entries: Annotated[int, Field(ge=1)] | None = None
    max_bytes: Annotated[int, Field(ge=1)] | None = None


class _Limit(_Form):
    max_concurrency: Calls | None = None
    rate_limit: WrittenRate | None = None


class _Breaker(_Form):
    failures: Annotated[int, Field(ge=1)] = BreakerRules().failures
    seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = BreakerRules().seconds


def _switched(given: object) -> object:
    """As the forms know it: nothing said, or `true`, is the defaults; `false` is none of it."""
    match given:
        case None | True:
            return {}
        case False:
            return None
        case _:
            return given


class _Entry(_Limit):
    """The fields as the file writes them."""

    command: Annotated[str, Field(min_length=1)] | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    type: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    transport: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    timeout: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    limits: dict[Annotated[str, Field(min_length=1)], _Limit] = Field(default_factory=dict)
    retries: Annotated[int, Field(ge=0)] | None = None
    tools: _Tools = _Tools()
    read_only: Globs = ()
    approve: Globs = ()
    idempotent: Globs = ()
    cache: Annotated[_Cache | None, BeforeValidator(_switched)] = _Cache()
    breaker: Annotated[_Breaker | None, BeforeValidator(_switched)] = _Breaker()
    disabled: bool = False

    @property
    def kind(self) -> str | None:
        return self.type or self.transport


_GROUPS: Mapping[str, type[_Form]] = {"tools": _Tools, "cache": _Cache, "breaker": _Breaker, "limits": _Limit}
"""The fields that hold fields of their own."""


def read_entry(name: str, written: JsonValue, environment: Mapping[str, str]) -> ServerConfig:
    """Read one server's entry; raises BadEntry. A disabled one needs none of its variables."""
    if not SERVER_NAME.fullmatch(name):
        raise BadEntry(("its name may hold only letters, digits, _ and -, at most 64: rename it",))
    try:
        entry = _Entry.model_validate(written)
    except ValidationError as problem:
        raise BadEntry(tuple(_readable(problem))) from None
    if complaints := tuple(_contradictions(entry)):
        raise BadEntry(complaints)
    return ServerConfig(
        name=name,
        reach=_Reach(entry, environment).read(),
        rules=ToolRules(entry.tools.allow, entry.tools.deny, entry.read_only, entry.idempotent, entry.approve),
        timeout=entry.timeout,
        limit=_limit(entry),
        tool_limits=tuple((glob, _limit(limit)) for glob, limit in entry.limits.items()),
        retries=entry.retries,
        cache=_cache(entry.cache),
        breaker=BreakerRules(entry.breaker.failures, entry.breaker.seconds) if entry.breaker is not None else None,
        disabled=entry.disabled,
    )


def _contradictions(entry: _Entry) -> Iterator[str]:
    if entry.command is None and entry.url is None:
        yield 'has neither "command" nor "url": give "command" to start it, or "url" where it listens'
    if entry.command is not None and entry.url is not None:
        yield 'has both "command" and "url": keep the one it is reached by'
    if entry.type and entry.transport and entry.type != entry.transport:
        yield f'"type" says {entry.type} and "transport" says {entry.transport}: keep one'
    if entry.url is not None and entry.kind == "stdio":
        yield '"url" does not go with stdio: remove the type, or give "command" instead'
    if entry.command is not None and entry.kind in _HTTP_KINDS:
        yield f'"command" does not go with {entry.kind}: remove the type, or give "url" instead'
    if entry.command is not None and entry.headers:
        yield '"headers" are for a server with "url": use "env" to pass something to a command'
    if entry.url is not None and (entry.args or entry.env or entry.cwd):
        yield '"args", "env" and "cwd" are for a server with "command": remove them'
    for glob, limit in entry.limits.items():
        if limit == _Limit():
            yield f'"limits.{glob}": limits nothing: give "maxConcurrency" or "rateLimit", or remove it'


class _Reach:
    """Fills in the variables of everything that says how a server is reached, noting what is missing."""

    def __init__(self, entry: _Entry, environment: Mapping[str, str]) -> None:
        self._entry = entry
        self._fill: Callable[[str], str] = (
            (lambda text: text) if entry.disabled else (lambda text: _fill(text, environment))
        )
        self._complaints: list[str] = []

    def read(self) -> StdioLaunch | HttpEndpoint:
        """Raises BadEntry with every missing variable."""
        reach = self._endpoint(self._entry.url) if self._entry.url is not None else self._launch()
        if self._complaints:
            raise BadEntry(tuple(self._complaints))
        return reach

    def _launch(self) -> StdioLaunch:
        entry = self._entry
        cwd = self._filled("cwd", entry.cwd) if entry.cwd is not None else None
        return StdioLaunch(
            command=self._filled("command", entry.command or ""),
            args=tuple(self._filled(f"args[{index}]", value) for index, value in enumerate(entry.args)),
            env={name: self._filled(f"env.{name}", value) for name, value in entry.env.items()},
            cwd=Path(cwd).expanduser() if cwd is not None else None,
        )

    def _endpoint(self, written: str) -> HttpEndpoint:
        url = self._filled("url", written)
        if not (self._entry.disabled or self._complaints or _is_web_address(url)):
            self._complaints.append('"url": must be a whole http:// or https:// address')
        return HttpEndpoint(
            url=url,
            headers={name: self._filled(f"headers.{name}", value) for name, value in self._entry.headers.items()},
            transport="sse" if self._entry.kind == "sse" else "http",
        )

    def _filled(self, field: str, text: str) -> str:
        try:
            return self._fill(text)
        except _MissingVariable as missing:
            self._complaints.append(
                f'"{field}": the variable {missing} is not set: set it, or write ${{{missing}:-default}}'
            )
            return text


def _fill(text: str, environment: Mapping[str, str]) -> str:
    """`text` with every variable replaced, once: a value that looks like a variable stays as it is.

    As in a shell, the default also stands in for a variable that is set but empty. Raises _MissingVariable.
    """
    return _VARIABLE.sub(lambda found: _value(found[1], found[2], environment), text)


def _value(name: str, default: str | None, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if default is not None:
        return value or default
    if value is None:
        raise _MissingVariable(name)
    return value


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _limit(written: _Limit) -> Limit:
    found = _RATE.fullmatch(written.rate_limit) if written.rate_limit is not None else None
    return Limit(written.max_concurrency, Rate(int(found[1]), _SECONDS[found[2]]) if found else None)


def _cache(written: _Cache | None) -> CacheRules | None:
    return CacheRules(written.max_age, written.max_entries, written.max_bytes) if written is not None else None


def _readable(problem: ValidationError) -> Iterator[str]:
    """Pydantic's errors as the file writes its fields; never the value, which may be a secret."""
    for error in problem.errors(include_url=False, include_context=False, include_input=False):
        path = [str(part) for part in error["loc"] if part != "[key]"]
        field = ".".join(path)
        match error["type"]:
            case "extra_forbidden":
                yield f'"{field}": unknown field{_nearest_field(path)}'
            case "string_pattern_mismatch":
                yield f'"{field}": must be calls per second, minute or hour, as in "10/s" or "100/m"'
            case "model_type" | "model_attributes_type":
                yield f'"{field}": must be an object {{…}}' if field else "must be an object {…}"
            case _:
                yield f'"{field}": {error["msg"].replace("Input should be", "must be", 1)}'


def _nearest_field(path: Sequence[str]) -> str:
    *group, unknown = path
    form = _GROUPS[group[0]] if group else _Entry
    known = [known_field.alias or name for name, known_field in form.model_fields.items()]
    near = get_close_matches(unknown, known, n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else f": the fields are {', '.join(known)}"

"""One entry of the servers file is read as a ServerConfig, or as one that says everything that is wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from agentic_search.domain.limits import Limit, Rate
from agentic_search.tools.config.entry.keys import plain
from agentic_search.tools.config.entry.reach import WrittenReach, read_reach
from agentic_search.tools.config.entry.translation import Translated, translate
from agentic_search.tools.config.entry.variables import Variables, VariableScope
from agentic_search.tools.config.hosts.host import Host
from agentic_search.tools.config.server_config import (
    BreakerRules,
    CacheRules,
    HttpEndpoint,
    OAuthRules,
    ServerConfig,
    StdioLaunch,
    ToolRules,
)

_RATE = re.compile(r"([1-9][0-9]*)\s*/\s*([smh])")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0}

Calls: TypeAlias = Annotated[int, Field(ge=1)]
WrittenRate: TypeAlias = Annotated[str, Field(pattern=rf"^{_RATE.pattern}$")]
Globs: TypeAlias = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda given: {True: ("*",), False: ()}[given] if isinstance(given, bool) else given),
]
"""A list of globs over tool names; `true` is all of them, `false` none."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True)


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
    """What is checked of an entry: everything but how it is reached, which every host writes in another way."""

    command: str | None = None
    env_file: str | None = None
    cwd: str | None = None
    url: str | None = None
    timeout: float | None = None
    startup_timeout: float | None = None
    limits: dict[Annotated[str, Field(min_length=1)], _Limit] = Field(default_factory=dict)
    retries: Annotated[int, Field(ge=0)] | None = None
    allow: Globs = ("*",)
    deny: Globs = ()
    read_only: Globs = ()
    idempotent: Globs = ()
    approve: Globs = ()
    cache: Annotated[_Cache | None, BeforeValidator(_switched)] = _Cache()
    breaker: Annotated[_Breaker | None, BeforeValidator(_switched)] = _Breaker()
    disabled: bool = False


_GROUPS: Mapping[str, type[_Form]] = {"cache": _Cache, "breaker": _Breaker}
"""The fields that hold fields of their own."""


def read_entry(name: str, written: JsonValue, scope: VariableScope, host: Host) -> ServerConfig:
    """Read one server's entry; one that cannot be used has its `problem`. A disabled one needs no variables."""
    if not isinstance(written, dict):
        return _unusable(name, ["must be an object {…}"], Translated())
    made = translate(written, host)
    _keep_known(made)
    try:
        entry = _Entry.model_validate(made.values)
    except ValidationError as problem:
        return _unusable(name, [*made.notes.complaints, *_readable(problem)], made)
    if complaints := [*made.notes.complaints, *_contradictions(entry, made)]:
        return _unusable(name, complaints, made)
    _warn_of_idle(entry, made)
    rules = ToolRules(entry.allow, entry.deny, entry.read_only, entry.idempotent, entry.approve)
    server = ServerConfig(
        name=name,
        reach=_unfilled(entry),
        rules=rules,
        timeout=entry.timeout,
        limit=_limit(entry),
        tool_limits=tuple((glob, _limit(limit)) for glob, limit in entry.limits.items()),
        retries=entry.retries,
        cache=_cache(entry.cache),
        breaker=BreakerRules(entry.breaker.failures, entry.breaker.seconds) if entry.breaker is not None else None,
        auth=made.auth,
        warnings=tuple(made.notes.warnings),
        disabled=entry.disabled,
    )
    if entry.startup_timeout is not None:
        server = replace(server, startup_timeout=entry.startup_timeout)
    return server if entry.disabled else _filled(server, entry, made, scope, host)


def _filled(server: ServerConfig, entry: _Entry, made: Translated, scope: VariableScope, host: Host) -> ServerConfig:
    variables = Variables(scope, asked=made.asked)
    written = WrittenReach(
        entry.command,
        tuple(made.args),
        made.env,
        entry.env_file,
        tuple(made.passed_on),
        entry.cwd,
        entry.url,
        made.headers,
        made.kind,
    )
    reach = read_reach(written, variables, host, environment=scope.environment)
    auth = _filled_auth(made.auth, variables)
    warnings = tuple(dict.fromkeys([*server.warnings, *variables.warnings]))
    if variables.complaints:
        return replace(server, problem="; ".join(variables.complaints), warnings=warnings)
    return replace(
        server,
        reach=reach,
        auth=auth,
        warnings=warnings,
        secrets=tuple(variables.secrets),
        inputs=tuple(variables.inputs.values()),
    )


def _filled_auth(auth: OAuthRules | None, variables: Variables) -> OAuthRules | None:
    if auth is None:
        return None
    secret = variables.fill("auth.client_secret", auth.client_secret)
    variables.keep(secret)
    return replace(auth, client_id=variables.fill("auth.client_id", auth.client_id), client_secret=secret)


def _unusable(name: str, complaints: Sequence[str], made: Translated) -> ServerConfig:
    """What is shown of a server that cannot be used; a key that is likely mistyped may be why."""
    mistyped = [warning for warning in made.notes.warnings if "did you mean" in warning]
    url, command = made.values.get("url"), made.values.get("command")
    reach = HttpEndpoint(url) if isinstance(url, str) else StdioLaunch(command if isinstance(command, str) else "")
    return ServerConfig(
        name=name,
        reach=reach,
        warnings=tuple(made.notes.warnings),
        problem="; ".join(dict.fromkeys([*complaints, *mistyped])),
        disabled=made.values.get("disabled") is True,
    )


def _unfilled(entry: _Entry) -> StdioLaunch | HttpEndpoint:
    return HttpEndpoint(entry.url) if entry.url is not None else StdioLaunch(entry.command or "")


def _contradictions(entry: _Entry, made: Translated) -> Iterator[str]:
    if entry.command is None and entry.url is None:
        yield 'has neither "command" nor "url": give "command" to start it, or "url" where it listens'
    if entry.command is not None and entry.url is not None:
        yield 'has both "command" and "url": keep the one it is reached by'
    if entry.command is None and entry.url is not None and made.kind == "stdio":
        yield '"url" does not go with stdio: remove the type, or give "command" instead'
    if entry.url is None and entry.command is not None and made.kind not in {"", "stdio"}:
        yield f'"command" does not go with {made.kind}: remove the type, or give "url" instead'
    for glob, limit in entry.limits.items():
        if limit == _Limit():
            yield f'"limits.{glob}": limits nothing: give "maxConcurrency" or "rateLimit", or remove it'


def _warn_of_idle(entry: _Entry, made: Translated) -> None:
    """What says how another kind of server is reached."""
    if entry.command is not None and made.headers:
        made.notes.warn("headers", 'are for a server with "url", not used')
    if entry.url is not None:
        for key, value in (("args", made.args), ("env", made.env), ("cwd", entry.cwd), ("envFile", entry.env_file)):
            if value:
                made.notes.warn(key, 'is for a server with "command", not used')


def _keep_known(made: Translated) -> None:
    """Warn of unknown fields of the groups, and take them out."""
    for group, form in _GROUPS.items():
        if isinstance(written := made.values.get(group), dict):
            made.values[group] = _known(written, form, group, made)
    if isinstance(limits := made.values.get("limits"), dict):
        made.values["limits"] = {
            glob: _known(limit, _Limit, f"limits.{glob}", made) if isinstance(limit, dict) else limit
            for glob, limit in limits.items()
        }


def _known(written: Mapping[str, JsonValue], form: type[_Form], group: str, made: Translated) -> dict[str, JsonValue]:
    names = {plain(name): field.alias or name for name, field in form.model_fields.items()}
    for key in written:
        if plain(key) not in names:
            made.notes.unknown(key, list(names.values()), within=group)
    return {names[plain(key)]: value for key, value in written.items() if plain(key) in names}


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
            case "string_pattern_mismatch":
                yield f'"{field}": must be calls per second, minute or hour, as in "10/s" or "100/m"'
            case "model_type" | "model_attributes_type":
                yield f'"{field}": must be an object {{…}}' if field else "must be an object {…}"
            case _:
                yield f'"{field}": {error["msg"].replace("Input should be", "must be", 1)}'

"""The keys of all hosts by what they mean: each entry becomes one with our own keys, and a warning for each other."""

import re
from collections.abc import Mapping
from typing import Final

OURS: Final = [
    "command",
    "args",
    "env",
    "envFile",
    "cwd",
    "url",
    "headers",
    "type",
    "timeout",
    "startupTimeout",
    "maxConcurrency",
    "rateLimit",
    "limits",
    "retries",
    "tools",
    "readOnly",
    "idempotent",
    "approve",
    "cache",
    "breaker",
    "auth",
    "disabled",
]
"""The keys that the documentation names."""

_SAME: Final[Mapping[str, str]] = {
    "cmd": "command",
    "arguments": "args",
    "envs": "env",
    "environment": "env",
    "workingdirectory": "cwd",
    "workingdir": "cwd",
    "workdir": "cwd",
    "serverurl": "url",
    "baseurl": "url",
    "uri": "url",
    "endpoint": "url",
    "httpheaders": "headers",
    "customheaders": "headers",
    "transport": "type",
    "transporttype": "type",
    "protocol": "type",
    "autoapprove": "approve",
    "autoapproved": "approve",
    "alwaysallow": "approve",
    "includetools": "allow",
    "enabledtools": "allow",
    "allowedtools": "allow",
    "excludetools": "deny",
    "disabledtools": "deny",
    "deniedtools": "deny",
    "blockedtools": "deny",
    "oauth": "auth",
    "authorization": "auth",
    "requesttimeout": "timeout",
    "calltimeout": "timeout",
    "tooltimeout": "timeout",
    "inittimeout": "startupTimeout",
    "connectiontimeout": "startupTimeout",
    "connecttimeout": "startupTimeout",
    "starttimeout": "startupTimeout",
    "initializationtimeout": "startupTimeout",
}
"""Keys that mean one of ours, without their case and signs. `allow` and `deny` are those of `tools`."""

_OWN_MEANING: Final = frozenset(
    {
        "httpurl", "sseurl", "enabled", "isactive", "active", "trust", "source", "requestinit",
        "requestoptions", "envvars", "envkeys", "envhttpheaders", "bearertokenenvvar", "bearertoken", "apikey",
        "availabletools", "defaulttoolsapprovalmode", "requireapproval", "customuservars", "name", "id", "serverlabel",
        "oauthclientid", "oauthclientsecret", "oauthscopes", "scopes", "requiresoauth", "oauthgranttype",
    }
)  # fmt: skip
"""Keys that say what ours say in another way."""

_TIME_UNITS: Final[Mapping[str, str]] = {"seconds": "seconds", "secs": "seconds", "sec": "seconds", "s": "seconds"} | {
    "milliseconds": "milliseconds", "millis": "milliseconds", "ms": "milliseconds"
}  # fmt: skip
_TIMES: Final = {"timeout": "timeout", "startuptimeout": "startupTimeout"} | {
    key: ours for key, ours in _SAME.items() if ours in {"timeout", "startupTimeout"}
}


def plain(key: str) -> str:
    """The key without its case and signs: `startup_timeout_sec` is `startuptimeoutsec`."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


OTHERS: Final = (*_SAME, *_OWN_MEANING)
"""What else is understood, without case and signs."""
_BY_PLAIN: Final = {plain(key): key for key in OURS} | _SAME | {key: key for key in _OWN_MEANING}


def meaning_of(key: str) -> tuple[str, str | None] | None:
    """Our key, or the plain form of one with a meaning of its own, and the unit it names; None for an unknown one."""
    name = plain(key)
    if meaning := _BY_PLAIN.get(name):
        return meaning, None
    for suffix, unit in _TIME_UNITS.items():
        if name.endswith(suffix) and (ours := _TIMES.get(name.removesuffix(suffix))):
            return ours, unit
    return None

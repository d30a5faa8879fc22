"""The keys of all hosts by what they mean: each entry becomes one with our own keys, and a warning for each other."""

import re
from collections.abc import Mapping
from typing import Final

_OUR_KEYS = """
command args env envFile cwd url headers type timeout startupTimeout maxConcurrency rateLimit limits retries tools
readOnly idempotent approve cache breaker auth disabled
"""
OURS: Final = _OUR_KEYS.split()
"""The keys that the documentation names."""

_SAME: Final[Mapping[str, str]] = {
    key: ours
    for ours, keys in {
        "command": "cmd",
        "args": "arguments",
        "env": "envs environment",
        "cwd": "workingdirectory workingdir workdir",
        "url": "serverurl baseurl uri endpoint",
        "headers": "httpheaders customheaders",
        "type": "transport transporttype protocol",
        "approve": "autoapprove autoapproved alwaysallow",
        "allow": "includetools enabledtools allowedtools",
        "deny": "excludetools disabledtools deniedtools blockedtools",
        "auth": "oauth authorization",
        "timeout": "requesttimeout calltimeout tooltimeout",
        "startupTimeout": "inittimeout connectiontimeout connecttimeout starttimeout initializationtimeout",
    }.items()
    for key in keys.split()
}
"""Keys that mean one of ours, without their case and signs. `allow` and `deny` are those of `tools`."""

_OTHER_KEYS = """
httpurl sseurl enabled isactive active trust source requestinit requestoptions envvars envkeys envhttpheaders
bearertokenenvvar bearertoken authorizationtoken apikey availabletools defaulttoolsapprovalmode requireapproval
customuservars name id serverlabel oauthclientid oauthclientsecret oauthscopes scopes requiresoauth oauthgranttype
"""
_OWN_MEANING: Final = frozenset(_OTHER_KEYS.split())
"""Keys that say what ours say in another way."""

_TIME_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("seconds", "secs", "sec", "s"), "seconds"),
    **dict.fromkeys(("milliseconds", "millis", "ms"), "milliseconds"),
}
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

"""How hosts write that a server wants a sign-in: OAuth's client and scopes, or a token that goes into a header."""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import JsonValue

from agentic_search.tools.config.entry.keys import plain
from agentic_search.tools.config.entry.notes import EntryNotes
from agentic_search.tools.config.server_config import OAuthRules

_CLIENT = "client_credentials"
_SAME = {
    "clientid": "client_id",
    "clientsecret": "client_secret",
    **dict.fromkeys(("scope", "scopes", "oauthscopes"), "scopes"),
    **dict.fromkeys(("granttype", "kind", "type", "flow"), "kind"),
}
_NOT_NEEDED_KEYS = """
enabled callbackport redirecturi redirecturl authorizationurl tokenurl issuer audiences dynamicregistration
"""
_NOT_NEEDED = frozenset(_NOT_NEEDED_KEYS.split())
"""What the server itself says, or this service decides."""

Auth = OAuthRules | str | None
"""Rules for OAuth, the value of an `Authorization` header, or nothing."""


def read_auth(written: JsonValue, notes: EntryNotes) -> Auth:
    """What `auth` or `oauth` says; raises ValueError with a sentence for what cannot be understood."""
    match written:
        case None | False:
            return None
        case True:
            return OAuthRules()
        case str():
            return _text(written)
        case {"enabled": False}:
            return None
        case {"token": str(token)} | {"bearer": str(token)} | {"bearerToken": str(token)}:
            return f"Bearer {token}"
        case {**fields}:
            return _rules(fields, notes)
        case _:
            raise ValueError("must be an object with client_id, client_secret and scopes, or true")


def _text(written: str) -> Auth:
    match plain(written):
        case "oauth" | "oauth2" | "authorizationcode" | "pkce":
            return OAuthRules()
        case "clientcredentials":
            return OAuthRules(kind=_CLIENT)
        case "none" | "":
            return None
        case _:
            return written if re.match(r"\w+ \S", written) else f"Bearer {written}"


def _rules(fields: Mapping[str, JsonValue], notes: EntryNotes) -> OAuthRules:
    values: dict[str, str] = {}
    scopes: tuple[str, ...] = ()
    for key, value in fields.items():
        match _SAME.get(plain(key)), value:
            case "scopes", str():
                scopes = tuple(value.replace(",", " ").split())
            case "scopes", [*each]:
                scopes = tuple(str(scope) for scope in each)
            case str(name), str() if name != "scopes":
                values[name] = value
            case _:
                if plain(key) not in _NOT_NEEDED:
                    notes.unknown(key, ("client_id", "client_secret", "scopes", "kind"), within="auth")
    kind: Literal["authorization_code", "client_credentials"] = (
        _CLIENT if plain(values.get("kind", "")) == plain(_CLIENT) else "authorization_code"
    )
    return OAuthRules(values.get("client_id", ""), values.get("client_secret", ""), scopes, kind)

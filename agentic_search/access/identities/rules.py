"""What somebody may do whom a provider of identities has vouched for: nothing, unless a rule says otherwise. Pure."""

from collections.abc import Mapping
from hashlib import sha256

from agentic_search.access.caller import Caller
from agentic_search.domain.data import JsonObject
from agentic_search.setting_values.identities import ANYONE, GROUP, SUBJECT
from agentic_search.setting_values.scopes import USUAL_RATE, USUAL_RUNS, Scope

ID = "oidc:"
"""Begins the id of whoever is no key's holder."""
_LONGEST_NAME = 100
_ID_DIGITS = 24


def caller_of(claims: JsonObject, rules: Mapping[str, frozenset[Scope]], *, groups_claim: str) -> Caller:
    """Who the claims of a checked token are of, with all that any of their rules allows."""
    allowed = frozenset[Scope]().union(*(rules.get(who, frozenset()) for who in _names(claims, groups_claim)))
    whose = sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest()[:_ID_DIGITS]
    return Caller(ID + whose, _shown(claims), allowed, USUAL_RUNS, USUAL_RATE)


def _names(claims: JsonObject, groups_claim: str) -> list[str]:
    """All that rules may call them."""
    names = [ANYONE, f"{SUBJECT}{claims['sub']}"]
    email = claims.get("email")
    # An address that the provider has not checked is whatever somebody wrote there.
    if isinstance(email, str) and claims.get("email_verified") is True and email.count("@") == 1:
        names += [email.lower(), f"@{email.lower().partition('@')[2]}"]
    groups = claims.get(groups_claim)
    listed = groups if isinstance(groups, list) else [groups]
    return names + [f"{GROUP}{group}" for group in listed if isinstance(group, str) and group]


def _shown(claims: JsonObject) -> str:
    """What the audit log calls them; an address that is not checked could be another's."""
    email = claims.get("email") if claims.get("email_verified") is True else None
    given = (email, claims.get("preferred_username"), claims.get("name"), claims["sub"])
    return next(name for name in given if isinstance(name, str) and name)[:_LONGEST_NAME]

"""The settings of sign-in by a provider of identities: who may do what, and which addresses are one's."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Self, cast
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from agentic_search.setting_values.scopes import SCOPES, Scope

ANYONE = "*"
GROUP, SUBJECT = "group:", "sub:"
_SEPARATOR = re.compile(r"[\s+]+")
_FORMS = f"an email address, '@domain', '{GROUP}NAME', '{SUBJECT}ID' or '{ANYONE}'"


class IdentitySettings(BaseSettings):
    """The settings of sign-in by a provider of identities."""

    oidc_issuer: str = ""
    """A provider of identities (OpenID Connect) by which people sign in at the page; its address as it names itself."""

    oidc_client_id: str = ""
    """What the service is called there."""

    oidc_client_secret: SecretStr = SecretStr("")
    """The service's secret there; empty for a client without one."""

    oidc_scopes: str = "openid email profile"
    """What the provider is asked to tell, with blanks between; `openid` is among them."""

    oidc_groups_claim: str = "groups"
    """Where in what it tells the names of somebody's groups stand."""

    oidc_allow: Annotated[dict[str, frozenset[Scope]], NoDecode] = Field(default_factory=dict[str, frozenset[Scope]])
    """Who may do what: `ada@example.org=admin, group:staff=search read`; whoever is not among them may nothing."""

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, given: str) -> str:
        return checked_issuer(given.strip())

    @field_validator("oidc_scopes")
    @classmethod
    def _check_scopes(cls, given: str) -> str:
        if "openid" not in given.split():
            raise ValueError("'openid' must be among them: without it the provider says nothing of who somebody is")
        return " ".join(given.split())

    @field_validator("oidc_allow", mode="before")
    @classmethod
    def _read_allow(cls, given: object) -> object:
        return allowed_identities(given)

    @model_validator(mode="after")
    def _has_client_id(self) -> Self:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError(
                "AGENTIC_SEARCH_OIDC_ISSUER needs AGENTIC_SEARCH_OIDC_CLIENT_ID: register the service at the provider"
            )
        return self


def allowed_identities(given: object) -> dict[str, frozenset[Scope]]:
    """Who may do what: of `WHO=SCOPE SCOPE` with commas between, or of a table with a list or a text of scopes each."""
    if isinstance(given, str):
        parts = [part.strip() for part in given.split(",") if part.strip()]
        given = dict(_named(part) for part in parts)
    table = cast("Mapping[str, object]", given or {})
    return {_who(who): _scopes(who, scopes) for who, scopes in table.items()}


def checked_issuer(given: str) -> str:
    """The issuer, whose answers nobody on the way may change. Raises ValueError."""
    if given and not is_safe(given):
        raise ValueError(
            f"{given[:200]!r} cannot be the issuer: an https:// address, or an http:// one of this machine"
        )
    return given


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named(text: str) -> tuple[str, str]:
    who, separator, scopes = text.rpartition("=")
    if not separator:
        raise ValueError(f"{text!r} does not say what is allowed: write {text}=search read")
    return who.strip(), scopes


def _who(who: str) -> str:
    is_known = who == ANYONE or "@" in who or (who.startswith((GROUP, SUBJECT)) and not who.endswith(":"))
    if not is_known:
        raise ValueError(f"{who!r} names nobody: write {_FORMS}")
    return who if who.startswith((GROUP, SUBJECT)) else who.lower()


def _scopes(who: str, given: object) -> frozenset[Scope]:
    names = frozenset(_SEPARATOR.split(given.strip()) if isinstance(given, str) else cast("list[str]", given or ()))
    if not names or not names <= SCOPES:
        raise ValueError(f"what {who!r} may do must be some of search, read, approve and admin; it is {given!r}")
    return cast("frozenset[Scope]", names)

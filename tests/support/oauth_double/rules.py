"""What an authorization server of the tests does, as a test says."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class DoubleRules:
    """Everything may be changed while it runs."""

    registers: bool = True
    """Dynamic client registration."""
    reads_metadata_documents: bool = False
    """A client id may be the address of the client's metadata document."""
    client_id: str = "known-client"
    client_secret: str = ""
    """Of the client that was set up beforehand; empty for a public client."""
    auth_methods: tuple[str, ...] = ("none", "client_secret_basic", "client_secret_post")
    issuer_path: str = ""
    """`/tenant` puts the issuer, and so its metadata, at another place."""
    openid: bool = False
    """The metadata stands at OpenID's place only."""
    challenge: Literal["full", "bare", "none"] = "full"
    """What WWW-Authenticate says: where the metadata is and which scope; only Bearer; or there is no such header."""
    resource_at_root: bool = False
    """The protected resource's metadata stands at the root, not below the endpoint's path."""
    iss: Literal["right", "wrong", "missing"] = "right"
    """In the authorization response."""
    metadata_issuer: str = ""
    """What the metadata says in place of the real issuer."""
    names: str = ""
    """The authorization server that the MCP server names in place of this one."""
    endpoints: dict[str, str] = field(default_factory=dict[str, str])
    """What the metadata says of single endpoints in place of this server's."""
    resource_moved: str = ""
    """Where the protected resource's metadata is redirected to."""
    needs_resource: bool = True
    """Requests without RFC 8707's resource indicator are refused."""
    lifetime: int = 3600
    """Seconds of an access token."""
    refreshes: bool = True
    """False refuses refresh tokens."""
    breaks_down: bool = False
    """The token endpoint answers 503."""
    denies: bool = False
    """The person refuses."""
    scope: str = "read"
    """What the MCP server asks for."""
    anonymous: bool = False
    """The MCP server lets anybody list its tools."""

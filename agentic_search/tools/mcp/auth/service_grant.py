"""A token that the service gets by itself; loaded where a server asks for that, for it loads 2 MB of cryptography."""

import warnings

import httpx2
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.shared.exceptions import MCPDeprecationWarning

from agentic_search.tools.config.server_config import OAuthRules
from agentic_search.tools.mcp.auth.credentials import ServerCredentials
from agentic_search.tools.mcp.auth.flow import KeptOAuth
from agentic_search.tools.mcp.auth.requests import SignInRequests


class ServiceSignIn(KeptOAuth, ClientCredentialsOAuthProvider):
    """Signs the service in by its own client id and secret, whenever the server asks."""

    def __init__(self, kept: ServerCredentials, url: str, rules: OAuthRules, requests: SignInRequests) -> None:
        self.kept, self.rules, self.requests = kept, rules, requests
        with warnings.catch_warnings():
            # Which authorization server it is, is found out at the first sign-in; then it may not change.
            warnings.simplefilter("ignore", MCPDeprecationWarning)
            ClientCredentialsOAuthProvider.__init__(
                self, url, kept, rules.client_id, rules.client_secret, scope=" ".join(rules.scopes) or None
            )

    async def _perform_authorization(self) -> httpx2.Request:
        """With the scopes that the operator wants."""
        if self.rules.scopes:
            self.context.client_metadata.scope = " ".join(self.rules.scopes)
        return await super()._perform_authorization()

"""How the service logs: one line a record, to standard error; called once, by the program that starts it."""

import logging


def configure(level: str) -> None:
    """Send every logger's records of `level` (a standard level name) and above to standard error."""
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for chatty in ("httpx", "httpx2", "httpcore", "httpcore2", "mcp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It logs each failed sign-in with the whole answer of the authorization server, which may hold a token.
    logging.getLogger("mcp.client.auth").setLevel(logging.CRITICAL)

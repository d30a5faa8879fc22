"""The last message of a stream whose caller may no longer read it, in the form of the protocol that it speaks. Pure."""

import json
from collections.abc import Mapping

from agentic_search.api.problems import problem
from agentic_search.api.protocols.openai.errors import PREFIX, error_body
from agentic_search.api.schemas import REFUSED
from agentic_search.errors import Unauthenticated

STATUS = 401
_RESPONSES = f"{PREFIX}responses"


def last_words(path: str, error: Unauthenticated) -> bytes:
    """The last message of an event stream at this path."""
    refused = problem(STATUS, error.code, str(error))
    if path == "/mcp":  # whose request goes on nowhere: a message that every client may get at any time
        told = {"level": "error", "logger": "agentic-search", "data": refused.detail}
        return _message({"jsonrpc": "2.0", "method": "notifications/message", "params": told}, event="message")
    if path == "/ag-ui":
        return _message({"type": "RUN_ERROR", "message": refused.detail, "code": error.code})
    if path.startswith(_RESPONSES):
        return _message({"type": "error", **error_body(refused).model_dump()}, event="error")
    if path.startswith(PREFIX):
        return _message(error_body(refused).model_dump()) + b"data: [DONE]\n\n"
    return _message(refused.model_dump(exclude_none=True), event=REFUSED)


def _message(data: Mapping[str, object], *, event: str = "") -> bytes:
    kind = f"event: {event}\n" if event else ""
    return f"{kind}data: {json.dumps(data)}\n\n".encode()

"""Sends requests whose answers mcp would refuse as a whole, or does not know: what comes back is data as it came."""

from typing import Any, cast

from mcp.client.session import ClientSession
from mcp.shared.dispatcher import CallOptions, ProgressFnT

from agentic_search.domain.data import JsonObject


async def send_raw(
    session: ClientSession, method: str, params: JsonObject, *, on_progress: ProgressFnT | None = None
) -> JsonObject:
    """The result of a request, unchecked. Raises MCPError."""
    data: dict[str, Any] = {"method": method, "params": params}
    options: CallOptions = {} if on_progress is None else {"on_progress": on_progress}
    session._stamp(data, options)  # pyright: ignore[reportPrivateUsage] - mcp has no public way
    dispatcher = session._dispatcher  # pyright: ignore[reportPrivateUsage] - mcp has no public way
    return cast("JsonObject", await dispatcher.send_raw_request(method, data["params"], options))

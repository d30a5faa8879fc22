"""What tests of the bundled servers ask of a connected client."""

from typing import Any

from mcp import Client
from mcp_types import TextContent


async def ask(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The tool's structured result; a failure fails the test."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    return result.structured_content


async def complaint(client: Client, tool: str, **arguments: object) -> str:
    """What the tool says is wrong; success fails the test."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    content = result.content[0]
    assert isinstance(content, TextContent)
    return content.text

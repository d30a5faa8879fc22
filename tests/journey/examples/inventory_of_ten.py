"""The function that inventories.yaml asks for, answering when ten calls are under way at the same time, not before."""

import asyncio

from agentic_search.functions import tool

TOGETHER = 10
_under_way = asyncio.Barrier(TOGETHER)


@tool(read_only=True)
async def stock_of(inventory: str, article: str) -> dict[str, str | int]:
    """Say how many pieces of an article an inventory has in stock."""
    await _under_way.wait()
    return {"title": inventory, "text": f"{inventory} has 3 pieces of {article}.", "in_stock": 3}

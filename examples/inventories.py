"""A tool for inventories.yaml: what an inventory has of an article. A real one would ask the inventory's server."""

import asyncio
import zlib

from pydantic import BaseModel

from agentic_search.functions import tool

INVENTORIES = ("Aarhus", "Bergen", "Cork", "Dresden", "Eindhoven", "Florence", "Ghent", "Hamburg", "Innsbruck", "Jena")
_ANSWERS_WITHIN = 0.2
"""Seconds that each of these inventories takes to answer."""


class Stock(BaseModel):
    """What an inventory has of an article."""

    title: str
    text: str
    inventory: str
    in_stock: int


@tool(read_only=True)
async def stock_of(inventory: str, article: str) -> Stock:
    """Say how many pieces of an article an inventory has in stock."""
    if inventory not in INVENTORIES:
        raise ValueError(f"there is no inventory {inventory!r}; there are {', '.join(INVENTORIES)}")
    await asyncio.sleep(_ANSWERS_WITHIN)  # noqa: TID251 - it stands for a request
    pieces = zlib.crc32(f"{inventory}/{article.casefold()}".encode()) % 20
    return Stock(
        title=f"{article} in {inventory}",
        text=f"The inventory in {inventory} has {pieces} pieces of {article} in stock.",
        inventory=inventory,
        in_stock=pieces,
    )

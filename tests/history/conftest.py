"""Databases of each kind."""

from tests.support.databases import address, lasting

__all__ = ["address", "lasting"]

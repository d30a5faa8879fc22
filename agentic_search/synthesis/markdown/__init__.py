"""Markdown flows in, safe HTML flows out, block by block."""

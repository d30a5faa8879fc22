"""A search agent: a question flows in, a plan of tool calls runs side by side, a cited answer flows out."""

__version__ = "0.1.0"

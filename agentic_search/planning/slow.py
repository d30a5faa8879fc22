"""Tools flow in; which of them are slow enough that a plan should begin with them flows out."""

from agentic_search.domain.tool import Tool

_SLOW = 1.0
"""Seconds: what takes less is done before a model has written much more of its plan."""


def slow_seconds(tool: Tool) -> float:
    """How long a call of a slow tool has usually taken; 0 for a tool that is not slow, or that nothing is known of."""
    seconds = tool.typical_seconds or 0.0
    return seconds if seconds >= _SLOW else 0.0

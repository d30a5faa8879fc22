"""A search agent: a question flows in, a plan of tool calls runs side by side, a cited answer flows out.

`from agentic_search import Client, open_service`: both are loaded when they are asked for, so that nobody else waits.
"""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["Client", "__version__", "open_service"]  # pyright: ignore[reportUnsupportedDunderAll] - the stub has them

_OFFERED = {"Client": "agentic_search.client.client", "open_service": "agentic_search.client.in_process"}


def __getattr__(name: str) -> object:
    """What the package offers to programs."""
    if name in _OFFERED:
        return getattr(import_module(_OFFERED[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Python functions as tools: functions named in the configuration flow in, a member of the tool pool flows out.

What a module of such functions needs stands here and is light, since every worker process imports it too.
"""

from agentic_search.functions.declaration import tool
from agentic_search.workers.progress import Progress

__all__ = ["Progress", "tool"]

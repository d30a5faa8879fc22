"""What a module of your own functions imports, to have them offered as tools: `tool` and `Progress`.

Light on purpose: every worker process that runs such functions imports it.
"""

from agentic_search.tools.python.declaration import tool
from agentic_search.workers.progress import Progress

__all__ = ["Progress", "tool"]

from agentic_search.client.client import Client as Client
from agentic_search.client.in_process import open_service as open_service

__version__: str
__all__: list[str]

"""Ollama: its address, what it has, and its models as ChatModels; the only package that imports the ollama client.

The client's library makes a client for OLLAMA_HOST as soon as it is imported, and breaks down at addresses that Ollama
itself takes. So it is imported here first, and does not see the variable.
"""

from importlib import import_module

from agentic_search.settings import without_variable

with without_variable("OLLAMA_HOST"):
    import_module("ollama")

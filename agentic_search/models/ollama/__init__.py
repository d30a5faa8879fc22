"""Ollama: its address, what it has, and its models as ChatModels; the only package that imports the ollama client."""

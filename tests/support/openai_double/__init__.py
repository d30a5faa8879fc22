"""A scripted OpenAI-compatible server over real HTTP: it speaks as llama.cpp's does, or as another is told to."""

from tests.support.openai_double.dialect import Dialect
from tests.support.openai_double.server import OpenAIDouble

__all__ = ["Dialect", "OpenAIDouble"]

"""A scripted Ollama over real HTTP: it speaks the protocol as recorded from a real one, and fails as real ones do."""

from tests.support.ollama_double.engine import Limits
from tests.support.ollama_double.generation import Pace
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.server import OllamaDouble, Received
from tests.support.ollama_double.steps import (
    Call,
    Drop,
    Fail,
    Hang,
    Length,
    NoDone,
    Raw,
    Say,
    Silent,
    Step,
    Think,
    written,
)

__all__ = [
    "Call",
    "Drop",
    "Fail",
    "Hang",
    "Length",
    "Limits",
    "Model",
    "NoDone",
    "OllamaDouble",
    "Pace",
    "Raw",
    "Received",
    "Say",
    "Silent",
    "Step",
    "Think",
    "written",
]

"""What all fuzzing shares: its seed, how much of it, and a service with tools that answer at once."""

import os
import sys
from typing import Any

import pytest

from tests.support.service import ROOT


def count(variable: str, usual: int) -> int:
    """A number from the environment, or the usual one."""
    return int(os.environ.get(variable, usual))


@pytest.fixture
def seed() -> int:
    """The same at each run; FUZZ_SEED gives another."""
    return count("FUZZ_SEED", 11)


def fuzzed_entry(*options: str, **entry: Any) -> dict[str, Any]:
    """The fuzzed server as an entry of `mcpServers`."""
    arguments = ["-m", "tests.fuzz.fuzzed_server", *options]
    return {"command": sys.executable, "args": arguments, "env": {"PYTHONPATH": str(ROOT)}, **entry}

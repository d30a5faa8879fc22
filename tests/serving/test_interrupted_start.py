"""Ctrl-C while the service is still being imported ends it as SIGTERM does: at once, and without a traceback."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import ROOT, environment_for


@pytest.mark.skipif(sys.platform == "win32", reason="there Ctrl-C is no signal of one process")
@pytest.mark.parametrize("module", ["logging", "asyncio", "uvicorn", "fastapi", "agentic_search.settings"])
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_imports_ends_the_process(tmp_path: Path, module: str, asked: signal.Signals) -> None:
    command = [sys.executable, "-X", "importtime", str(ROOT / "server.py")]
    environment = environment_for(tmp_path)
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:  # each module that has been imported is told there
            assert "serving at" not in line
            if line.split("|")[-1].strip() == module:
                break
        process.send_signal(asked)
        rest = process.stderr.read()
        assert process.wait(60) == -asked
    assert "Traceback" not in rest
    assert "serving at" not in rest

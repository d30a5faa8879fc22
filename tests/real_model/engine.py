"""The real model's engine while a block lasts: llama.cpp's server on a free port, with what it says of its own work."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.real_model.set_up import RealModel

NAME = "smollm2:135m"
"""The model's name, over both protocols."""
CONTEXT = 8_192
"""The longest context that the model was made for, in tokens."""
_START_SECONDS = 60
_COUNTERS = {
    "evaluated": "llamacpp:prompt_tokens_total",
    "generated": "llamacpp:tokens_predicted_total",
    "reading": "llamacpp:prompt_seconds_total",
    "writing": "llamacpp:tokens_predicted_seconds_total",
}
_TOO_LONG = "exceeds the available context size"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the engine has worked on so far."""

    evaluated: int
    """Tokens of prompts, without what its cache held."""
    generated: int
    """Tokens."""
    seconds: float
    """Spent on both."""

    def since(self, before: "Counted") -> "Counted":
        """What was added."""
        return Counted(
            self.evaluated - before.evaluated, self.generated - before.generated, self.seconds - before.seconds
        )


@dataclass(frozen=True, slots=True)
class LlamaServer:
    """The running engine."""

    url: str
    """OpenAI's protocol is under `/v1`."""
    folder: Path
    """Its log, and a file for each prompt."""

    async def counted(self) -> Counted:
        """The tokens so far."""
        return await counted(self.url)

    def prompts(self) -> list[str]:
        """Every prompt it was given, as its template made it, oldest first."""
        return [path.read_text(errors="replace") for path in sorted((self.folder / "prompts").iterdir())]

    def too_long(self) -> list[str]:
        """The lines of its log about prompts that it refused as over its context."""
        lines = (self.folder / "log").read_text(errors="replace").splitlines()
        return [line for line in lines if _TOO_LONG in line]


async def counted(url: str) -> Counted:
    """What a llama.cpp server started with `--metrics` has worked on so far."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"{url}/metrics")).raise_for_status().text
    values = {name: re.search(rf"^{key} (\S+)", text, re.MULTILINE) for name, key in _COUNTERS.items()}
    counts = {name: float(found[1]) if found else 0.0 for name, found in values.items()}
    return Counted(int(counts["evaluated"]), int(counts["generated"]), counts["reading"] + counts["writing"])


@asynccontextmanager
async def llama_server(
    files: RealModel, folder: Path, *, context: int = CONTEXT, slots: int = 1, threads: int = 2
) -> AsyncGenerator[LlamaServer, None]:
    """Run the engine on loopback while the block lasts, from when it answers; each slot has `context` tokens."""
    (folder / "prompts").mkdir(parents=True)
    url = f"http://127.0.0.1:{_free_port()}"
    command = [
        *(str(files.server), "--model", str(files.model), "--alias", NAME, "--offline", "--no-webui", "--metrics"),
        *("--host", "127.0.0.1", "--port", url.rpartition(":")[2], "--threads", str(threads)),
        *("--ctx-size", str(context * slots), "--parallel", str(slots)),
        # Errors only; prompts go to files of their own.
        *("--log-verbosity", "1", "--log-prompts-dir", str(folder / "prompts")),
    ]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        await _answering(url, process)
        yield LlamaServer(url, folder)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answering(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient() as client:
        while process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{url}/health")).is_success:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError(f"llama-server ended with exit status {process.returncode}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""The double as a program, for benchmarks and journeys: it prints its URL and listens until told to stop."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from tests.support.ollama_double.engine import Limits
from tests.support.ollama_double.generation import Pace
from tests.support.ollama_double.models import Model
from tests.support.ollama_double.server import OllamaDouble
from tests.support.ollama_double.steps import read_script


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.support.ollama_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--model", action="append", help="name of a model; may be repeated (qwen3:8b)")
    parser.add_argument("--parallel", type=int, default=1, help="generations at once, as OLLAMA_NUM_PARALLEL")
    parser.add_argument("--tokens-per-second", type=float, default=0, help="0: as fast as can be")
    parser.add_argument("--first-token", type=float, default=0, help="seconds before a reply begins")
    parser.add_argument("--script", type=Path, help="JSON file of replies; when they are used up it improvises")
    parser.add_argument("--lifetime", type=float, default=3600, help="seconds after which it ends by itself")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    pace = Pace(given.first_token, 1 / given.tokens_per_second if given.tokens_per_second else 0)
    models = [Model(name) for name in given.model or ["qwen3:8b"]]
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with OllamaDouble(models, limits=Limits(parallel=given.parallel), pace=pace, port=given.port) as ollama:
        ollama.enqueue_all(read_script(given.script) if given.script else [])
        sys.stdout.write(f"{ollama.url}\n")
        sys.stdout.flush()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(given.lifetime):
                await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))

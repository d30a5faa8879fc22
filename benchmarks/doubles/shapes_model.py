"""A model server whose model writes the plan that the question asks for, and then an answer, each token when it is due.

    python -m benchmarks.doubles.shapes_model --log FILE [--first-token 0.2]

A line of the log, JSON, is one plan: the run's number, and when its first token was due by the clock of all processes.
It prints its URL.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

from agentic_search.domain.data import JsonObject
from benchmarks.doubles.scripted_model import MODEL, answer_tokens, paced
from benchmarks.doubles.shapes import ANSWER_TOKENS, asked_in, plan_tokens
from tests.support.ollama_double import Model, OllamaDouble, Step
from tests.support.ollama_double.engine import Limits


async def serve(log: Path, first_token: float) -> None:
    """Listen until stopped."""

    def script(body: JsonObject) -> Iterator[Step]:
        asked = asked_in(json.dumps(body["messages"]))
        per_token = 1 / asked.tokens_per_second
        if not body.get("format"):
            return paced(answer_tokens(ANSWER_TOKENS), first_token=first_token, per_token=per_token)
        due = time.perf_counter() + first_token + per_token
        with log.open("a") as file:
            file.write(json.dumps({"what": str(asked.number), "at": due}) + "\n")
        return paced(plan_tokens(asked.steps), first_token=first_token, per_token=per_token)

    async with OllamaDouble([Model(MODEL, script=script)], limits=Limits(parallel=1_000)) as ollama:
        print(ollama.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--first-token", type=float, default=0.2, help="seconds before a reply begins")
    given = parser.parse_args()
    asyncio.run(serve(given.log, given.first_token))


if __name__ == "__main__":
    main()

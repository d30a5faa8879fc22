"""A model server whose model plans `--tasks` calls of `look_up` and answers in 150 tokens, at a steady pace.

    python -m benchmarks.doubles.scripted_model [--tasks 3] [--tokens-per-second 50] [--first-token 0.2]

It is the tests' double of Ollama with a script. A plan's token is four characters, an answer's a word. Each token is
due at a time of its own, so that late timers do not add up over a reply. It prints its URL.
"""

import argparse
import asyncio
import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import count

from agentic_search.domain.data import JsonObject
from tests.support.ollama_double import Model, OllamaDouble, Say, Step
from tests.support.ollama_double.engine import Limits

MODEL = "qwen3:8b"
ANSWER_TOKENS = 150
_WORDS = ("what", "was", "found", "here", "says", "a", "little", "more", "about", "each", "part", "that", "it", "had")
_SENTENCE = 10
"""Tokens, the last of which cites."""


def paced(tokens: Sequence[str], *, first_token: float, per_token: float) -> Iterator[Step]:
    """Tokens, each due at its time from now on: how long to wait is reckoned when it is asked for."""
    first_due = time.perf_counter() + first_token + per_token

    def steps() -> Iterator[Step]:
        for index, token in enumerate(tokens):
            yield Say(token, max(0.0, first_due + index * per_token - time.perf_counter()))

    return steps()


def plan_text(tasks: int, first: int = 0) -> str:
    """The shortest plan that the grammar allows for so many calls; another `first` shares no call with it."""
    calls = [{"look_up": {"query": f"of {(first + index) % 1_000:03}"}} for index in range(tasks)]
    return json.dumps({"tasks": calls}, separators=(",", ":"))


def plan_tokens(tasks: int, first: int = 0) -> list[str]:
    """The plan, four characters a token."""
    text = plan_text(tasks, first)
    return [text[start : start + 4] for start in range(0, len(text), 4)]


def answer_tokens(count: int = ANSWER_TOKENS) -> list[str]:
    """An answer, a word a token; no sentence comes twice, or the model would be stopped for repeating itself."""
    dice = random.Random(0)
    return ["[1]. " if (index + 1) % _SENTENCE == 0 else f"{dice.choice(_WORDS)} " for index in range(count)]


async def serve(given: argparse.Namespace) -> None:
    """Listen until stopped."""
    per_token = 1 / given.tokens_per_second if given.tokens_per_second else 0.0

    numbers = count(step=given.tasks)

    def script(body: JsonObject) -> Iterator[Step]:
        tokens = plan_tokens(given.tasks, next(numbers)) if body.get("format") else answer_tokens(given.answer_tokens)
        return paced(tokens, first_token=given.first_token, per_token=per_token)

    async with OllamaDouble([Model(MODEL, script=script)], limits=Limits(parallel=given.slots)) as ollama:
        print(ollama.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=3)
    parser.add_argument("--tokens-per-second", type=float, default=0, help="0: as fast as can be")
    parser.add_argument("--first-token", type=float, default=0, help="seconds before a reply begins")
    parser.add_argument("--answer-tokens", type=int, default=ANSWER_TOKENS)
    parser.add_argument("--slots", type=int, default=1_000, help="replies written at once, each as fast as alone")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()

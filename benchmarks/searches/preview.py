"""From a question to its first quotations at the client, over HTTP, while a model takes seconds to plan.

The bundled servers are asked, each question once, so that nothing is kept from before. A question without a preview
counts as the time until its answer began: leaving it out would flatter.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.report import median, percentile, print_report
from tests.support.ollama_double import Model, OllamaDouble, Say, written
from tests.support.service import running_service
from tests.support.sse import messages

TARGET_MILLISECONDS = 150
SERVERS = ("documents", "python_docs")
QUESTIONS = (
    "How do I group tasks so that one failure cancels the others in asyncio?",
    "What does functools.lru_cache do with arguments that cannot be hashed?",
    "Which module parses TOML files?",
    "How is a dataclass made immutable?",
    "What is the default port of the service?",
    "How do I set the deadline of a search?",
    "What does str.removeprefix return when the prefix is missing?",
    "How can a subprocess be given a timeout?",
    "Which events end a run?",
    "How do I read a CSV file with a header line?",
    "What does itertools.batched do?",
    "How are tools approved for good?",
)
PLAN = {"tasks": [{"tool": "search_documents", "arguments": {"query": "search"}}]}


async def first_seen(client: httpx.AsyncClient, question: str) -> tuple[float, bool]:
    """Milliseconds until the preview, or until the answer where there was none; and whether there was one."""
    began, seen = time.perf_counter(), None
    headers = {"Accept": "text/event-stream"}
    async with client.stream("POST", "/search", json={"query": question}, headers=headers) as response:
        async for message in messages(response):
            if seen is None and message.event in {"answer.preview", "answer.started", "run.failed"}:
                seen = (time.perf_counter() - began) * 1_000, message.event == "answer.preview"
    assert seen is not None, question
    return seen


async def measure(seconds: float) -> dict[str, object]:
    """One search after another; the model lets `seconds` pass before it plans."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            OllamaDouble([Model("qwen3:8b")]) as ollama,
            running_service(Path(folder), bundled=True, ollama=ollama.url) as service,
        ):
            await service.ready_servers(*SERVERS)
            times: list[tuple[float, bool]] = []
            for question in ("Which tools are there?", *QUESTIONS):  # the first warms up
                ollama.enqueue(Say(json.dumps(PLAN), delay=seconds))
                ollama.enqueue(*written("As it says [1]."))
                times.append(await first_seen(service.client, question))
    counted = [took for took, _ in times[1:]]
    return {
        "questions": len(counted),
        "with a preview": sum(shown for _, shown in times[1:]),
        "p50 ms": round(median(counted), 1),
        "p90 ms": round(percentile(counted, 0.9), 1),
        "max ms": round(max(counted), 1),
        "model s": seconds,
        "target p50 ms": TARGET_MILLISECONDS,
    }


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="that the model lets pass before it plans")
    print_report("preview", [asyncio.run(measure(parser.parse_args().seconds))])


if __name__ == "__main__":
    main()

"""Ten questions over the bundled servers with a real, weak model: never worse than without one, over each protocol."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from benchmarks.models.sentences import marks
from tests.real_model.conftest import Served

pytestmark = pytest.mark.real_model

QUESTIONS = (
    "How do I run several coroutines at once in asyncio and wait for all of them?",
    "How do I read a CSV file with the standard library?",
    "What does functools.lru_cache do?",
    "How can a temporary directory be removed by itself after use in Python?",
    "Which function of the json module writes an object to an open file?",
    "How is a bundled MCP server switched off in mcp.json?",
    "Which environment variable sets the port that the service listens on?",
    "How does a client cancel a run over the HTTP API?",
    "What is a workflow, and where are workflows kept?",
    "How do I import stories into the archive?",
)
DEADLINE = 30.0
"""Seconds for each: twenty such searches are to take at most ten minutes."""
SLACK = 2.0
"""Seconds that a busy machine may be late."""
CONTROL = re.compile(r"<\|[^|<>]{0,40}\|>|</?(?:think|thinking|reasoning|source|sources|tool_call)\b", re.IGNORECASE)
OWN_WORDS = 25
"""Characters from which a line of a prompt could not stand in an answer by chance."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All questions, over one protocol."""

    responses: dict[str, httpx.Response]
    without_model: dict[str, int]
    """The status of the same questions without a model."""
    engine_prompts: list[str]
    """What the engine was given."""
    over_context: list[str]

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """The runs that ended in an answer, by question."""
        return {query: response.json() for query, response in self.responses.items() if response.is_success}

    @property
    def answers(self) -> dict[str, str]:
        """The answers, by question."""
        return {query: run["answer"] for query, run in self.runs.items()}


@pytest.fixture(scope="module")
async def asked(served: Served) -> Asked:
    """Every question, one after the other: with the model, and without."""
    client, earlier = served.service.client, len(served.engine.prompts())
    statuses: dict[str, int] = {}
    responses: dict[str, httpx.Response] = {}
    for query in QUESTIONS:
        offline = await client.post("/search", json={"query": query, "model": "offline"})
        statuses[query] = offline.status_code
        body = {"query": query, "model": served.model, "deadline": DEADLINE}
        responses[query] = await client.post("/search", json=body)
    return Asked(responses, statuses, served.engine.prompts()[earlier:], served.engine.too_long())


async def test_what_is_answered_without_the_model_is_answered_with_it(asked: Asked) -> None:
    assert asked.without_model == dict.fromkeys(QUESTIONS, 200), "the questions are ones that can be answered"
    assert not {query: it.text for query, it in asked.responses.items() if it.status_code != 200}
    assert not [query for query, answer in asked.answers.items() if not answer.strip()]


async def test_every_run_ends_within_its_deadline(asked: Asked) -> None:
    late = {query: run["timings"]["total"] for query, run in asked.runs.items()}
    assert not {query: seconds for query, seconds in late.items() if seconds > DEADLINE + SLACK}


async def test_the_model_was_asked_and_its_tokens_are_counted(asked: Asked, served: Served) -> None:
    assert len(asked.engine_prompts) >= len(QUESTIONS)
    for query, run in asked.runs.items():
        if run["planner"] == "model" or run["model"] is not None:
            usage = run["usage"]
            assert usage["model_calls"] and usage["prompt_tokens"] and usage["completion_tokens"], query
    assert any(run["usage"]["model_calls"] for run in asked.runs.values())
    assert {run["model"] for run in asked.runs.values()} <= {served.model, None}


async def test_no_request_was_over_the_context(asked: Asked, served: Served) -> None:
    assert not asked.over_context
    if served.ollama is not None:
        assert not [chat.body for chat in served.ollama.chats if chat.outcome == "refused"]


async def test_no_thoughts_control_tokens_or_placeholders_are_in_an_answer(asked: Asked) -> None:
    assert not {query: text for query, text in asked.answers.items() if CONTROL.search(text) or "[n]" in text}


async def test_no_line_of_our_prompts_is_in_an_answer(asked: Asked) -> None:
    # Half of the questions are about Python, half about the service: what stands in more prompts is of no source.
    seen = Counter(line for prompt in asked.engine_prompts for line in {*long_lines(prompt)})
    ours = [line for line, prompts in seen.items() if prompts > len(QUESTIONS) // 2]
    assert ours
    flat = {query: " ".join(answer.split()) for query, answer in asked.answers.items()}
    assert not {query: line for query, answer in flat.items() for line in ours if line in answer}


def long_lines(text: str) -> list[str]:
    """The lines that are long enough to be recognised, their spaces made one."""
    flat = (" ".join(line.split()) for line in text.splitlines())
    return [line for line in flat if len(line) >= OWN_WORDS]


async def test_no_citation_is_without_a_source(asked: Asked) -> None:
    for query, run in asked.runs.items():
        assert {*marks(run["answer"])} == {source["id"] for source in run["sources"]}, query

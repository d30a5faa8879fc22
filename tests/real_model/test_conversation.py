"""Four questions of one thread with a real, weak model: the plan of a follow-up holds what the thread is about."""

import json

import pytest

from tests.real_model.conftest import Served

pytestmark = pytest.mark.real_model

ASKED = ("What does functools.lru_cache do?", "Is it thread-safe?", "What about functools.wraps?", "Show me an example")
DEADLINE = 30.0
"""Seconds for each."""


async def test_follow_ups_are_planned_with_what_the_thread_is_about(served: Served) -> None:
    runs = [await served.service.ask(query, thread_id="real", deadline=DEADLINE) for query in ASKED]
    for run, subject in zip(runs[1:], ("lru_cache", "wraps", "wraps"), strict=True):
        assert run["status"] in {"completed", "partial"}
        assert any(subject in json.dumps(task["arguments"]) for task in run["plan"]["tasks"]), run["thinking_steps"]

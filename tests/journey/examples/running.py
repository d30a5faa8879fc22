"""Runs workflows by name for the tests of the examples."""

from typing import Any

from tests.support.service import RunningService

QUESTION = "How do I run several coroutines at once in asyncio and wait for all of them?"


async def run_workflow(
    service: RunningService, name: str, question: str = QUESTION, **inputs: object
) -> dict[str, Any]:
    """Run a workflow, with quotations for an answer: what the model is asked, the tasks ask."""
    return await service.ask(question, workflow=name, inputs=inputs, model="offline")


def by_id(run: dict[str, Any]) -> dict[str, Any]:
    """The run's tasks."""
    return {task["id"]: task for task in run["tasks"]}
